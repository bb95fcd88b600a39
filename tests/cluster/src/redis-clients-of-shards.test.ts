// What other programs see of a `pantheon signal` whose shards each talk to Redis: each client once.
import { createServer } from 'node:http';
import { createAdapter } from '@socket.io/redis-adapter';
import { Emitter } from '@socket.io/redis-emitter';
import { Server } from 'socket.io';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Redis, redisClient } from './support/redis.js';
import { joinOn } from './support/shards.js';
import {
  type Device,
  SignalNode,
  becomes,
  dataFolder,
  disconnectDevices,
  launchNode,
} from './support/signal.js';

const SHARDS = 2;
let redis: Redis;
let signal: SignalNode;
let node: Server;
let emitter: Emitter;

beforeAll(async () => {
  redis = await Redis.start();
  signal = await SignalNode.of(launchNode(redis, dataFolder(), '1s', ['--shards', `${SHARDS}`]));
  await becomes(async () => (await signal.health()).cluster.nodes === SHARDS);
  const clients = await Promise.all([redisClient(redis), redisClient(redis), redisClient(redis)]);
  node = new Server(createServer());
  node.adapter(createAdapter(clients[0], clients[1], { requestsTimeout: 3000 }));
  emitter = new Emitter(clients[2]);
});
afterEach(disconnectDevices);
afterAll(async () => {
  await node.close();
});

/** Two devices on each shard, of two accounts. */
async function everyone(): Promise<Device[]> {
  const devices: Device[] = [];
  for (let shard = 0; shard < SHARDS; shard++)
    for (const account of ['anna', 'bob'])
      devices.push(await joinOn(shard, signal, account, `${account}-${shard}`));
  // Attempts that came to another shard have gone.
  await becomes(async () => (await signal.health()).connectedUsers === devices.length);
  return devices;
}

/** How often each has heard an event of that name when all that was emitted before has come. */
async function heardBy(devices: readonly Device[], event: string, emit: () => void): Promise<number[]> {
  const counts = devices.map(({ socket }) => {
    const heard = { count: 0 };
    socket.on(event, () => heard.count++);
    return heard;
  });
  const ended = devices.map(
    ({ socket }) => new Promise((resolve) => socket.once(`end of ${event}`, resolve)),
  );
  emit();
  await Promise.all(ended);
  return counts.map(({ count }) => count);
}

const idsOf = (sockets: readonly { readonly id: string }[]): string[] => sockets.map(({ id }) => id).sort();

describe('pantheon signal --shards 2, to a Node server with the official adapter', () => {
  it('is as many servers as it has shards', async () => {
    await expect.poll(() => node.of('/').adapter.serverCount()).toBe(1 + SHARDS); // it subscribes when it gets to it
  });

  it('has each of its sockets once, whichever shard it is on', async () => {
    const devices = await everyone();
    expect(idsOf(await node.fetchSockets())).toEqual(idsOf(devices));
    const [first] = devices;
    expect(idsOf(await node.in(first?.id ?? '').fetchSockets())).toEqual([first?.id]);
  });

  it('delivers an event once to each of its clients, and one for a socket to that one', async () => {
    const devices = await everyone();
    const emit = (): void => {
      node.emit('news', 1);
      node.emit('end of news');
    };
    expect(await heardBy(devices, 'news', emit)).toEqual([1, 1, 1, 1]);
    const [, second] = devices;
    const emitToOne = (): void => {
      node.to(second?.id ?? '').emit('for one', 1);
      node.emit('end of for one');
    };
    expect(await heardBy(devices, 'for one', emitToOne)).toEqual([0, 1, 0, 0]);
  });
});

describe('pantheon signal --shards 2, to the official emitter', () => {
  it('delivers an event once to each of its clients, and one for a socket to that one', async () => {
    const devices = await everyone();
    const emit = (): void => {
      emitter.emit('news', 1);
      emitter.emit('end of news');
    };
    expect(await heardBy(devices, 'news', emit)).toEqual([1, 1, 1, 1]);
    const [, , third] = devices;
    const emitToOne = (): void => {
      emitter.to(third?.id ?? '').emit('for one', 1);
      emitter.emit('end of for one');
    };
    expect(await heardBy(devices, 'for one', emitToOne)).toEqual([0, 0, 1, 0]);
  });

  it('cuts the socket that is named, and no other', async () => {
    const devices = await everyone();
    const [first, ...others] = devices;
    const gone = first?.next('disconnect');
    emitter.in(first?.id ?? '').disconnectSockets(true);
    await gone;
    await becomes(async () => (await signal.health()).connectedUsers === others.length);
    for (const { socket } of others) expect(socket.connected).toBe(true);
  });
});
