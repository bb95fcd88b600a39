import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { io, type Socket as ClientSocket } from 'socket.io-client';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { openTestPage } from './support/browser.js';
import { Up } from './support/pantheon.js';
import { RecordingEngine } from './support/recording-engine.js';

/** A client that says nothing is closed after 45 seconds anyway. */
const SOON_MS = 2000;

/** Pieces come every 20 ms; a machine that is busy with a browser and builds makes longer pauses by itself. */
const MAX_PAUSE_MS = 2000;

describe('malformed input gets a coded error, and an answer that streams meanwhile does not notice', () => {
  let engine: RecordingEngine;
  let up: Up;
  let bystander: Page;
  let vandal: Page; // a paired device that breaks the rules
  let before: number;

  beforeAll(async () => {
    engine = await RecordingEngine.start();
    up = await Up.start({ engines: [engine.url], args: ['--dev', '--log-level', 'info'] });
    bystander = await pairedPage();
    ({ page: vandal } = await openTestPage(up.origin));
    await vandal.evaluate(
      async (link) => {
        window.channels = [];
        window.e2e.onDataChannels((channel) => window.channels.push(channel));
        await window.e2e.pairAndConnect(link);
      },
      await up.nextLink(),
    );
    await bystander.evaluate(async (model) => {
      window.chat = new window.e2e.RunningChat(window.link, model);
      await window.chat.pieces(3);
    }, engine.model);
  });
  afterAll(async () => {
    await bystander.close();
    await vandal.close();
    await up.stop();
    await engine.stop();
  });

  beforeEach(async () => {
    before = await bystander.evaluate(() => window.chat.times.length);
  });
  afterEach(async () => {
    const { ended, gap } = await bystander.evaluate(async (count) => {
      await window.chat.pieces(count + 5);
      return { ended: window.chat.ended, gap: window.chat.longestGap() };
    }, before);
    expect(ended).toBeUndefined();
    expect(gap).toBeLessThan(MAX_PAUSE_MS);
    expect(up.process.running).toBe(true);
  });

  async function pairedPage(): Promise<Page> {
    const { page } = await openTestPage(up.origin);
    await page.evaluate((link) => window.e2e.pairAndConnect(link), await up.nextLink());
    return page;
  }

  function signedIn(): ClientSocket {
    const auth = { token: 'dev:alice', userId: 'alice', clientType: 'web', deviceId: 'alice_web' };
    return io(up.origin, { auth, transports: ['websocket'], forceNew: true, reconnection: false });
  }

  async function opened(): Promise<Socket> {
    const socket = connect(up.port, '127.0.0.1');
    await once(socket, 'connect');
    return socket;
  }

  /** Sends bytes as they are; all that comes back until the server closes the connection. */
  async function raw(bytes: string | Buffer): Promise<string> {
    const socket = await opened();
    const pieces: Buffer[] = [];
    socket.on('data', (piece) => pieces.push(piece));
    socket.on('error', () => undefined); // a reset after the answer is fine
    socket.write(bytes);
    await once(socket, 'close');
    return Buffer.concat(pieces).toString('latin1');
  }

  it.each([
    ['no HTTP at all', 'GARBAGE\r\n\r\n', 400, 'bad_request'],
    ['a NUL in the target', 'GET /\0 HTTP/1.1\r\nHost: x\r\n\r\n', 400, 'bad_request'],
    [
      'a header without end',
      `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(100_000)}`,
      431,
      'header_too_large',
    ],
    [
      'a body too large',
      'POST /v1/pairing/redeem HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n',
      413,
      'body_too_large',
    ],
    [
      'a WebSocket handshake without key',
      'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\r\n',
      400,
      'bad_websocket_request',
    ],
  ])('HTTP: %s', async (_what, bytes, status, code) => {
    const answer = await raw(bytes);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(answer).toContain(code);
  });

  it.each([
    ['no JSON', '{', 400],
    ['another type', '[]', 400],
    ['nothing of what is needed', '{}', 400],
    [
      'a code of another shape',
      JSON.stringify({ code: 'x', deviceId: 'd', publicKey: '', name: '', platform: '', mac: '' }),
      400,
    ],
    ['deep nesting', '['.repeat(5000), 400],
    ['too much', '['.repeat(100_000), 413],
  ])('pairing: %s', async (_what, body, status) => {
    const answer = await fetch(`${up.origin}/v1/pairing/redeem`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json' },
    });
    expect(answer.status).toBe(status);
    const { error } = (await answer.json()) as { error: { code: string; message: string } };
    expect(error.code).toMatch(/^[a-z_]+$/);
    expect(error.message).not.toBe('');
  });

  it('pairing: a link whose code nobody made', async () => {
    const { page } = await openTestPage(up.origin);
    const code = await page.evaluate(() => {
      const client = new window.e2e.PantheonClient();
      return window.e2e.codeOf(() => client.pair(`#pair=${'A'.repeat(22)}.${'A'.repeat(22)}`));
    });
    expect(code).toBe('pairing_code_unknown');
    await page.close();
  });

  it.each([
    ['an unmasked frame', Buffer.from([0x81, 0x01, 0x32]), 1002],
    ['reserved bits', Buffer.from([0xf1, 0x80, 0, 0, 0, 0]), 1002],
    [
      'a frame of 2^63 bytes',
      Buffer.from([0x81, 0xff, 0x7f, 255, 255, 255, 255, 255, 255, 255, 0, 0, 0, 0]),
      1009,
    ],
    ['text that is no UTF-8', Buffer.from([0x81, 0x82, 0, 0, 0, 0, 0xc3, 0x28]), 1007],
  ])('WebSocket: %s', async (_what, frame, code) => {
    const handshake =
      'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
      'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n';
    const answer = Buffer.from(await raw(Buffer.concat([Buffer.from(handshake), frame])), 'latin1');
    const close = answer.lastIndexOf(0x88);
    expect(close).toBeGreaterThan(0);
    expect(answer.readUInt16BE(close + 2)).toBe(code);
  });

  it.each([
    ['an unknown Engine.IO packet', '9', 'bad_packet_type', false],
    ['an unknown Socket.IO packet', '49', 'bad_socketio_packet_type', true],
    ['an event before the connect', '42["join-account"]', 'not_connected', true],
    ['no JSON', '42["webrtc-signal",', 'bad_socketio_payload', true],
  ])('Socket.IO: %s', async (_what, packet, code, isTold) => {
    const logged = up.process.stderr.length;
    const socket = new WebSocket(`${up.origin.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
    await once(socket, 'message'); // the open packet
    const answers: string[] = [];
    socket.on('message', (data) => answers.push(String(data)));
    socket.send(packet);
    await once(socket, 'close', { signal: AbortSignal.timeout(SOON_MS) });
    await up.process.logLine(new RegExp(`: connection closed: ${code} `), logged);
    const told = expect.stringMatching(new RegExp(`^44\\{.*"data":\\{"code":"${code}",`)) as string;
    expect(answers).toEqual(isTold ? [told] : []); // Engine.IO has no packet for it
  });

  it('Socket.IO: no JSON, of a device that is signed in', async () => {
    const socket = signedIn();
    const error = new Promise<unknown>((resolve) => socket.on('error', resolve));
    const ended = new Promise<unknown>((resolve) => socket.on('disconnect', resolve));
    await new Promise<void>((resolve) => socket.on('connect', resolve));
    socket.io.engine.write('2["webrtc-signal",');
    expect(await error).toMatchObject({ code: 'bad_socketio_payload' });
    expect(await ended).toBe('transport close');
  });

  it.each([
    ['nothing', undefined, 'invalid_argument'],
    ['a number as target', { to: 5, signal: {} }, 'invalid_argument'],
    ['no signal', { to: 'x' }, 'invalid_argument'],
    ['a target that is not there', { to: '__proto__', signal: {} }, 'peer_unavailable'],
    ['too much', { to: 'x', signal: 'x'.repeat(200_000) }, 'too_large'],
  ])('signals: %s', async (_what, payload, code) => {
    const socket = signedIn();
    socket.emit('join-account');
    const error = new Promise<unknown>((resolve) => socket.on('error', resolve));
    socket.emit('webrtc-signal', payload);
    expect(await error).toMatchObject({ code });
    socket.disconnect();
  });

  it('signals: descriptions and candidates that make no sense, to the host', async () => {
    const junk: readonly (readonly [signal: object, code: string])[] = [
      [{}, 'invalid_signal'],
      [{ type: 'offer' }, 'invalid_signal'],
      [{ type: 'offer', sdp: 'v=0' }, 'invalid_description'],
      [{ type: 'offer', sdp: 'v=0\r\na=fingerprint:sha-256 zz\r\n', link: 1 }, 'invalid_fingerprint'],
      [{ type: 'answer', sdp: 'x'.repeat(10_000) }, 'invalid_description'],
      [{ type: 'candidate', candidate: 7 }, 'invalid_candidate'],
      [
        {
          type: 'candidate',
          candidate: { candidate: 'candidate:1 1 udp 1 name.example 9 typ host', sdpMid: '0' },
        },
        'invalid_candidate',
      ],
      [
        { type: 'candidate', candidate: { candidate: 'nonsense', sdpMid: null, sdpMLineIndex: -1 } },
        'invalid_candidate',
      ],
      [{ type: 'constructor' }, 'invalid_signal'],
    ];
    const { page } = await openTestPage(up.origin);
    const logged = up.process.stderr.length;
    const sent = await page.evaluate(
      async ([link, signals]) => {
        const socket = window.e2e.onSignals();
        await window.e2e.pairAndConnect(link);
        return signals.filter((signal) => socket.sayInstead(signal)).length;
      },
      [await up.nextLink(), junk.map(([signal]) => signal)] as const,
    );
    expect(sent).toBe(junk.length);
    const dropped = () =>
      up.process.stderr
        .slice(logged)
        .flatMap((line) => /signal of \S+ dropped: (\w+)$/.exec(line)?.[1] ?? []);
    await expect.poll(dropped).toEqual(junk.map(([, code]) => code));
    const another = await pairedPage(); // the host still connects
    await another.close();
    await page.close();
  });

  it.each([
    ['an unknown critical frame', [0x7f, 0, 0], 'unknown_critical_frame'],
    ['a frame longer than its message', [0x01, 0, 0x7f, 1], 'protocol_error'],
    ['a varint without end', [0x01, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255], 'protocol_error'],
    ['a text message', '{"type":"get_models","requestId":"1"}', 'protocol_error'],
    ['an empty message', [], 'protocol_error'],
  ])('link: %s', async (_what, message, code) => {
    const ended = await vandal.evaluate(async (bytes) => {
      const [host] = window.client.hosts;
      const link = await window.client.connect(host?.deviceId ?? '');
      const over = new Promise<string | undefined>((resolve) =>
        link.on('state', () => resolve(link.error?.code)),
      );
      const channel = window.channels.at(-1);
      if (typeof bytes === 'string') channel?.send(bytes);
      else channel?.send(new Uint8Array(bytes));
      return await over;
    }, message);
    expect(ended).toBe(code);
  });

  it.each([
    ['no JSON', '{"model":', 400, 'invalid_body'],
    ['no model', '{}', 400, 'model_missing'],
    ['two models', '{"model":"a","model":"b"}', 400, 'model_ambiguous'],
    ['an unknown model', '{"model":"nobody"}', 404, 'model_not_found'],
  ])('requests over a link: %s', async (_what, body, status, code) => {
    const answer = await bystander.evaluate(async (text) => {
      const response = await window.link.fetch('/v1/chat/completions', { method: 'POST', body: text });
      return { status: response.status, body: (await response.json()) as { error: { code: string } } };
    }, body);
    expect(answer).toMatchObject({ status, body: { error: { code } } });
  });

  it.each([
    ['a route that is none', 'GET', '/metrics', 404, 'route_not_found'],
    ['a method that is none of the route', 'DELETE', '/api/tags', 405, 'host_method_not_allowed'],
    ['what only the owner may', 'DELETE', '/api/delete', 403, 'management_off'],
  ])('requests over a link: %s', async (_what, method, path, status, code) => {
    const answer = await bystander.evaluate(
      async ([verb, target]) => {
        const response = await window.link.fetch(target, { method: verb });
        const body = (await response.json()) as { code?: string; error: string | { code: string } };
        return {
          status: response.status,
          code: typeof body.error === 'string' ? body.code : body.error.code,
        };
      },
      [method, path] as const,
    );
    expect(answer).toEqual({ status, code });
  });

  it('requests over a link: more than a host takes', async () => {
    const answer = await bystander.evaluate(async (mebibytes) => {
      const body = `{"model":"endless","messages":["${'x'.repeat(mebibytes << 20)}"]}`;
      const response = await window.link.fetch('/v1/chat/completions', { method: 'POST', body });
      return { status: response.status, body: (await response.json()) as { error: { code: string } } };
    }, 33);
    expect(answer).toMatchObject({ status: 413, body: { error: { code: 'request_too_large' } } });
  });
});
