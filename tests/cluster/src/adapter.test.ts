import { createServer, type Server as HttpServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createAdapter } from '@socket.io/redis-adapter';
import { Emitter } from '@socket.io/redis-emitter';
import { Server } from 'socket.io';
import type { Socket } from 'socket.io-client';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Program, ROOT } from './support/process.js';
import { Redis, redisClient } from './support/redis.js';
import { connect, disconnectAll, next } from './support/sockets.js';

const NODE = join(ROOT, 'build/dev/tests/cluster/cluster_node');

let redis: Redis;
let http: HttpServer;
let node: Server;
let nodeUrl = '';
let natives: string[] = [];
let emitter: Emitter;

async function startNative(): Promise<string> {
  const program = new Program(NODE, ['--redis', redis.url]);
  const [, url = ''] = await program.line(/^listening on (\S+)/);
  return url;
}

beforeAll(async () => {
  redis = await Redis.start();
  http = createServer();
  node = new Server(http);
  node.adapter(createAdapter(await redisClient(redis), await redisClient(redis), { requestsTimeout: 3000 }));
  node.on('connection', (socket) => {
    socket.on('join', (room: string, done: () => void) => {
      void socket.join(room);
      done();
    });
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  nodeUrl = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  natives = [await startNative(), await startNative()];
  emitter = new Emitter(await redisClient(redis));
});
afterEach(disconnectAll);
afterAll(async () => {
  await node.close();
});

/** A client of each: a Node server and two native ones. */
async function oneEach(): Promise<[Socket, Socket, Socket]> {
  const [first = '', second = ''] = natives;
  return [await connect(nodeUrl), await connect(first), await connect(second)];
}

const ids = (sockets: readonly Socket[]): string[] => sockets.map((socket) => socket.id ?? '').sort();

describe('the emitter', () => {
  it('reaches the clients of every server, with every kind of value', async () => {
    const sockets = await oneEach();
    const heard = sockets.map((socket) => next(socket, 'news'));
    const date = new Date(1_692_106_422_779);
    emitter.emit(
      'news',
      1,
      -70_000,
      2 ** 40,
      0.25,
      'grüß',
      null,
      { list: [true, {}] },
      date,
      Buffer.from([1, 2]),
    );
    const expected = [
      1,
      -70_000,
      2 ** 40,
      0.25,
      'grüß',
      null,
      { list: [true, {}] },
      date.toISOString(),
      Buffer.from([1, 2]),
    ];
    for (const args of await Promise.all(heard)) expect(args).toEqual(expected);
  });

  it('tells an ArrayBuffer from a date of the same size', async () => {
    const [, native] = await oneEach();
    const heard = next(native, 'bytes');
    emitter.emit('bytes', new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8]));
    expect(await heard).toEqual([Buffer.from([1, 2, 3, 4, 5, 6, 7, 8])]);
  });

  it('reaches rooms, and leaves rooms out', async () => {
    const [atNode, atFirst, atSecond] = await oneEach();
    for (const socket of [atFirst, atSecond]) await socket.emitWithAck('join', 'both');
    await atSecond.emitWithAck('join', 'second');
    const heard: string[] = [];
    atNode.on('x', () => heard.push('node'));
    atSecond.on('x', () => heard.push('second'));
    const first = next(atFirst, 'x');
    emitter.to('both').except('second').emit('x', 'for the first');
    expect(await first).toEqual(['for the first']);
    const last = next(atSecond, 'end');
    emitter.to('second').emit('end');
    await last;
    expect(heard).toEqual([]);
  });

  it('makes clients join, leave and go', async () => {
    const [, native, other] = await oneEach();
    emitter.in(native.id ?? '').socketsJoin(['made', 'up']);
    const heard = next(native, 'x');
    emitter.to('made').emit('x', 1);
    expect(await heard).toEqual([1]);
    emitter.in('up').socketsLeave('made');
    const unheard: unknown[] = [];
    native.on('x', (value) => unheard.push(value));
    emitter.to('made').emit('x', 2);
    const gone = next(native, 'disconnect');
    emitter.in('up').disconnectSockets(true);
    await gone;
    expect(unheard).toEqual([]);
    expect(other.connected).toBe(true);
  });

  it('reaches other namespaces by name', async () => {
    const custom = await connect(`${natives[0] ?? ''}/custom`);
    const heard = next(custom, 'x');
    emitter.emit('x', 'wrong');
    emitter.of('/custom').emit('x', 'right');
    expect(await heard).toEqual(['right']);
  });
});

