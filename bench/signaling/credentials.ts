import { execFileSync } from 'node:child_process';
import { createPrivateKey, createPublicKey, randomBytes, sign, type KeyObject } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';

const PROJECT = 'bench';
const KEY_ID = 'bench-key';
const TOKEN_LIFETIME_S = 3600;

/** Sign-in of all kinds, as files for servers and generator. */
export interface Credentials {
  /** Where the files are, and where servers may keep theirs. */
  readonly folder: string;
  /** Arguments of `signaling_load` for clients that sign in so. */
  readonly load: { readonly key: string[]; readonly token: string[]; readonly none: string[] };
  /** Arguments of `pantheon signal`, and of the peers. */
  readonly pantheon: string[];
  readonly peers: string[];
  close(): void;
}

const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** An ID token as Firebase issues them. */
function idToken(subject: string, key: KeyObject): string {
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    iss: `https://securetoken.google.com/${PROJECT}`,
    aud: PROJECT,
    auth_time: now - 10,
    iat: now - 10,
    exp: now + TOKEN_LIFETIME_S,
    sub: subject,
    user_id: subject,
    email: `${subject}@example.org`,
    email_verified: true,
    firebase: { identities: { email: [`${subject}@example.org`] }, sign_in_provider: 'password' },
  };
  const signed = `${encoded({ alg: 'RS256', kid: KEY_ID, typ: 'JWT' })}.${encoded(claims)}`;
  return `${signed}.${sign('RSA-SHA256', Buffer.from(signed), key).toString('base64url')}`;
}

/** Serves the certificate as Google does. */
async function serveCertificate(certificate: string): Promise<{ server: Server; url: string }> {
  const server = createServer((_request, response) => {
    response.setHeader('Content-Type', 'application/json');
    response.setHeader('Cache-Control', 'public, max-age=20000');
    response.end(JSON.stringify({ [KEY_ID]: certificate }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port for the certificate');
  return { server, url: `http://127.0.0.1:${address.port}/certs` };
}

/** Keys for `accounts` accounts, and a token of its own for each of `clients` clients, two of an account. */
export async function makeCredentials(
  folder: string,
  accounts: number,
  clients: number,
): Promise<Credentials> {
  const file = (name: string) => join(folder, name);
  const keys = Array.from({ length: accounts }, () => randomBytes(24).toString('base64url'));
  const named = keys.map((key, i) => `p${i}:${key}`);
  writeFileSync(file('keys'), keys.join('\n'));
  writeFileSync(file('named-keys'), named.join('\n'));
  writeFileSync(file('auth-keys'), named.join(','));
  const subject = ['-subj', '/CN=securetoken.system.gserviceaccount.com'];
  const made = [
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-days',
    '2',
    '-keyout',
    file('key.pem'),
    '-out',
    file('cert.pem'),
  ];
  execFileSync('openssl', ['req', ...made, ...subject], { stdio: 'pipe' });
  const key = createPrivateKey(readFileSync(file('key.pem')));
  writeFileSync(file('public.pem'), createPublicKey(key).export({ type: 'spki', format: 'pem' }));
  const tokens = Array.from({ length: clients }, (_, i) => idToken(`u${Math.floor(i / 2)}`, key));
  writeFileSync(file('tokens'), tokens.join('\n'));
  const { server, url } = await serveCertificate(readFileSync(file('cert.pem'), 'utf8'));
  return {
    folder,
    load: {
      key: ['--field', 'authKey', '--credentials', file('keys'), '--accounts', `${accounts}`],
      token: ['--credentials', file('tokens')],
      none: [],
    },
    pantheon: [
      '--auth-keys-file',
      file('auth-keys'),
      '--firebase-project-id',
      PROJECT,
      '--firebase-certs-url',
      url,
      '--dev',
    ],
    peers: ['--keys', file('named-keys'), '--firebase', PROJECT, file('public.pem'), '--dev'],
    close: () => void server.close(),
  };
}
