import { io, type Socket } from 'socket.io-client';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startSignal } from './support/pantheon.js';

const PAGE = 'http://localhost:8100';
let origin: string;
const sockets: Socket[] = [];

beforeAll(async () => {
  ({ origin } = await startSignal('--cors-origins', PAGE));
});
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.disconnect();
});

function device(deviceId: string, options: object): Socket {
  const auth = { token: 'dev:alice', userId: 'alice', clientType: 'web', deviceId };
  const socket = io(origin, { auth, forceNew: true, reconnection: false, ...options });
  sockets.push(socket);
  return socket;
}

function next(socket: Socket, event: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    socket.once(event, resolve);
    socket.once('connect_error', reject);
  });
}

async function join(socket: Socket): Promise<void> {
  socket.emit('join-account');
  await next(socket, 'existing-peers');
}

describe('a signaling server', () => {
  it.each([
    ['the default transports', {}],
    ['long-polling alone', { transports: ['polling'] }],
    ['WebSocket alone', { transports: ['websocket'] }],
  ])('relays signals over %s', async (_, options) => {
    const alice = device('alice_web', options);
    const other = device('alice_electron', options);
    await Promise.all([join(alice), join(other)]);
    const signal = { type: 'offer', sdp: 'x'.repeat(5000) };
    const got = next(other, 'webrtc-signal');
    alice.emit('webrtc-signal', { to: 'alice_electron', signal });
    expect(await got).toMatchObject({ fromUserId: 'alice_web', signal });
  });

  it('goes over to WebSocket when the client may', async () => {
    const alice = device('alice_web', {});
    await next(alice, 'connect');
    const { engine } = alice.io;
    if (engine.transport.name === 'polling') {
      await new Promise((resolve) => {
        engine.once('upgrade', resolve);
      });
    }
    expect(engine.transport.name).toBe('websocket');
    await join(alice);
  });

  it('lets the pages of CORS_ORIGINS poll, and no others', async () => {
    const poll = (page: string): Promise<Response> =>
      fetch(`${origin}/socket.io/?EIO=4&transport=polling`, { headers: { Origin: page } });
    const allowed = await poll(PAGE);
    expect(allowed.status).toBe(200);
    expect(allowed.headers.get('access-control-allow-origin')).toBe(PAGE);
    const refused = await poll('http://elsewhere.test');
    expect(refused.status).toBe(403);
    expect(refused.headers.has('access-control-allow-origin')).toBe(false);
  });
});
