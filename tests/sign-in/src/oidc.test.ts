import { beforeAll, describe, expect, it } from 'vitest';

import { Client } from './support/client.js';
import { type Claims, firebaseClaims, Publisher, TokenKey, unsignedToken } from './support/issuer.js';
import { type Signal, startSignal, startSignalProgram } from './support/program.js';

let issuer: Publisher;
let signal: Signal;
const rsa = TokenKey.rsa('rsa');
const elliptic = TokenKey.elliptic('elliptic');

function claims(subject: string, changes: Claims = {}): Claims {
  const now = Math.floor(Date.now() / 1000);
  return { iss: issuer.url(), aud: 'pantheon', sub: subject, iat: now, exp: now + 300, ...changes };
}

function account(subject: string): string {
  return `oidc:${issuer
    .url()
    .replace('http://', 'http!')
    .replace(/:(?=\d)/, '%3A')}:${subject}`;
}

beforeAll(async () => {
  issuer = await Publisher.start();
  issuer.publishKeys(rsa, elliptic);
  signal = await startSignal({
    OIDC_ISSUER: issuer.url(),
    OIDC_AUDIENCE: 'pantheon',
    FIREBASE_PROJECT_ID: 'pantheon-test',
    FIREBASE_CERTS_URL: issuer.url('/certs'),
  });
  issuer.publishCertificates(rsa);
});

describe('a token of the OpenID Connect issuer', () => {
  it.each([rsa, elliptic])('lets its bearer into an account ($id)', async (key) => {
    const signedIn = await Client.signIn(signal.url, { token: key.token(claims('anna')) });
    expect(signedIn.account).toBe(account('anna'));
  });

  it('may have a subject with colons', async () => {
    const signedIn = await Client.signIn(signal.url, { token: rsa.token(claims('firebase:x:anna')) });
    expect(signedIn.account).toBe(account('firebase:x:anna'));
  });

  it('must be for this audience, by this issuer, and signed', async () => {
    for (const token of [
      rsa.token(claims('anna', { aud: 'other' })),
      rsa.token(claims('anna', { iss: `${issuer.url()}/` })),
      TokenKey.elliptic('elliptic').token(claims('anna')),
      unsignedToken(claims('anna')),
    ])
      expect((await Client.refusal(signal.url, { token })).code).toBe('auth_invalid');
    const expired = rsa.token(claims('anna', { exp: 1000 }));
    expect((await Client.refusal(signal.url, { token: expired })).code).toBe('auth_expired');
  });

  it('never meets a Firebase user of the same name', async () => {
    const oidc = await Client.signIn(signal.url, { token: rsa.token(claims('anna')), deviceId: 'anna_web' });
    const token = rsa.token(firebaseClaims('pantheon-test', 'anna'));
    const firebase = await Client.signIn(signal.url, { token, deviceId: 'anna_electron' });
    expect(firebase.account).toBe('firebase:pantheon-test:anna');
    expect(await oidc.client.join()).toEqual([]);
    expect(await firebase.client.join()).toEqual([]);
    oidc.client.socket.emit('webrtc-signal', { to: 'anna_electron', signal: { type: 'offer', sdp: 'x' } });
    expect(await oidc.client.next('error')).toMatchObject({ code: 'peer_unavailable' });
  });
});

describe('the settings of OpenID Connect', () => {
  it.each([
    [{ OIDC_ISSUER: 'https://id.example.org' }, 'OIDC_AUDIENCE'],
    [{ OIDC_AUDIENCE: 'pantheon' }, 'OIDC_ISSUER'],
    [{ OIDC_ISSUER: 'http://id.example.org', OIDC_AUDIENCE: 'pantheon' }, 'only https is safe'],
  ])('refuse to start with %j', async (settings, hint) => {
    const program = startSignalProgram(settings as unknown as Record<string, string>);
    expect(await program.ended).toBe(78);
    expect(program.output).toContain(hint);
  });

  it('find out a discovery document of another issuer', async () => {
    const other = await Publisher.start();
    other.publishKeys(rsa);
    other.documents.set('/.well-known/openid-configuration', {
      issuer: 'https://evil.example.org',
      jwks_uri: other.url('/jwks'),
    });
    const server = await startSignal({ OIDC_ISSUER: other.url(), OIDC_AUDIENCE: 'pantheon' });
    const token = rsa.token(claims('anna', { iss: other.url() }));
    expect((await Client.refusal(server.url, { token, caps: [] })).code).toBe('sign_in_unavailable');
    expect(server.program.output).toContain('invalid_discovery');
    expect(other.requests).not.toContain('/jwks');
  });
});
