import { expect, it } from 'vitest';
import { parseIceServers, parseServerConfig } from './server-config.js';

it('fills in what a server does not say', () => {
  expect(parseServerConfig({})).toEqual({
    version: '',
    serverId: '',
    mode: 'home',
    signalingPath: '/socket.io/',
    iceServers: [],
    devTokens: false,
  });
});

it('does not take a path that leads elsewhere', () => {
  expect(parseServerConfig({ signaling: { path: 'https://evil.example/' } }).signalingPath).toBe(
    '/socket.io/',
  );
  expect(parseServerConfig({ signaling: { path: '/p2p/socket.io/' } }).signalingPath).toBe('/p2p/socket.io/');
});

it('leaves out ICE servers on which browsers would throw', () => {
  const turn = { urls: ['turn:relay.example:3478?transport=tcp'], username: 'u', credential: 'c' };
  const given = [
    { urls: 'stun:a.example' },
    turn,
    { urls: 'turn:no-login.example' },
    { urls: 'http://x' },
    5,
    {},
  ];
  expect(parseIceServers(given)).toEqual([{ urls: ['stun:a.example'] }, turn]);
  expect(parseIceServers(Array(50).fill({ urls: 'stun:a.example' }))).toHaveLength(8);
});
