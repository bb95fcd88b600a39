import { expect, it } from 'vitest';
import { clientError } from './error.js';

it('names no command to a browser that is not paired: which one is right depends on the server', () => {
  const { advice } = clientError('not_paired');
  expect(advice).toContain('pairing link');
  expect(advice).not.toContain('pantheon up');
});
