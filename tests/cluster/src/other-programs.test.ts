import { createServer } from 'node:http';
import { Emitter } from '@socket.io/redis-emitter';
import { createAdapter } from '@socket.io/redis-adapter';
import type { RedisClientType } from 'redis';
import { Server } from 'socket.io';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stopAll } from './process.js';
import { Redis, redisClient } from './redis.js';
import { Device, SignalNode, dataFolder, disconnectDevices, removeFolders } from './signal.js';
import { next } from './sockets.js';

let redis: Redis;
let a: SignalNode;
let b: SignalNode;
let clients: RedisClientType[] = [];

beforeAll(async () => {
  redis = await Redis.start();
  const data = dataFolder();
  a = await SignalNode.start(redis, data);
  b = await SignalNode.start(redis, data);
  clients = await Promise.all([redisClient(redis), redisClient(redis), redisClient(redis)]);
});
afterAll(async () => {
  disconnectDevices();
  await Promise.all(clients.map((client) => client.quit()));
  await stopAll();
  removeFolders();
});

describe('devices of pantheon signal', () => {
  it('are reached by the official emitter, all or one of them', async () => {
    const emitter = new Emitter(clients[0]);
    const one = await Device.join(a, 'someone', 'one');
    const two = await Device.join(b, 'another', 'two');
    const heard = [next(one.socket, 'notice'), next(two.socket, 'notice')];
    emitter.emit('notice', 'maintenance at nine');
    for (const args of await Promise.all(heard)) expect(args).toEqual(['maintenance at nine']);
    const gone = one.next('disconnect');
    emitter.in(one.id).disconnectSockets(true);
    await gone;
    expect(two.socket.connected).toBe(true);
  });

  it('are fetched by a Node server with the official adapter, without their credentials', async () => {
    const node = new Server(createServer());
    node.adapter(createAdapter(clients[1], clients[2], { requestsTimeout: 3000 }));
    const one = await Device.join(a, 'someone', 'one');
    const began = performance.now();
    const seen = await node.fetchSockets();
    expect(performance.now() - began).toBeLessThan(1000);
    expect(seen.map(({ id }) => id)).toContain(one.id);
    expect(JSON.stringify(seen.map(({ handshake }) => handshake))).not.toContain('dev:someone');
    await node.close();
  });
});
