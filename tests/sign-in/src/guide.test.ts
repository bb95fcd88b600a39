import { beforeAll, describe, expect, it } from 'vitest';

import { Client } from './support/client.js';
import { firebaseClaims, Publisher, TokenKey } from './support/issuer.js';
import { startSignal, startSignalProgram } from './support/program.js';

// Each test is named after the row of the setup guide that it shows.
const key = TokenKey.rsa('key-1');
let certificates: string;

beforeAll(async () => {
  const publisher = await Publisher.start();
  publisher.publishCertificates(key);
  certificates = publisher.url('/certs');
});

describe('Configuration', () => {
  it('FIREBASE_DATABASE_URL=https://your-project.firebaseio.com', async () => {
    const { url, program } = await startSignal({
      FIREBASE_DATABASE_URL: 'https://your-project.firebaseio.com',
      FIREBASE_CERTS_URL: certificates,
    });
    expect(program.output).toContain('accepting tokens of project your-project, taken from the URL');
    const token = key.token(firebaseClaims('your-project', 'anna'));
    expect((await Client.signIn(url, { token })).account).toBe('firebase:your-project:anna');
  });

  it.each([
    'https://your-project-default-rtdb.firebaseio.com',
    'https://your-project-default-rtdb.europe-west1.firebasedatabase.app',
  ])('FIREBASE_DATABASE_URL=%s', async (database) => {
    const { program } = await startSignal({ FIREBASE_DATABASE_URL: database });
    expect(program.output).toContain('accepting tokens of project your-project, taken from the URL');
  });

  it.each([
    'your-project',
    'http://127.0.0.1:9000/?ns=your-project',
    'https://db.europe-west1.firebasedatabase.app',
  ])('FIREBASE_DATABASE_URL=%s does not start, and says what to set', async (database) => {
    const program = startSignalProgram({ FIREBASE_DATABASE_URL: database });
    expect(await program.ended).toBe(78);
    expect(program.output).toContain('Set FIREBASE_PROJECT_ID');
  });
});

describe('Security Considerations', () => {
  it('Authentication: All connections require Firebase JWT tokens', async () => {
    const { url } = await startSignal({
      FIREBASE_PROJECT_ID: 'your-project',
      FIREBASE_CERTS_URL: certificates,
    });
    const said = { userId: 'anna', clientType: 'web', deviceId: 'anna_web' };
    expect((await Client.refusal(url, said)).code).toBe('auth_required');
    expect((await Client.refusal(url, { ...said, token: 'dev:anna' })).code).toBe('auth_invalid');
    expect((await Client.refusal(url, { ...said, authKey: 'guess' })).code).toBe('auth_invalid');
    expect((await fetch(`${url}/turn-token`, { method: 'POST' })).status).toBe(401);
    const token = key.token(firebaseClaims('your-project', 'anna'));
    await Client.signIn(url, { ...said, token });
  });

  it('Account Isolation: Peers can only connect within same account', async () => {
    const { url } = await startSignal({
      FIREBASE_PROJECT_ID: 'your-project',
      FIREBASE_CERTS_URL: certificates,
      AUTH_KEYS: 'anna:secret,bob:other',
    });
    const auths = [
      { token: key.token(firebaseClaims('your-project', 'anna')) },
      { token: key.token(firebaseClaims('your-project', 'bob')) },
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
});

describe('Troubleshooting', () => {
  it('Verify Firebase credentials are correct', async () => {
    const wrong = await startSignal({ FIREBASE_PROJECT_ID: 'other', FIREBASE_CERTS_URL: certificates });
    const token = key.token(firebaseClaims('your-project', 'anna'));
    const refusal = await Client.refusal(wrong.url, { token });
    expect(refusal).toMatchObject({ code: 'auth_invalid' });
    expect(refusal.message).toContain('not valid on this server');
    expect(refusal.message).toContain('issuer');
    await wrong.program.line(/a socket was refused: auth_invalid .*securetoken.google.com\/other/);
    const config = (await (await fetch(`${wrong.url}/config.json`)).json()) as object;
    expect(config).toMatchObject({ signIn: { firebase: { projectId: 'other' } } });
  });
});
