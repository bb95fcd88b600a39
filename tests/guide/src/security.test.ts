// The setup guide's section "Security Considerations", as far as it is about the server.
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ask } from '../../deploy/src/support/http.js';
import { startServer, type Server, type ServerOptions } from '../../deploy/src/support/server.js';
import { Client } from '../../sign-in/src/support/client.js';
import type { Refusal } from '../../signaling/src/device.js';
import { device, join } from './support/devices.js';
import { Firebase } from './support/firebase.js';
import { stopServers } from './support/servers.js';

let firebase: Firebase;
let server: Server;
beforeAll(async () => {
  firebase = await Firebase.start();
});
afterEach(stopServers);

async function start({ env = {}, args = [] }: ServerOptions): Promise<string> {
  server = await startServer({ env: { ...firebase.env, ...env }, args: ['--no-stun', ...args] });
  return server.url;
}

describe('Security Considerations', () => {
  it('Authentication: All connections require Firebase JWT tokens', async () => {
    const url = await start({ env: { FIREBASE_PROJECT_ID: 'your-project' } });
    const said = { userId: 'anna', clientType: 'web', deviceId: 'anna_web' };
    expect((await Client.refusal(url, said)).code).toBe('auth_required');
    expect((await Client.refusal(url, { ...said, token: 'dev:anna' })).code).toBe('auth_invalid');
    expect((await Client.refusal(url, { ...said, authKey: 'guess' })).code).toBe('auth_invalid');
    expect((await ask(`${url}/turn-token`, { method: 'POST' })).status).toBe(401);
    await Client.signIn(url, { ...said, token: firebase.token('your-project', 'anna') });
  });

  it('Account Isolation: Peers can only connect within same account', async () => {
    const url = await start({
      env: { FIREBASE_PROJECT_ID: 'your-project', AUTH_KEYS: 'anna:secret,bob:other' },
    });
    const auths = [
      { token: firebase.token('your-project', 'anna') },
      { token: firebase.token('your-project', 'bob') },
      { authKey: 'secret' },
      { authKey: 'other' },
    ];
    const accounts = new Set<string>();
    for (const [index, auth] of auths.entries()) {
      const hello = { ...auth, userId: 'anna', deviceId: `device-${String(index)}` };
      const { client, account } = await Client.signIn(url, hello);
      accounts.add(account);
      expect(await client.join()).toEqual([]);
      client.socket.emit('webrtc-signal', { to: 'device-0', signal: {} });
      if (index > 0) expect(await client.next('error')).toMatchObject({ code: 'peer_unavailable' });
    }
    expect(accounts.size).toBe(auths.length);
    const again = await Client.signIn(url, { ...auths[2], userId: 'someone else', deviceId: 'device-9' });
    expect((await again.client.join()).map((peer) => peer.userId)).toEqual(['device-2']);
  });

  it('Account Isolation: the id of a socket does not help either', async () => {
    const url = await start({ args: ['--dev'] });
    const [anna, host] = [await join(url, 'anna', 'anna_web'), await join(url, 'anna', 'anna_electron')];
    const bob = await join(url, 'bob', 'anna_web');
    expect(await bob.list()).toEqual([]);
    for (const target of [{ to: 'anna_electron' }, { to: 'anna_electron', toSocketId: host.id }]) {
      expect(await bob.ask('webrtc-signal', { ...target, signal: 'x' })).toMatchObject({
        ok: false,
        code: 'peer_unavailable',
      });
    }
    expect(await anna.ask('webrtc-signal', { to: 'anna_electron', signal: 'y' })).toEqual({ ok: true });
    expect(await host.next('webrtc-signal')).toMatchObject({ fromUserId: 'anna_web', signal: 'y' });
    expect(host.all('webrtc-signal')).toHaveLength(1);
  });

  it('CORS: Configure appropriate origins for web clients', async () => {
    const url = await start({ env: { CORS_ORIGINS: 'https://your-domain.com' }, args: ['--dev'] });
    const from = (origin: string) => ({ headers: { origin } });
    const allowed = await ask(`${url}/v1/nonce`, from('https://your-domain.com'));
    expect(allowed.status).toBe(200);
    expect(allowed.headers['access-control-allow-origin']).toBe('https://your-domain.com');
    const refused = await ask(`${url}/v1/nonce`, from('https://evil.example'));
    expect(refused.status).toBe(403);
    expect(refused.headers['access-control-allow-origin']).toBeUndefined();
    const preflight = await ask(`${url}/turn-token`, {
      method: 'OPTIONS',
      headers: { origin: 'https://your-domain.com', 'access-control-request-method': 'POST' },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers['access-control-allow-headers']).toContain('authorization');
    const page = device(url, 'anna', 'anna_web', from('https://evil.example'));
    expect(await page.next('connect_error')).toBeDefined();
    await device(url, 'anna', 'anna_web', from('https://your-domain.com')).next('existing-peers');
  });

  it('Rate Limiting: Built into signaling server', async () => {
    const url = await start({
      env: { EVENTS_PER_SECOND: '1', REQUESTS_PER_SECOND: '0.5' },
      args: ['--dev', '--trust-proxy', 'none'],
    });
    const sender = await join(url, 'anna', 'anna_web');
    const other = await join(url, 'bob', 'bob_web');
    for (let i = 0; i < 10; i++) sender.socket.emit('webrtc-signal', { to: 'nobody', signal: 'x' });
    const error = (await sender.next('error', 9)) as Refusal;
    expect(error).toMatchObject({ code: 'rate_limited', event: 'webrtc-signal' });
    expect(error.retryAfterMs).toBeGreaterThan(0);
    expect(error.retryAfterMs).toBeLessThanOrEqual(1_000);
    expect(await other.ask('webrtc-signal', { to: 'bob_web', signal: 'x' })).not.toMatchObject({
      code: 'rate_limited',
    });
    let answer = await ask(`${url}/health`);
    for (let i = 0; i < 5; i++) answer = await ask(`${url}/health`);
    expect(answer.status).toBe(429);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
  });

  it('Encryption: WebRTC provides end-to-end encryption: keys the peers sign with arrive unchanged', async () => {
    const url = await start({ args: ['--dev'] });
    const [web, host] = [await join(url, 'anna', 'anna_web'), await join(url, 'anna', 'anna_electron')];
    const fingerprint = Array.from({ length: 32 }, (_, i) => i.toString(16).padStart(2, '0')).join(':');
    const sdp = `v=0\r\na=fingerprint:sha-256 ${fingerprint.toUpperCase()}\r\na=setup:actpass\r\n\u2028é\u0000`;
    web.socket.emit('webrtc-signal', { to: 'anna_electron', signal: { type: 'offer', sdp } });
    expect(await host.next('webrtc-signal')).toMatchObject({ signal: { type: 'offer', sdp } });
    expect(server.process.output).not.toContain('fingerprint');
  });
});
