import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Redis } from './support/redis.js';
import {
  Device,
  SignalNode,
  becomes,
  dataFolder,
  disconnectDevices,
  launchNode,
  startTwoNodes,
} from './support/signal.js';

let redis: Redis;
let data = '';
let a: SignalNode;
let b: SignalNode;
let accounts = 0;
const account = (): string => `someone${++accounts}`;

beforeAll(async () => {
  ({ redis, data, a, b } = await startTwoNodes());
});
afterEach(disconnectDevices);

describe('devices of one account on two nodes', () => {
  it('see each other in lists, joining and leaving', async () => {
    const who = account();
    const first = await Device.join(a, who, 'first');
    const second = await Device.join(b, who, 'second');
    expect(second.peers).toEqual(['first']);
    expect(await first.next('peer-joined')).toMatchObject({ userId: 'second', socketId: second.id });
    expect(await first.list()).toEqual(['second']);
    const { id } = second; // a socket that is disconnected has none
    second.socket.disconnect();
    expect(await first.next('peer-left')).toMatchObject({ userId: 'second', socketId: id });
    expect(await first.list()).toEqual([]);
  });

  it('never see those of another account', async () => {
    const first = await Device.join(a, account(), 'first');
    const other = await Device.join(b, account(), 'other');
    expect(other.peers).toEqual([]);
    other.socket.emit('webrtc-signal', { to: 'first', toSocketId: first.id, signal: {} });
    expect(await other.next('error')).toMatchObject({ code: 'peer_unavailable' });
    expect(first.count('peer-joined')).toBe(0);
  });

  it('signal each other in order, by device and by socket', async () => {
    const who = account();
    const first = await Device.join(a, who, 'first');
    const second = await Device.join(b, who, 'second');
    for (let n = 0; n < 50; n++) second.socket.emit('webrtc-signal', { to: 'first', signal: { n } });
    for (let n = 0; n < 50; n++) {
      expect(await first.next('webrtc-signal')).toEqual({
        fromUserId: 'second',
        fromSocketId: second.id,
        signal: { n },
      });
    }
    first.socket.emit('webrtc-signal', { targetUserId: 'second', toSocketId: second.id, data: 'back' });
    expect(await second.next('webrtc-signal')).toMatchObject({ fromUserId: 'first', signal: 'back' });
  });

  it('answer the socket that signalled last when several share an id', async () => {
    const who = account();
    const phone = await Device.join(a, who, 'shared');
    const tab = await Device.join(b, who, 'shared');
    const host = await Device.join(a, who, 'host');
    await tab.next('peer-joined');
    phone.socket.emit('webrtc-signal', { to: 'host', signal: 'from phone' });
    await host.next('webrtc-signal');
    host.socket.emit('webrtc-signal', { to: 'shared', signal: 'to phone' });
    expect(await phone.next('webrtc-signal')).toMatchObject({ signal: 'to phone' });
    tab.socket.emit('webrtc-signal', { to: 'host', signal: 'from tab' });
    await host.next('webrtc-signal');
    host.socket.emit('webrtc-signal', { to: 'shared', signal: 'to tab' });
    expect(await tab.next('webrtc-signal')).toMatchObject({ signal: 'to tab' });
    phone.socket.disconnect();
    tab.socket.disconnect();
    expect(await host.next('peer-left')).toMatchObject({ userId: 'shared' });
    expect(host.count('peer-left')).toBe(0);
  });

  it('know each other’s models, and ask for them', async () => {
    const who = account();
    const host = await Device.join(a, who, 'host');
    const phone = await Device.join(b, who, 'phone');
    phone.socket.emit('request-models', 'host');
    expect(await host.next('models-requested')).toMatchObject({
      fromUserId: 'phone',
      fromSocketId: phone.id,
    });
    host.socket.emit('announce-models', { models: [{ name: 'm' }], batteryState: { level: 1 } });
    expect(await phone.next('peer-models-updated')).toMatchObject({
      userId: 'host',
      models: [{ name: 'm' }],
    });
    const late = await Device.join(b, who, 'late');
    const [, list] = late.heard.find(([event]) => event === 'existing-peers') ?? [];
    expect(list).toContainEqual(expect.objectContaining({ userId: 'host', models: [{ name: 'm' }] }));
  });

  it('do not flap when one drops and comes back on another node', async () => {
    const who = account();
    const watcher = await Device.join(a, who, 'watcher');
    const far = await Device.join(b, who, 'far');
    const probe = await Device.join(b, who, 'probe');
    const near = await Device.join(a, who, 'near');
    const before = await Device.join(a, who, 'roaming', { instance: 'tab' });
    await becomes(async () => (await watcher.list()).length === 4 && (await far.list()).length === 4);
    for (const device of [watcher, far]) device.heard.length = 0;
    before.drop();
    await becomes(async () => {
      await probe.list(); // the other node has heard of it
      return probe.lastList.some(({ userId, online }) => userId === 'roaming' && online === false);
    });
    const after = await Device.join(b, who, 'roaming', { instance: 'tab' });
    expect(after.peers).toEqual(['far', 'near', 'probe', 'watcher']);
    await becomes(async () => {
      await near.list(); // whoever sees it away is told that it is back
      return near.lastList.some(({ userId, online }) => userId === 'roaming' && online);
    });
    expect(await watcher.list()).toEqual(['far', 'near', 'probe', 'roaming']);
    watcher.socket.emit('webrtc-signal', { to: 'roaming', signal: 'hello again' });
    expect(await after.next('webrtc-signal')).toMatchObject({ signal: 'hello again' });
    // More than the grace period of the node that it left.
    await new Promise((resolve) => setTimeout(resolve, 5500));
    for (const device of [watcher, far]) {
      expect(device.count('peer-left')).toBe(0);
      expect(await device.list()).toContain('roaming');
    }
    expect(far.count('peer-joined') + watcher.count('peer-joined')).toBe(0);
  });

  it('have one limit of sockets together', async () => {
    const who = account();
    const all = Array.from({ length: 64 }, (_, n) => Device.connect(n % 2 === 0 ? a : b, who, `d${n}`));
    for (const device of await Promise.all(all)) device.socket.emit('join-account');
    const watcher = (await all[0]) ?? undefined;
    await becomes(async () => (await watcher?.list())?.length === 63);
    await expect(Device.connect(b, who, 'one too many')).rejects.toThrow();
  });
});

