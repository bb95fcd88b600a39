// SIGTERM to one of two nodes: who was on it goes on on the other, and is not seen to leave.
import { afterEach, beforeAll, expect, it } from 'vitest';
import { Device, SignalNode, becomes, dataFolder, disconnectDevices, launchNode } from './support/signal.js';
import { Redis } from './support/redis.js';

let redis: Redis;
let data = '';
let stays: SignalNode;
beforeAll(async () => {
  redis = await Redis.start();
  data = dataFolder();
  stays = await SignalNode.start(redis, data);
});
afterEach(disconnectDevices);

it('devices that come back on another node do not flap, and those that do not come back leave', async () => {
  const drained = await SignalNode.of(launchNode(redis, data, '1s', ['--drain-seconds', '1']));
  const watcher = await Device.join(stays, 'someone', 'watcher');
  const before = await Device.join(drained, 'someone', 'roaming', { instance: 'tab' });
  await Device.join(drained, 'someone', 'gone');
  for (const device of ['roaming', 'gone'])
    expect(await watcher.next('peer-joined')).toMatchObject({ userId: device });
  before.socket.emit('announce-models', { models: [{ name: 'm' }] });
  await watcher.next('peer-models-updated');

  before.socket.emit('webrtc-signal', { to: 'watcher', signal: 'hello' });
  await watcher.next('webrtc-signal'); // whom it answers from now on
  const told = before.next('disconnect');
  drained.program.signal('SIGTERM');
  await told;
  const after = await Device.join(stays, 'someone', 'roaming', { instance: 'tab' });
  expect(after.peers).toContain('watcher');
  expect(await drained.program.exited).toBe(0);
  watcher.socket.emit('webrtc-signal', { to: 'roaming', signal: 'hello again' });
  expect(await after.next('webrtc-signal')).toMatchObject({ signal: 'hello again' });

  expect(await watcher.next('peer-left')).toMatchObject({ userId: 'gone' });
  expect(await watcher.list()).toEqual(['roaming']);
  expect(watcher.lastList).toContainEqual(expect.objectContaining({ models: [{ name: 'm' }], online: true }));
  expect(watcher.count('peer-left') + watcher.count('peer-joined')).toBe(0);
});

it('a node that is started again in its place finds its devices, and nobody has seen them leave', async () => {
  const drained = await SignalNode.of(launchNode(redis, data, '1s', ['--drain-seconds', '0']));
  const watcher = await Device.join(stays, 'another', 'watcher');
  const before = await Device.join(drained, 'another', 'phone', { instance: 'tab' });
  expect(await watcher.next('peer-joined')).toMatchObject({ userId: 'phone' });
  const told = before.next('disconnect');
  drained.program.signal('SIGTERM');
  await told;
  expect(await drained.program.exited).toBe(0);
  const next = await SignalNode.of(launchNode(redis, data, '1s'));
  const after = await Device.join(next, 'another', 'phone', { instance: 'tab' });
  await becomes(async () => {
    await watcher.list(); // the other node has heard of it
    return watcher.lastList.some(({ userId, online }) => userId === 'phone' && online);
  });
  watcher.socket.emit('webrtc-signal', { to: 'phone', signal: 'hello again' });
  expect(await after.next('webrtc-signal')).toMatchObject({ signal: 'hello again' });
  expect(watcher.count('peer-left') + watcher.count('peer-joined')).toBe(0);
  expect(await next.program.stop()).toBe(0);
});
