import { beforeAll, describe, expect, it } from 'vitest';

import { io } from 'socket.io-client';

import { atTheEnd } from './support/cleanup.js';
import { Client, DeviceKey } from './support/client.js';
import { firebaseClaims, Publisher, TokenKey } from './support/issuer.js';
import { type Signal, startSignal } from './support/program.js';

const PROJECT = 'pantheon-test';
const key = TokenKey.rsa('key-1');
let signal: Signal;

function token(uid: string, seconds: number): string {
  return key.token(firebaseClaims(PROJECT, uid, { exp: Math.floor(Date.now() / 1000) + seconds }));
}

beforeAll(async () => {
  const publisher = await Publisher.start();
  publisher.publishCertificates(key);
  signal = await startSignal({
    FIREBASE_PROJECT_ID: PROJECT,
    FIREBASE_CERTS_URL: publisher.url('/certs'),
    LEGACY_SESSION_MAX: '2s',
  });
});

describe('a live socket whose token ends', () => {
  it('is asked to renew, and stays with a newer token', async () => {
    const device = new DeviceKey();
    const auth = await device.hello(signal.url, token('anna', 2));
    const { client } = await Client.signIn(signal.url, auth);
    const asked = (await client.next('renew')) as { expiresAt: number };
    expect(asked.expiresAt).toBeLessThanOrEqual(Date.now() + 2000);
    const renewed = await client.ask('auth-renew', { token: token('anna', 3600) });
    expect(renewed).toMatchObject({ ok: true });
    expect(renewed['expiresAt']).toBeGreaterThan(Date.now() + 3_500_000);
    // Its first token ends now, and another socket with such a token is cut; this one is not.
    const other = await Client.signIn(signal.url, await new DeviceKey().hello(signal.url, token('anna', 2)));
    await other.client.next('disconnect');
    expect(client.socket.connected).toBe(true);
    expect(await client.ask('list-devices', {})).toMatchObject({ ok: true });
  });

  it('is not renewed by the token of another person', async () => {
    const auth = await new DeviceKey().hello(signal.url, token('anna', 3600));
    const { client } = await Client.signIn(signal.url, auth);
    expect(await client.ask('auth-renew', { token: token('bob', 3600) })).toMatchObject({
      ok: false,
      code: 'auth_invalid',
    });
    expect(await client.ask('auth-renew', { token: token('anna', -5) })).toMatchObject({
      ok: false,
      code: 'auth_expired',
    });
  });

  it('is cut when it does not renew', async () => {
    const auth = await new DeviceKey().hello(signal.url, token('anna', 2));
    const began = Date.now();
    const { client } = await Client.signIn(signal.url, auth);
    await client.next('renew');
    await client.next('disconnect');
    expect(Date.now() - began).toBeGreaterThan(900);
    expect(Date.now() - began).toBeLessThan(6000);
  });

  it('of an older client stays until LEGACY_SESSION_MAX', async () => {
    const began = Date.now();
    const { client } = await Client.signIn(signal.url, { token: token('anna', 1), userId: 'anna' });
    expect(await client.next('disconnect')).toBe('transport close'); // so that it comes back by itself
    expect(Date.now() - began).toBeGreaterThan(1900);
    expect(Date.now() - began).toBeLessThan(6000);
  });

  it('of an older client that gets a newer token at each connect is a short break', async () => {
    const auth = (give: (auth: object) => void): void => give({ token: token('anna', 3600), userId: 'anna' });
    const socket = io(signal.url, { auth, transports: ['websocket'], forceNew: true, reconnectionDelay: 20 });
    atTheEnd(() => {
      socket.disconnect();
    });
    const breaks: string[] = [];
    socket.on('disconnect', (reason) => breaks.push(reason));
    let connects = 0;
    socket.on('connect', () => connects++);
    await expect.poll(() => connects, { timeout: 10_000 }).toBe(3);
    expect(breaks).toEqual(['transport close', 'transport close']);
  });
});

describe('a device that is revoked', () => {
  it('is cut within a second and not let in again, with a good token of the provider', async () => {
    const [owner, lost] = [new DeviceKey(), new DeviceKey()];
    const good = token('anna', 3600);
    const { client, account } = await Client.signIn(signal.url, await owner.hello(signal.url, good));
    const gone = await Client.signIn(signal.url, await lost.hello(signal.url, good));
    const began = Date.now();
    const statement = owner.state({
      type: 'revoke',
      account,
      deviceId: lost.deviceId,
      publicKey: lost.publicKey,
      name: '',
      time: Date.now(),
    });
    expect(await client.ask('revoke-device', { statement })).toMatchObject({ ok: true });
    await gone.client.next('disconnect');
    expect(Date.now() - began).toBeLessThan(1000);
    const refusal = await Client.refusal(signal.url, await lost.hello(signal.url, good));
    expect(refusal.code).toBe('device_revoked');
  });
});
