import { expect, it } from 'vitest';
import { parsePeerEntry, PeerDirectory } from './peer-directory.js';

function entry(socketId: string, deviceId: string, more: object = {}): object {
  return { socketId, userId: deviceId, deviceId, clientType: 'native', ...more };
}

it('reads entries of new and older servers', () => {
  expect(
    parsePeerEntry(entry('s1', 'd1', { isHosting: true, link: true, name: 'Study', platform: 'linux' })),
  ).toMatchObject({
    socketId: 's1',
    deviceId: 'd1',
    isHosting: true,
    link: true,
    generation: 2,
    name: 'Study',
  });
  const older = {
    socketId: 's',
    userId: 'uid1_electron',
    clientType: 'electron',
    originalUserId: 'uid1',
    models: [{ name: 'a' }],
  };
  expect(parsePeerEntry(older)).toMatchObject({
    deviceId: 'uid1_electron',
    isHosting: true,
    link: false,
    generation: 2,
    models: [{ name: 'a' }],
  });
});

it.each([
  null,
  5,
  {},
  { socketId: 's' },
  { socketId: '', userId: 'd' },
  { socketId: 's', userId: 'with space' },
])('passes over %j', (value) => {
  expect(parsePeerEntry(value)).toBeUndefined();
});

it('drops a public key that is none', () => {
  expect(parsePeerEntry(entry('s', 'd', { publicKey: 'short' }))?.publicKey).toBeUndefined();
});

it('keeps several sockets of a device apart, and dials the one that hosts', () => {
  const peers = new PeerDirectory();
  peers.replace([entry('s1', 'd', { isHosting: true }), entry('s2', 'd'), {}]);
  expect(peers.byDevice('d')?.socketId).toBe('s1');
  peers.update({ userId: 'd', socketId: 's2', isHosting: true });
  expect(peers.byDevice('d')?.socketId).toBe('s2');
  peers.remove({ userId: 'd', socketId: 's2' });
  expect(peers.all()).toEqual([]);
});

it('follows updates of models and hosting', () => {
  const peers = new PeerDirectory();
  peers.replace([entry('s1', 'd', { link: true })]);
  peers.update({ userId: 'd', models: [{ name: 'a' }], isHosting: true });
  expect(peers.byDevice('d')).toMatchObject({ isHosting: true, models: [{ name: 'a' }] });
  peers.update({ userId: 'd', isHosting: false });
  expect(peers.byDevice('d')).toMatchObject({ isHosting: false });
});

it('holds at most 1,024 sockets, 256 models and 16 statements each', () => {
  const peers = new PeerDirectory();
  peers.replace(Array.from({ length: 3000 }, (_, i) => entry(`s${i}`, `d${i}`)));
  expect(peers.all()).toHaveLength(1024);
  expect(peers.add(entry('one more', 'd'))).toBeUndefined();
  expect(peers.add(entry('s5', 'd5', { isHosting: true }))).toBeDefined();
  const full = parsePeerEntry(
    entry('s', 'd', { models: Array(500).fill({ name: 'm' }), statements: Array(50).fill({}) }),
  );
  expect(full?.models).toHaveLength(256);
  expect(full?.statements).toHaveLength(16);
});
