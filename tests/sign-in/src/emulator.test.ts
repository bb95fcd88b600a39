import { beforeAll, describe, expect, it } from 'vitest';

import { Client, DeviceKey, type Peer } from './support/client.js';
import { Emulator, type Person } from './support/emulator.js';
import { firebaseClaims, Publisher, TokenKey, unsignedToken } from './support/issuer.js';
import { type Signal, startHost, startSignal, startSignalProgram } from './support/program.js';

const PROJECT = 'demo-pantheon';
const INSTALLING_MS = 300_000;
let emulator: Emulator;
let anna: Person;
let bob: Person;
let signal: Signal;

beforeAll(async () => {
  emulator = await Emulator.start(PROJECT);
  [anna, bob] = [await emulator.signUp('anna@example.org'), await emulator.signUp('bob@example.org')];
  signal = await startSignal({
    FIREBASE_PROJECT_ID: PROJECT,
    FIREBASE_AUTH_EMULATOR_HOST: emulator.host,
    OIDC_ISSUER: 'http://127.0.0.1:9',
    OIDC_AUDIENCE: 'x',
  });
}, INSTALLING_MS);

describe('a person who signed up at the Firebase Auth emulator', () => {
  it('is let in with the ID token, and so with a newer one', async () => {
    for (const token of [anna.token, await emulator.refresh(anna)]) {
      const { account } = await Client.signIn(signal.url, { token, userId: anna.uid, clientType: 'web' });
      expect(account).toBe(`firebase:${PROJECT}:${anna.uid}`);
    }
  });

  it('meets the host of the same account, whose key is shown and not vouched for', async () => {
    const host = startHost(signal.url, anna.token);
    await host.line(/^ {2}Server/);
    const { client } = await Client.signIn(signal.url, {
      token: anna.token,
      userId: anna.uid,
      clientType: 'web',
      deviceId: `${anna.uid}_web`,
    });
    const [seen] = await client.join();
    expect(seen).toMatchObject({ clientType: 'native', name: 'Study', statements: [] });
    expect(seen?.publicKey).toMatch(/^[\w-]{43}$/);
    const device = new DeviceKey();
    const another = await Client.signIn(signal.url, await device.hello(signal.url, anna.token));
    await another.client.join();
    const met = (await client.next('peer-joined')) as Peer;
    expect(met).toMatchObject({ userId: device.deviceId, publicKey: device.publicKey });
    await host.stop();
    expect(await client.next('peer-left')).toMatchObject({ userId: seen?.userId });
  });

  it('never meets a person of another account', async () => {
    const first = await Client.signIn(signal.url, { token: anna.token, deviceId: 'a_web' });
    const second = await Client.signIn(signal.url, { token: bob.token, deviceId: 'b_web' });
    await first.client.join();
    expect(await second.client.join()).toEqual([]);
    second.client.socket.emit('webrtc-signal', { to: 'a_web', signal: {} });
    expect(await second.client.next('error')).toMatchObject({ code: 'peer_unavailable' });
  });

  it('is held to the same claims as everybody', async () => {
    for (const changes of [{ aud: 'x' }, { iss: 'x' }, { sub: '' }, { exp: 1000 }, { iat: 9_999_999_999 }]) {
      const token = unsignedToken(firebaseClaims(PROJECT, 'anna', changes));
      const { code } = await Client.refusal(signal.url, { token });
      expect(code).toBe('exp' in changes ? 'auth_expired' : 'auth_invalid');
    }
  });

  it('is loudly noted in the log', () => {
    expect(signal.program.output).toMatch(/warn.*EMULATOR MODE: FIREBASE_AUTH_EMULATOR_HOST is set/);
    expect(signal.program.output).toMatch(/EMULATOR MODE: a token without a signature opened an account/);
  });

  it('is let in by no server without FIREBASE_AUTH_EMULATOR_HOST, in development neither', async () => {
    const publisher = await Publisher.start();
    publisher.publishCertificates(TokenKey.rsa('key-1'));
    const settings = { FIREBASE_PROJECT_ID: PROJECT, FIREBASE_CERTS_URL: publisher.url('/certs') };
    const { url } = await startSignal(settings, '--dev');
    expect((await Client.refusal(url, { token: anna.token })).code).toBe('auth_invalid');
    expect(publisher.requests).toEqual([]);
  });

  it('is told of by /config.json', async () => {
    const config = (await (await fetch(`${signal.url}/config.json`)).json()) as object;
    expect(config).toMatchObject({
      devTokens: false,
      signIn: {
        pairing: true,
        sharedKey: false,
        devTokens: false,
        firebase: { projectId: PROJECT, emulatorHost: emulator.host },
        oidc: { issuer: 'http://127.0.0.1:9', audience: 'x' },
      },
    });
  });
});

describe('the address of the emulator', () => {
  it('alone does not say whose tokens count', async () => {
    const program = startSignalProgram({ FIREBASE_AUTH_EMULATOR_HOST: emulator.host });
    expect(await program.ended).toBe(78);
    expect(program.output).toContain('needs FIREBASE_PROJECT_ID');
  });
});
