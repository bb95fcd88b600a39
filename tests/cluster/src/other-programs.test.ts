import { createServer } from 'node:http';
import { Emitter } from '@socket.io/redis-emitter';
import { createAdapter } from '@socket.io/redis-adapter';
import type { RedisClientType } from 'redis';
import { Server } from 'socket.io';
import { beforeAll, describe, expect, it } from 'vitest';
import { redisClient } from './support/redis.js';
import { Device, type SignalNode, startTwoNodes } from './support/signal.js';
import { next } from './support/sockets.js';

let a: SignalNode;
let b: SignalNode;
let clients: RedisClientType[] = [];

beforeAll(async () => {
  const nodes = await startTwoNodes();
  ({ a, b } = nodes);
  clients = await Promise.all([1, 2, 3].map(() => redisClient(nodes.redis)));
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
