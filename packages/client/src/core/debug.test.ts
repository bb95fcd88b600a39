import { expect, it } from 'vitest';
import { debugEnabled } from './debug.js';

it.each([
  ['p2p:peer', 'p2p:*', true],
  ['p2p:peer', 'p2p:peer', true],
  ['p2p:peer', '*', true],
  ['p2p:peer', 'socket.io:*', false],
  ['p2p:peer', 'p2p:*,-p2p:peer', false],
  ['p2p:peer', 'other, p2p:peer', true],
  ['p2p:peer', 'p2p.peer', false],
  ['p2p:peer', '', false],
])('%s with %j: %s', (name, setting, enabled) => {
  expect(debugEnabled(name, setting)).toBe(enabled);
});
