import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { PollingSession, SEPARATOR } from './polling-session.js';
import { EchoServer } from './programs.js';

let server: EchoServer;
let quick: EchoServer;
let roomy: EchoServer;

beforeAll(async () => {
  roomy = await EchoServer.start();
  server = await EchoServer.start('--max-payload', '10000');
  quick = await EchoServer.start('--ping-interval-ms', '60', '--ping-timeout-ms', '40');
});
afterAll(async () => {
  await Promise.all([server.stop(), quick.stop(), roomy.stop()]);
});

/** Opens a TCP connection, sends bytes, and gives what closes it. */
async function sendRaw(bytes: string): Promise<() => void> {
  const { port } = new URL(server.url);
  const socket = connect(Number(port), '127.0.0.1');
  await once(socket, 'connect');
  await new Promise((resolve) => socket.write(bytes, resolve));
  return () => {
    socket.destroy();
  };
}

/** Returns when so many milliseconds have passed, never before. */
async function pass(milliseconds: number): Promise<void> {
  const end = performance.now() + milliseconds;
  for (let left = milliseconds; left > 0; left = end - performance.now())
    await new Promise((resolve) => setTimeout(resolve, left));
}

describe('long-polling handshake', () => {
  it('opens a session that may be upgraded', async () => {
    const session = await PollingSession.open(server.url);
    expect(session.opening).toEqual({
      sid: expect.any(String) as string,
      upgrades: ['websocket'],
      pingInterval: 25_000,
      pingTimeout: 20_000,
      maxPayload: 10_000,
    });
  });

  const refusals: [string, string, number, string][] = [
    ['GET', 'EIO=4', 0, 'Transport unknown'],
    ['GET', 'EIO=4&transport=abc', 0, 'Transport unknown'],
    ['GET', 'EIO=4&transport=polling&sid=abc', 1, 'Session ID unknown'],
    ['POST', 'EIO=4&transport=polling&sid=abc', 1, 'Session ID unknown'],
    ['POST', 'EIO=4&transport=polling', 2, 'Bad handshake method'],
    ['PUT', 'EIO=4&transport=polling', 2, 'Bad handshake method'],
    ['GET', 'transport=polling', 5, 'Unsupported protocol version'],
    ['GET', 'EIO=3&transport=polling', 5, 'Unsupported protocol version'],
    ['GET', 'EIO=abc&transport=polling', 5, 'Unsupported protocol version'],
  ];
  it.each(refusals)('refuses %s ?%s with code %i', async (method, query, code, message) => {
    const response = await fetch(`${server.url}/engine.io/?${query}`, { method });
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({ code, message });
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
  });

  it('is found at its path alone', async () => {
    const response = await fetch(`${server.url}/engine.io/below?EIO=4&transport=polling`);
    expect(response.status).toBe(404);
  });

  it('refuses a WebSocket request that is none for a session that polls', async () => {
    const session = await PollingSession.open(server.url);
    const response = await fetch(session.url.replace('=polling', '=websocket'));
    expect(await response.json()).toEqual({ code: 3, message: 'Bad request' });
  });

  it('takes a request with Connection: upgrade and no Upgrade as an ordinary one', async () => {
    const sent = request(`${server.url}/engine.io/?EIO=4&transport=polling`, {
      headers: { Connection: 'upgrade' },
    });
    sent.end();
    const [response] = (await once(sent, 'response')) as [{ statusCode: number; resume: () => void }];
    response.resume();
    expect(response.statusCode).toBe(200);
  });
});

describe('long-polling messages', () => {
  it.each([
    ['text', '4hello'],
    ['several', ['4a', '4', '4ü€😀'].join(SEPARATOR)],
    ['text and binary', ['4hello', 'bAQIDBA==', 'b'].join(SEPARATOR)],
  ])('echoes %s in one payload', async (_, payload) => {
    const session = await PollingSession.open(server.url);
    const posted = await session.post(payload);
    expect(posted.status).toBe(200);
    expect(posted.headers.get('content-type')).toBe('text/html');
    expect(await posted.text()).toBe('ok');
    const polled = await session.get();
    expect(polled.headers.get('content-type')).toBe('text/plain; charset=UTF-8');
    expect(polled.headers.get('cache-control')).toBe('no-store');
    expect(await polled.text()).toBe(payload);
  });

  it('echoes all that one payload may bring', async () => {
    const session = await PollingSession.open(roomy.url);
    const payload = Array.from({ length: 16_000 }, () => '4a').join(SEPARATOR);
    expect((await session.post(payload)).status).toBe(200);
    expect(await session.poll()).toBe(payload);
  });

  it('answers a poll that waits', async () => {
    const session = await PollingSession.open(server.url);
    const polled = session.poll();
    await session.post('4hello');
    expect(await polled).toBe('4hello');
  });

  it('refuses a body beyond the limit with 413, and goes on', async () => {
    const session = await PollingSession.open(server.url);
    const refused = await session.post(`4${'x'.repeat(10_000)}`);
    expect(refused.status).toBe(413);
    expect(refused.headers.get('access-control-allow-origin')).toBe('*');
    await session.post(`4${'x'.repeat(9_999)}`);
    expect(await session.poll()).toHaveLength(10_000);
  });

  it('lets a preflight pass', async () => {
    const response = await fetch(`${server.url}/engine.io/?EIO=4&transport=polling`, {
      method: 'OPTIONS',
      headers: {
        Origin: 'http://other.test',
        'Access-Control-Request-Method': 'POST',
        'Access-Control-Request-Headers': 'x-token',
      },
    });
    expect(response.status).toBe(204);
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    expect(response.headers.get('access-control-allow-headers')).toBe('x-token');
  });

  it('answers OPTIONS that is no preflight like one', async () => {
    const response = await fetch(`${server.url}/engine.io/?transport=polling`, { method: 'OPTIONS' });
    expect(response.status).toBe(204);
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    expect(response.headers.get('access-control-allow-methods')).toBe('GET,HEAD,PUT,PATCH,POST,DELETE');
  });

  it('refuses a request of a session in another protocol', async () => {
    const session = await PollingSession.open(server.url);
    for (const query of ['', 'EIO=3&']) {
      const response = await fetch(session.url.replace('EIO=4&', query));
      expect(response.status).toBe(400);
      expect(await response.json()).toEqual({ code: 3, message: 'Bad request' });
    }
    await session.post('4a');
    expect(await session.poll()).toBe('4a');
  });
});

