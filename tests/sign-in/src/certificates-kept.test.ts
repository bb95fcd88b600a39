// In a file of its own, for it takes more than a minute: that is how long a server keeps certificates at least.
import { expect, it } from 'vitest';

import { Client } from './support/client.js';
import { firebaseClaims, Publisher, TokenKey } from './support/issuer.js';
import { startSignal } from './support/program.js';

const PROJECT = 'pantheon-test';
const MAX_AGE_S = 60;

it(
  'the certificates are kept while their endpoint is down, also when they have outlived its max-age, and the log says so',
  async () => {
    const key = TokenKey.rsa('key-1');
    const token = (uid: string): string => key.token(firebaseClaims(PROJECT, uid));
    const publisher = await Publisher.start();
    publisher.maxAge = MAX_AGE_S;
    publisher.publishCertificates(key);
    const settings = { FIREBASE_PROJECT_ID: PROJECT, FIREBASE_CERTS_URL: publisher.url('/certs') };
    const server = await startSignal(settings);
    await Client.signIn(server.url, { token: token('anna') });
    const fetched = performance.now();
    await server.program.line(new RegExp(`1 signing keys, for ${String(MAX_AGE_S)} s`));
    publisher.stop();
    await expect(fetch(publisher.url('/certs'))).rejects.toThrow();

    // It looks for new ones before these are too old, and from then on again and again, in vain.
    await server.program.line(/the signing keys cannot be fetched.*Those of before count for now/);
    const left = fetched + (MAX_AGE_S + 1) * 1000 - performance.now();
    await new Promise((resolve) => setTimeout(resolve, left));
    const { account } = await Client.signIn(server.url, { token: token('bob') });
    expect(account).toBe(`firebase:${PROJECT}:bob`);
    const stranger = TokenKey.rsa('key-1').token(firebaseClaims(PROJECT, 'mallory'));
    expect(await Client.refusal(server.url, { token: stranger })).toMatchObject({ code: 'auth_invalid' });
    expect(publisher.requests).toEqual(['/certs']);
  },
  (MAX_AGE_S + 30) * 1000,
);
