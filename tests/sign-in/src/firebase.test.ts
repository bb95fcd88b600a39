import { beforeAll, describe, expect, it } from 'vitest';

import { Client } from './support/client.js';
import { firebaseClaims, Publisher, TokenKey, unsignedToken } from './support/issuer.js';
import { type Signal, startSignal } from './support/program.js';

const PROJECT = 'pantheon-test';
let publisher: Publisher;
let signal: Signal;
const first = TokenKey.rsa('key-1');
const second = TokenKey.rsa('key-2');

function settings(): Record<string, string> {
  return { FIREBASE_PROJECT_ID: PROJECT, FIREBASE_CERTS_URL: publisher.url('/certs') };
}

beforeAll(async () => {
  publisher = await Publisher.start();
  publisher.publishCertificates(first);
  signal = await startSignal(settings());
});

describe('an ID token of the Firebase project', () => {
  it('lets its bearer into the account of project and user', async () => {
    const token = first.token(firebaseClaims(PROJECT, 'anna'));
    const { account } = await Client.signIn(signal.url, { token, userId: 'anna', clientType: 'web' });
    expect(account).toBe(`firebase:${PROJECT}:anna`);
  });

  it('counts whatever the client says of itself', async () => {
    const token = first.token(firebaseClaims(PROJECT, 'anna'));
    const { account } = await Client.signIn(signal.url, { token, userId: 'bob', account: 'bob' });
    expect(account).toBe(`firebase:${PROJECT}:anna`);
  });

  it('needs the certificates once', async () => {
    for (const uid of ['carol', 'dave', 'erin']) {
      await Client.signIn(signal.url, { token: first.token(firebaseClaims(PROJECT, uid)) });
    }
    expect(publisher.requests.filter((path) => path === '/certs')).toHaveLength(1);
  });

  it('is a Bearer of POST /turn-token', async () => {
    const ask = (token: string): Promise<Response> =>
      fetch(`${signal.url}/turn-token`, { method: 'POST', headers: { authorization: `Bearer ${token}` } });
    const answer = await ask(first.token(firebaseClaims(PROJECT, 'anna')));
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ ice_servers: [], ttl: 3600 });
    expect((await ask(first.token(firebaseClaims('other', 'anna')))).status).toBe(401);
    expect((await ask(unsignedToken(firebaseClaims(PROJECT, 'anna')))).status).toBe(401);
  });

  it('is never in the log', () => {
    expect(signal.program.output).not.toContain(first.token(firebaseClaims(PROJECT, 'x')).slice(0, 40));
    expect(signal.program.output).not.toContain('eyJ');
  });
});

describe('a token that is not one of this project', () => {
  const now = Math.floor(Date.now() / 1000);
  const stranger = TokenKey.rsa('key-1');
  const refused: [string, string, () => string][] = [
    ['of another project', 'auth_invalid', () => first.token(firebaseClaims('other', 'anna'))],
    [
      'of another issuer',
      'auth_invalid',
      () => first.token(firebaseClaims(PROJECT, 'a', { iss: 'https://x' })),
    ],
    [
      'for another audience',
      'auth_invalid',
      () => first.token(firebaseClaims(PROJECT, 'a', { aud: 'other' })),
    ],
    ['without a subject', 'auth_invalid', () => first.token(firebaseClaims(PROJECT, ''))],
    ['of a long subject', 'auth_invalid', () => first.token(firebaseClaims(PROJECT, 'x'.repeat(129)))],
    ['that has expired', 'auth_expired', () => first.token(firebaseClaims(PROJECT, 'a', { exp: now - 1 }))],
    ['of the future', 'auth_invalid', () => first.token(firebaseClaims(PROJECT, 'a', { iat: now + 600 }))],
    [
      'signed in later',
      'auth_invalid',
      () => first.token(firebaseClaims(PROJECT, 'a', { auth_time: now + 600 })),
    ],
    ['by an unknown key', 'auth_invalid', () => second.token(firebaseClaims(PROJECT, 'anna'))],
    ['by a key of that name', 'auth_invalid', () => stranger.token(firebaseClaims(PROJECT, 'anna'))],
    ['by ES256', 'auth_invalid', () => TokenKey.elliptic('key-1').token(firebaseClaims(PROJECT, 'anna'))],
    ['by HS256 with the certificate', 'auth_invalid', () => first.forged(firebaseClaims(PROJECT, 'anna'))],
    ['by nobody', 'auth_invalid', () => unsignedToken(firebaseClaims(PROJECT, 'anna'))],
    ['of 10 KB', 'auth_invalid', () => first.token(firebaseClaims(PROJECT, 'a', { x: 'x'.repeat(10_000) }))],
    ['that is none', 'auth_invalid', () => 'a.b.c'],
    ['of development', 'auth_invalid', () => 'dev:anna'],
    ['that is missing', 'auth_required', () => ''],
  ];
  it.each(refused)('%s is refused with %s', async (_what, code, token) => {
    const refusal = await Client.refusal(signal.url, { token: token() });
    expect(refusal.code).toBe(code);
    expect(refusal.message).not.toBe('');
  });
});

describe('the certificates', () => {
  it('are looked at again for an unknown key id, but not for each', async () => {
    const own = await Publisher.start();
    own.publishCertificates(first);
    const server = await startSignal({ ...settings(), FIREBASE_CERTS_URL: own.url('/certs') });
    await Client.signIn(server.url, { token: first.token(firebaseClaims(PROJECT, 'anna')) });
    for (let i = 0; i < 5; i++) {
      const token = second.token(firebaseClaims(PROJECT, `made up ${String(i)}`));
      expect((await Client.refusal(server.url, { token })).code).toBe('auth_invalid');
    }
    expect(own.requests.length).toBeLessThanOrEqual(2);
  });

  it('may be briefly out of reach, and it says so', async () => {
    const own = await Publisher.start();
    const server = await startSignal({ ...settings(), FIREBASE_CERTS_URL: own.url('/certs') });
    const token = first.token(firebaseClaims(PROJECT, 'anna'));
    expect((await Client.refusal(server.url, { token, caps: [] })).code).toBe('sign_in_unavailable');
    expect(server.program.output).toContain('the signing keys cannot be fetched');
    own.publishCertificates(first);
    // It tries again by itself, a second later.
    await server.program.line(/1 signing keys/);
    const { account } = await Client.signIn(server.url, { token });
    expect(account).toBe(`firebase:${PROJECT}:anna`);
  });
});