describe('the end of a long-polling session', () => {
  async function isGone(session: PollingSession): Promise<void> {
    const response = await session.get();
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({ code: 1, message: 'Session ID unknown' });
  }

  /** A poll that was there before the end brings this; one that came after it finds no session. */
  async function toldOrLate(poll: Promise<Response>, payload: string): Promise<void> {
    const response = await poll;
    if (response.status === 200) expect(await response.text()).toBe(payload);
    else expect(response.status).toBe(400);
  }

  it('comes at a second poll, and the first is told', async () => {
    const session = await PollingSession.open(server.url);
    const both = await Promise.all([session.get(), session.get()]);
    const answers = await Promise.all(
      both.map(async (response) => [response.status, await response.text()] as const),
    );
    expect(answers).toContainEqual([200, '1']);
    expect(answers.map(([status]) => status).sort()).toEqual([200, 400]);
    await isGone(session);
  });

  it('comes at a second post', async () => {
    const session = await PollingSession.open(server.url);
    const polled = session.get();
    const { pathname, search } = new URL(session.url);
    const head = `POST ${pathname}${search} HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n`;
    const end = await sendRaw(head);
    // The first one has begun when another is refused: its packets would have been echoed otherwise.
    let second = await session.post('4a');
    while (second.status === 200) second = await session.post('4a');
    expect(second.status).toBe(400);
    const told = await (await polled).text();
    expect(told.endsWith('1') || told.startsWith('4a')).toBe(true);
    end();
    await isGone(session);
  });

  it('comes when a poll is broken off', async () => {
    const session = await PollingSession.open(server.url);
    const { pathname, search } = new URL(session.url);
    const end = await sendRaw(`GET ${pathname}${search} HTTP/1.1\r\nHost: a\r\n\r\n`);
    end();
    // Nothing comes back for a pong, so the poll stays open as long as the session does.
    let response = await session.post('3');
    while (response.status === 200) response = await session.post('3');
    expect(response.status).toBe(400);
  });

  it.each(['abc', '', '4a\x1e', 'b!', '2'])('comes at the payload %j', async (payload) => {
    const session = await PollingSession.open(server.url);
    const polled = session.get();
    await session.post(payload);
    await toldOrLate(polled, payload.startsWith('4a') ? '4a' : '1');
    await isGone(session);
  });

  it('comes at binary that is not base64', async () => {
    const session = await PollingSession.open(server.url);
    const response = await session.post('4a', { 'Content-Type': 'application/octet-stream' });
    expect(response.status).toBe(400);
    await isGone(session);
  });

  it('comes when the client says so, and its poll comes back empty', async () => {
    const session = await PollingSession.open(server.url);
    const polled = session.get();
    expect((await session.post('1')).status).toBe(200);
    await toldOrLate(polled, '6');
    await isGone(session);
  });

  it('comes after the answers to what the client said before', async () => {
    for (const last of ['1', 'abc']) {
      const session = await PollingSession.open(server.url);
      const polled = session.get();
      await session.post(['4last', last].join(SEPARATOR));
      await toldOrLate(polled, '4last');
      await isGone(session);
    }
  });

  it('comes when the server stops, and the client is told', async () => {
    const other = await EchoServer.start();
    const session = await PollingSession.open(other.url);
    const polled = session.poll();
    const stopped = other.stop();
    expect(await polled).toBe('1');
    await stopped;
  });

  it('comes when pings are not answered, and not before', async () => {
    const session = await PollingSession.open(quick.url);
    for (let i = 0; i < 3; i++) {
      expect(await session.poll()).toBe('2');
      await session.post('3');
    }
    expect(await session.poll()).toBe('2');
    expect(await session.poll()).toBe('1');
    await isGone(session);
  });

  it('comes on time, however late the server got to its pings', async () => {
    const server = await EchoServer.start('--ping-interval-ms', '300', '--ping-timeout-ms', '200');
    const polledTooLate = async (): Promise<number> => {
      const session = await PollingSession.open(server.url);
      await pass(500);
      return (await session.get()).status;
    };
    const answers = await Promise.all(Array.from({ length: 30 }, polledTooLate));
    expect(new Set(answers)).toEqual(new Set([400]));
    await server.stop();
  });
});