describe('a node that is killed', () => {
  it('loses its devices from everybody’s list within the lease, and nobody else’s', async () => {
    const who = account();
    const doomed = await SignalNode.start(redis, data);
    const here = await Device.join(a, who, 'here');
    const there = await Device.join(b, who, 'there');
    await Device.join(doomed, who, 'gone');
    await Device.join(doomed, who, 'there'); // the same id as a device of another node
    await becomes(async () => (await here.list()).length === 3);
    for (const device of [here, there]) device.forget('peer-left');
    const began = performance.now();
    await doomed.program.stop('SIGKILL');
    expect(await here.next('peer-left')).toMatchObject({ userId: 'gone' });
    expect(await there.next('peer-left')).toMatchObject({ userId: 'gone' });
    expect(performance.now() - began).toBeLessThan(2500);
    expect(await here.list()).toEqual(['there']);
    expect(await there.list()).toEqual(['here']);
    expect(here.count('peer-left')).toBe(0);
    here.socket.emit('webrtc-signal', { to: 'there', signal: 1 });
    await there.next('webrtc-signal');
  });
});

describe('a node with another database', () => {
  it('refuses to start and says why', async () => {
    const stranger = launchNode(redis, dataFolder());
    expect(await stranger.exited).toBe(78);
    expect(stranger.lines.join('\n')).toContain('--data');
  });
});

describe('health', () => {
  it('counts the nodes', async () => {
    expect((await a.health()).cluster).toEqual({ ready: true, nodes: 2 });
  });
});
