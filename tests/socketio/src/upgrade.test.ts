import { once } from 'node:events';
import { connect } from 'node:net';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { PollingSession } from './polling-session.js';
import { EchoServer } from './programs.js';
import { RawSocket } from './raw-socket.js';

let server: EchoServer;

beforeAll(async () => {
  server = await EchoServer.start();
});
afterAll(async () => {
  await server.stop();
});

async function probed(session: PollingSession): Promise<RawSocket> {
  const raw = await RawSocket.open(session.webSocketUrl);
  raw.send('2probe');
  expect(await raw.next()).toBe('3probe');
  return raw;
}

describe('upgrade from long-polling to WebSocket', () => {
  it('lets the poll go, and goes on over the WebSocket', async () => {
    const session = await PollingSession.open(server.url);
    const polled = session.poll();
    const raw = await probed(session);
    expect(await polled).toBe('6');
    raw.send('5');
    raw.send('4hello');
    expect(await raw.next()).toBe('4hello');
    raw.end();
  });

  it('lets go a poll that comes after the probe', async () => {
    const session = await PollingSession.open(server.url);
    const raw = await probed(session);
    expect(await session.poll()).toBe('6');
    raw.end();
  });

  it('sends over the WebSocket what polling did not take', async () => {
    const session = await PollingSession.open(server.url);
    const raw = await probed(session);
    await session.post('4a\x1e4b');
    raw.send('5');
    expect(await raw.next()).toBe('4a');
    expect(await raw.next()).toBe('4b');
    raw.end();
  });

  it('leaves polling as it was while the client has not gone over', async () => {
    const session = await PollingSession.open(server.url);
    const raw = await probed(session);
    await session.post('4a');
    expect(await session.poll()).toBe('4a');
    raw.end();
    await session.post('4b');
    expect(await session.poll()).toBe('4b');
  });

  it('may be tried again after it failed', async () => {
    const session = await PollingSession.open(server.url);
    const first = await probed(session);
    first.send('4not an upgrade');
    await first.closed;
    const second = await probed(session);
    second.send('5');
    second.send('4hello');
    expect(await second.next()).toBe('4hello');
    second.end();
  });

  it('refuses polling afterwards', async () => {
    const session = await PollingSession.open(server.url);
    const raw = await probed(session);
    raw.send('5');
    raw.send('4a');
    await raw.next();
    for (const response of [await session.get(), await session.post('4b')]) {
      expect(response.status).toBe(400);
      expect(await response.json()).toEqual({ code: 3, message: 'Bad request' });
    }
    raw.send('4c');
    expect(await raw.next()).toBe('4c');
    raw.end();
  });

  it('closes a second WebSocket, during and after it', async () => {
    const session = await PollingSession.open(server.url);
    const raw = await probed(session);
    await (
      await RawSocket.open(session.webSocketUrl)
    ).closed;
    raw.send('5');
    raw.send('4a');
    expect(await raw.next()).toBe('4a');
    await (
      await RawSocket.open(session.webSocketUrl)
    ).closed;
    raw.send('4b');
    expect(await raw.next()).toBe('4b');
    raw.end();
  });

  it('ends with the session', async () => {
    const session = await PollingSession.open(server.url);
    const raw = await probed(session);
    await session.post('1');
    await raw.closed;
  });

  it('beyond its time-out harms nobody, whether the client leaves at the close frame or stays', async () => {
    const other = await EchoServer.start('--upgrade-timeout-ms', '80');
    for (const end of ['leaves', 'stays'] as const) {
      const session = await PollingSession.open(other.url);
      const { hostname, port, pathname, search } = new URL(session.webSocketUrl);
      const socket = connect(Number(port), hostname);
      const gone = once(socket, 'close');
      const head = [
        `GET ${pathname}${search} HTTP/1.1`,
        'Host: a',
        'Connection: Upgrade',
        'Upgrade: websocket',
      ];
      const key = 'dGhlIHNhbXBsZSBub25jZQ==';
      socket.write([...head, 'Sec-WebSocket-Version: 13', `Sec-WebSocket-Key: ${key}`, '', ''].join('\r\n'));
      socket.on('data', (bytes: Buffer) => {
        if (end === 'leaves' && bytes[0] === 0x88) socket.destroy();
      });
      await gone;
      await session.post('4a');
      expect(await session.poll()).toBe('4a');
    }
    await other.stop();
  });

  it('is not waited for beyond its time-out', async () => {
    const other = await EchoServer.start('--upgrade-timeout-ms', '80');
    const session = await PollingSession.open(other.url);
    const raw = await probed(session);
    await raw.closed;
    await session.post('4a');
    expect(await session.poll()).toBe('4a');
    await other.stop();
  });
});
