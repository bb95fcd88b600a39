import { io, type Socket } from 'socket.io-client';
import { beforeAll, expect, it } from 'vitest';
import { PollingClient, joinOn, overNewConnection, startShards } from './support/shards.js';
import { type SignalNode, dataFolder } from './support/signal.js';

let node: SignalNode;

beforeAll(async () => {
  node = await startShards(dataFolder());
});

it('a session is found over whatever connection its requests come', async () => {
  const phone = await PollingClient.connect(node, 'polling', 'phone');
  await phone.emit('join-account');
  expect(await phone.next('existing-peers')).toEqual([]);
  const host = await joinOn(2, node, 'polling', 'host');
  expect(await phone.next('peer-joined')).toMatchObject({ userId: 'host' });
  for (let n = 0; n < 20; n++) await phone.emit('webrtc-signal', { to: 'host', signal: n });
  for (let n = 0; n < 20; n++)
    expect(await host.next('webrtc-signal')).toMatchObject({ fromUserId: 'phone', signal: n });
  for (let n = 0; n < 20; n++) host.socket.emit('webrtc-signal', { to: 'phone', signal: n });
  for (let n = 0; n < 20; n++) expect(await phone.next('webrtc-signal')).toMatchObject({ signal: n });
});

it('many sessions poll at once', async () => {
  const names = Array.from({ length: 16 }, (_, i) => `device${i}`);
  const clients = await Promise.all(
    names.map(async (name) => await PollingClient.connect(node, 'crowd', name)),
  );
  await Promise.all(
    clients.map(async (client) => {
      await client.emit('join-account');
      await client.next('existing-peers');
    }),
  );
  const host = await joinOn(1, node, 'crowd', 'host');
  expect(await host.list()).toEqual([...names].sort());
  await Promise.all(
    clients.map(async (client, n) => {
      await client.emit('webrtc-signal', { to: 'host', signal: n });
    }),
  );
  const heard = new Set<unknown>();
  while (heard.size < names.length) heard.add((await host.next('webrtc-signal'))['signal']);
  host.socket.emit('webrtc-signal', { to: 'device7', signal: 'back' });
  expect(await clients[7]?.next('webrtc-signal')).toMatchObject({ signal: 'back' });
});

it('a session goes over to a WebSocket wherever that was accepted', async () => {
  const sockets: Socket[] = [];
  try {
    await Promise.all(
      Array.from({ length: 12 }, async (_, i) => {
        const socket = io(node.url, {
          forceNew: true,
          reconnection: false,
          auth: { token: 'dev:upgrades', clientType: 'web', deviceId: `device${i}` },
        });
        sockets.push(socket);
        await new Promise<void>((resolve, reject) => {
          socket.once('connect_error', reject);
          socket.once('connect', () => {
            if (socket.io.engine.transport.name === 'websocket') resolve();
            else socket.io.engine.once('upgrade', () => resolve());
          });
        });
        const listed = new Promise((resolve) => socket.once('existing-peers', resolve));
        socket.emit('join-account');
        await listed;
      }),
    );
    expect(sockets.map((socket) => socket.io.engine.transport.name)).toEqual(sockets.map(() => 'websocket'));
    const host = await joinOn(0, node, 'upgrades', 'host');
    expect(host.peers.length).toBe(sockets.length);
    for (const [i, socket] of sockets.entries()) {
      const answer = new Promise<unknown>((resolve) => socket.once('webrtc-signal', resolve));
      socket.emit('webrtc-signal', { to: 'host', signal: i });
      expect(await host.next('webrtc-signal')).toMatchObject({ fromUserId: `device${i}`, signal: i });
      host.socket.emit('webrtc-signal', { to: `device${i}`, signal: 'answer' });
      expect(await answer).toMatchObject({ signal: 'answer' });
    }
  } finally {
    for (const socket of sockets) socket.disconnect();
  }
});

it('a session that nobody has is refused by every shard', async () => {
  for (const mark of ['A', 'B', 'C', 'D', 'Z', '']) {
    const sid = `${mark}AAAAAAAAAAAAAAAAAAAAAA`;
    const url = `${node.url}/socket.io/?EIO=4&transport=polling&sid=${sid}`;
    const refused = { status: 400, body: '{"code":1,"message":"Session ID unknown"}' };
    expect(await overNewConnection(url)).toEqual(refused);
    expect(await overNewConnection(url, '3')).toEqual(refused);
  }
});
