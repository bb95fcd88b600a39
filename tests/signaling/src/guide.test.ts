import { afterEach, expect, it } from 'vitest';
import { Device } from './device.js';
import { Signal } from './program.js';

let signal: Signal;
const devices: Device[] = [];
afterEach(async () => {
  for (const device of devices.splice(0)) device.close();
  await signal.stop();
});

async function join(account: string, deviceId: string): Promise<Device> {
  const device = await Device.join(signal.origin, account, deviceId);
  devices.push(device);
  return device;
}

/** Resolves when the server counts so many sockets. */
async function connected(count: number): Promise<void> {
  for (;;) {
    const health = (await signal.health()) as { readonly connectedUsers: number };
    if (health.connectedUsers === count) return;
  }
}

it('Account Isolation: peers can only see and signal peers of the same account', async () => {
  signal = await Signal.start('--no-stun');
  const [anna, host] = [await join('anna', 'anna_web'), await join('anna', 'anna_electron')];
  const bob = await join('bob', 'anna_web');
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

it('CORS: web pages of the configured origins may use the server, others may not', async () => {
  signal = await Signal.start('--no-stun', '--cors-origins', 'https://your-domain.com');
  const nonce = (origin: string): Promise<Response> =>
    fetch(`${signal.origin}/v1/nonce`, { headers: { origin } });
  const allowed = await nonce('https://your-domain.com');
  expect(allowed.status).toBe(200);
  expect(allowed.headers.get('access-control-allow-origin')).toBe('https://your-domain.com');
  const refused = await nonce('https://evil.example');
  expect(refused.status).toBe(403);
  expect(refused.headers.get('access-control-allow-origin')).toBeNull();
  const preflight = await fetch(`${signal.origin}/turn-token`, {
    method: 'OPTIONS',
    headers: { origin: 'https://your-domain.com', 'access-control-request-method': 'POST' },
  });
  expect(preflight.status).toBe(204);
  expect(preflight.headers.get('access-control-allow-headers')).toContain('authorization');
  const page = new Device('page', signal.origin, 'anna', 'anna_web', {
    headers: { origin: 'https://evil.example' },
  });
  devices.push(page);
  expect(await page.next('connect_error')).toBeDefined();
});

it("STUN: clients are told the guide's STUN server unless the owner names others", async () => {
  signal = await Signal.start();
  const config = (await (await fetch(`${signal.origin}/config.json`)).json()) as { iceServers: unknown };
  expect(config.iceServers).toEqual([{ urls: ['stun:stun.l.google.com:19302'] }]);
});

it('TURN: static servers are told to who is signed in, and to nobody else', async () => {
  signal = await Signal.start('--no-stun', '--turn', 'turn:turn.example.org:3478,anna,pass');
  expect((await signal.turnToken('anna')).ice_servers).toEqual([
    { urls: ['turn:turn.example.org:3478'], username: 'anna', credential: 'pass' },
  ]);
  expect((await fetch(`${signal.origin}/turn-token`, { method: 'POST' })).status).toBe(401);
});

it('Memory Management: connections are cleaned up automatically, also those that say no goodbye', async () => {
  signal = await Signal.start('--no-stun', '--connects-per-second', '1000', '--presence-grace', '100ms');
  const watcher = await join('anna', 'anna_electron');
  const others = await Promise.all([...Array(40).keys()].map((i) => join('anna', `web-${i}`)));
  await connected(41);
  for (const [index, device] of others.entries()) {
    if (index % 2 === 0) device.drop();
    else device.close();
  }
  await connected(1);
  await watcher.next('peer-left', others.length - 1);
  expect(await watcher.list()).toEqual([]);
  expect(watcher.all('peer-left')).toHaveLength(others.length);
});

it('Connection Reuse: who loses the signaling server for a moment is not told away from its peers', async () => {
  signal = await Signal.start('--no-stun');
  const host = await join('anna', 'anna_electron');
  const phone = new Device('phone', signal.origin, 'anna', 'anna_web', { reconnection: true });
  devices.push(phone);
  await host.next('peer-joined');
  await phone.next('existing-peers');
  phone.drop();
  await phone.next('existing-peers', 1);
  expect(await host.list()).toMatchObject([{ userId: 'anna_web', socketId: phone.id, online: true }]);
  expect(host.all('peer-joined')).toHaveLength(1);
  expect(host.all('peer-left')).toEqual([]);
});
