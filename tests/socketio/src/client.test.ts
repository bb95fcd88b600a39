import { once } from 'node:events';
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { Server, type Socket } from 'socket.io';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';

import { NativeClient } from './programs.js';

let http: HttpServer;
let io: Server;
let client: NativeClient | undefined;

async function listen(options: object = {}, port = 0): Promise<void> {
  http = createServer();
  io = new Server(http, { transports: ['websocket'], ...options });
  await new Promise<void>((resolve) => http.listen(port, '127.0.0.1', resolve));
}

function url(): string {
  return `http://127.0.0.1:${String((http.address() as AddressInfo).port)}`;
}

function connected(nsp = '/'): Promise<Socket> {
  return new Promise((resolve) => {
    io.of(nsp).once('connection', resolve);
  });
}

beforeEach(async () => {
  await listen();
});
afterEach(async () => {
  await client?.stop();
  await io.close();
});

describe('the native client against the official server', () => {
  it('connects with credentials asked for at that moment', async () => {
    const arrived = connected();
    client = NativeClient.start(url(), '--auth', '{"token":"abc"}');
    const socket = await arrived;
    expect(socket.handshake.auth).toEqual({ token: 'abc', attempt: 1 });
    expect((await client.next('connect'))['id']).toBe(socket.id);
  });

  it('joins a namespace', async () => {
    const arrived = connected('/custom');
    client = NativeClient.start(url(), '--nsp', '/custom');
    expect((await arrived).nsp.name).toBe('/custom');
    await client.next('connect');
  });

  it('receives events and keeps their JSON text', async () => {
    const arrived = connected();
    client = NativeClient.start(url());
    (await arrived).emit('news', 1, 'zwei', { drei: [null, 'ü'] });
    expect(await client.next('event')).toEqual({
      type: 'event',
      name: 'news',
      args: [1, 'zwei', { drei: [null, 'ü'] }],
      attachments: [],
      raw: '["news",1,"zwei",{"drei":[null,"ü"]}]',
    });
  });

  it('sends events, with binary', async () => {
    const arrived = connected();
    client = NativeClient.start(url());
    const socket = await arrived;
    const got = new Promise<unknown[]>((resolve) => {
      socket.once('report', (...args: unknown[]) => {
        resolve(args);
      });
    });
    await client.next('connect');
    client.send({
      emit: 'report',
      args: [{ at: { _placeholder: true, num: 0 } }, 'x'],
      attachments: ['AQID'],
    });
    expect(await got).toEqual([{ at: Buffer.from([1, 2, 3]) }, 'x']);
  });

  it('receives binary', async () => {
    const arrived = connected();
    client = NativeClient.start(url());
    (await arrived).emit('file', Buffer.from([1, 2, 3]), 'name');
    expect(await client.next('event')).toMatchObject({
      name: 'file',
      args: [{ _placeholder: true, num: 0 }, 'name'],
      attachments: ['AQID'],
    });
  });

  it('acknowledges, with binary', async () => {
    const arrived = connected();
    client = NativeClient.start(url());
    const answer = (await (await arrived).timeout(5000).emitWithAck('ask', 'a', Buffer.from([5]))) as unknown;
    expect(answer).toBe('a');
  });

  it('asks and is answered, with binary both ways', async () => {
    const arrived = connected();
    client = NativeClient.start(url());
    (await arrived).on('ask', (data: Buffer, reply: (...args: unknown[]) => void) => {
      reply('got', Buffer.concat([data, Buffer.from([4])]));
    });
    await client.next('connect');
    client.send({ request: 'ask', args: [{ _placeholder: true, num: 0 }], attachments: ['AQID'], tag: 7 });
    expect(await client.next('answer')).toEqual({
      type: 'answer',
      tag: 7,
      args: ['got', { _placeholder: true, num: 0 }],
      attachments: ['AQIDBA'],
    });
  });

  it('says when no answer comes in time', async () => {
    client = NativeClient.start(url());
    await client.next('connect');
    client.send({ request: 'silence', args: [], timeoutMs: 30 });
    expect((await client.next('answer'))['error']).toBe('ack_timeout');
  });

  it('says when the connection breaks before the answer', async () => {
    const arrived = connected();
    client = NativeClient.start(url());
    const socket = await arrived;
    await client.next('connect');
    socket.on('silence', () => {
      socket.disconnect(true);
    });
    client.send({ request: 'silence', args: [] });
    expect((await client.next('answer'))['error']).toBe('disconnected');
  });

  it('reports why it was refused, tries again, and asks for new credentials', async () => {
    io.use((socket, next) => {
      if (socket.handshake.auth['attempt'] === 3) {
        next();
        return;
      }
      next(Object.assign(new Error('not yet'), { data: { code: 'auth_expired' } }));
    });
    client = NativeClient.start(url());
    const refused = { message: 'not yet', data: { code: 'auth_expired' } };
    expect((await client.next('connect_error'))['error']).toEqual(refused);
    expect((await client.next('connect_error'))['error']).toEqual(refused);
    await client.next('connect');
  });

  it('reports a namespace that does not exist', async () => {
    client = NativeClient.start(url(), '--nsp', '/nowhere');
    expect((await client.next('connect_error'))['error']).toEqual({ message: 'Invalid namespace' });
  });

  it('stays away when the server disconnects it', async () => {
    const arrived = connected();
    client = NativeClient.start(url());
    const socket = await arrived;
    await client.next('connect');
    socket.disconnect();
    expect((await client.next('disconnect'))['reason']).toBe('io server disconnect');
  });

  it('connects again when the transport breaks', async () => {
    const arrived = connected();
    client = NativeClient.start(url());
    const first = await arrived;
    await client.next('connect');
    const again = connected();
    first.conn.close();
    expect((await client.next('disconnect'))['reason']).toBe('transport close');
    expect((await again).id).not.toBe(first.id);
    await client.next('connect');
  });

  it('connects again when the server comes back', async () => {
    client = NativeClient.start(url());
    await client.next('connect');
    const port = (http.address() as AddressInfo).port;
    await io.close();
    await client.next('disconnect');
    expect((await client.next('connect_error'))['error']).toMatchObject({ data: { code: 'connect_failed' } });
    await listen({}, port);
    await client.next('connect');
  });

  it('notices when the server falls silent', async () => {
    const silent = new WebSocketServer({ host: '127.0.0.1', port: 0 });
    silent.on('connection', (socket) => {
      socket.send('0{"sid":"a","upgrades":[],"pingInterval":50,"pingTimeout":50,"maxPayload":1000}');
      socket.on('message', (data: Buffer) => {
        if (data.toString().startsWith('40')) socket.send('40{"sid":"b"}');
      });
    });
    await once(silent, 'listening');
    client = NativeClient.start(`http://127.0.0.1:${String((silent.address() as AddressInfo).port)}`);
    await client.next('connect');
    expect((await client.next('disconnect'))['reason']).toBe('ping timeout');
    silent.close();
    for (const socket of silent.clients) socket.terminate();
  });

  it('tells the server that it leaves', async () => {
    const arrived = connected();
    client = NativeClient.start(url());
    const socket = await arrived;
    await client.next('connect');
    const left = new Promise<string>((resolve) => {
      socket.once('disconnect', resolve);
    });
    client.send({ stop: true });
    expect(await left).toBe('client namespace disconnect');
    expect((await client.next('disconnect'))['reason']).toBe('io client disconnect');
    await client.next('stopped');
  });
});