describe('a Node server', () => {
  it('counts and fetches our sockets without waiting', async () => {
    const sockets = await oneEach();
    const began = performance.now();
    const seen = await node.fetchSockets();
    expect(performance.now() - began).toBeLessThan(1000);
    expect(seen.map((socket) => socket.id).sort()).toEqual(ids(sockets));
    const native = seen.find((socket) => socket.id === sockets[1].id);
    expect(native?.data).toEqual({ id: sockets[1].id });
    expect(native?.handshake.headers).toBeTypeOf('object');
    expect([...(native?.rooms ?? [])]).toEqual([sockets[1].id]);
    expect(await node.of('/').adapter.serverCount()).toBe(3);
  });

  it('fetches by room, and knows all rooms', async () => {
    const [, native] = await oneEach();
    await native.emitWithAck('join', 'r1');
    expect((await node.in('r1').fetchSockets()).map((socket) => socket.id)).toEqual([native.id]);
    const adapter = node.of('/').adapter as unknown as { allRooms(): Promise<Set<string>> };
    const rooms = await adapter.allRooms();
    expect(rooms.has('r1')).toBe(true);
    expect(rooms.has(native.id ?? '')).toBe(true);
  });

  it('gets acknowledgements of our clients', async () => {
    const sockets = await oneEach();
    sockets.forEach((socket, index) => {
      socket.on('how much', (factor: number, done: (value: number) => void) => {
        done(index * factor);
      });
    });
    const answers = (await node.timeout(3000).emitWithAck('how much', 10)) as number[];
    expect([...answers].sort()).toEqual([0, 10, 20]);
  });

  it('is answered by our servers at once, listener or not', async () => {
    await oneEach();
    expect([...(await node.serverSideEmitWithAck('to-servers', 'hello'))]).toEqual([
      'native heard hello',
      'native heard hello',
    ]);
    expect(await node.serverSideEmitWithAck('nobody listens')).toEqual([null, null]);
  });

  it('makes our clients join, leave and go', async () => {
    const [, native, other] = await oneEach();
    node.in([native.id ?? '', other.id ?? '']).socketsJoin('pair');
    const heard = [next(native, 'x'), next(other, 'x')];
    node.to('pair').emit('x', Buffer.from([7]));
    expect(await Promise.all(heard)).toEqual([[Buffer.from([7])], [Buffer.from([7])]]);
    node.in('pair').disconnectSockets();
    await Promise.all([next(native, 'disconnect'), next(other, 'disconnect')]);
  });
});

describe('a native server', () => {
  it('reaches the clients of all others', async () => {
    const sockets = await oneEach();
    const heard = sockets.map((socket) => next(socket, 'said'));
    sockets[1].emit('emit', {}, 'to all', { n: 1 });
    for (const args of await Promise.all(heard)) expect(args).toEqual(['to all', { n: 1 }]);
  });

  it('reaches rooms elsewhere, with binary', async () => {
    const [atNode, atFirst, atSecond] = await oneEach();
    await atNode.emitWithAck('join', 'room');
    await atSecond.emitWithAck('join', 'room');
    const heard = [next(atNode, 'said'), next(atSecond, 'said')];
    const unheard: unknown[] = [];
    atFirst.on('said', (value) => unheard.push(value));
    await atFirst.emitWithAck('emit', { rooms: ['room'] }, Buffer.from([1, 2, 3]));
    expect(await Promise.all(heard)).toEqual([[Buffer.from([1, 2, 3])], [Buffer.from([1, 2, 3])]]);
    expect(unheard).toEqual([]);
  });

  it('fetches the sockets of all others', async () => {
    const sockets = await oneEach();
    const seen = (await sockets[2].emitWithAck('fetch', {})) as { id: string; rooms: string[] }[];
    expect(seen.map(({ id }) => id).sort()).toEqual(ids(sockets));
    for (const { id, rooms } of seen) expect(rooms).toEqual([id]);
  });

  it('gets acknowledgements of all clients, and says how many there were', async () => {
    const sockets = await oneEach();
    sockets.forEach((socket, index) => {
      socket.on('question', (text: string, done: (value: string) => void) => {
        done(`${text} ${index}`);
      });
    });
    const result = (await sockets[1].emitWithAck('ask', {}, 'here')) as {
      expected: number;
      answers: string[];
    };
    expect(result.expected).toBe(3);
    expect([...result.answers].sort()).toEqual(['here 0', 'here 1', 'here 2']);
  });

  it('talks to the other servers', async () => {
    const [, native] = await oneEach();
    const told = once(node.of('/'), 'told').then((args: unknown[]) => args);
    node.once('told', (text: string) => node.of('/').emit('told to node', text));
    native.emit('tell-servers', 'hello');
    expect(await told).toEqual(['hello']);
    const answer = (text: string, done: (value: string) => void): void => {
      done(`node heard ${text}`);
    };
    node.on('to-servers', answer);
    const answers = (await native.emitWithAck('ask-servers', 'you')) as string[];
    node.off('to-servers', answer);
    expect([...answers].sort()).toEqual(['native heard you', 'node heard you']);
  });

  it('makes clients elsewhere join, leave and go', async () => {
    const [atNode, atFirst] = await oneEach();
    const joined = next(atNode, 'said');
    atFirst.emit('make-join', { rooms: [atNode.id] }, 'there');
    atFirst.emit('emit', { rooms: ['there'] }, 1);
    expect(await joined).toEqual([1]);
    const rooms = (await atFirst.emitWithAck('rooms')) as string[];
    expect(rooms).toContain('there');
    atFirst.emit('make-leave', { rooms: ['there'] }, 'there');
    const gone = next(atNode, 'disconnect');
    atFirst.emit('make-disconnect', { rooms: [atNode.id] });
    await gone;
    expect(atFirst.connected).toBe(true);
  });
});
