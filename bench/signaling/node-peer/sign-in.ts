/** Who may sign in: holders of a shared key, of a token as Firebase signs them, or, with --dev, anybody. */
import { createHash, createPublicKey, verify, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';

export interface Hello {
  readonly token?: string;
  readonly authKey?: string;
  readonly deviceId: string;
  readonly clientType: string;
}

const digest = (key: string) => createHash('sha256').update(key).digest('base64');
const parsed = (part: string) =>
  JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>;

/** Verifies RS256 with OpenSSL, directly: no library of JWTs does less. */
function firebaseAccount(token: string, project: string, key: KeyObject): string | undefined {
  const [header, payload, signature] = token.split('.');
  if (!header || !payload || !signature || parsed(header)['alg'] !== 'RS256') return undefined;
  const signed = Buffer.from(`${header}.${payload}`);
  if (!verify('RSA-SHA256', signed, key, Buffer.from(signature, 'base64url'))) return undefined;
  const claims = parsed(payload);
  const isOurs = claims['iss'] === `https://securetoken.google.com/${project}` && claims['aud'] === project;
  const isFresh = typeof claims['exp'] === 'number' && claims['exp'] > Date.now() / 1000;
  return isOurs && isFresh && typeof claims['sub'] === 'string' ? `firebase:${claims['sub']}` : undefined;
}

/** Takes `--dev`, `--keys FILE` (`name:key` a line) and `--firebase PROJECT PUBLIC-KEY-FILE`; gives the account of a hello. */
export function readSignIn(args: readonly string[]): (hello: Hello) => string | undefined {
  // Looked up by SHA-256, which an attacker cannot steer: no comparison tells how close a guess was.
  const names = new Map<string, string>();
  let firebase: { project: string; key: KeyObject } | undefined;
  let dev = false;
  for (let i = 0; i < args.length; i++) {
    const value = () => args[++i] ?? '';
    if (args[i] === '--dev') dev = true;
    else if (args[i] === '--firebase')
      firebase = { project: value(), key: createPublicKey(readFileSync(value())) };
    else if (args[i] === '--keys') {
      for (const line of readFileSync(value(), 'utf8').split('\n')) {
        const colon = line.indexOf(':');
        if (colon > 0) names.set(digest(line.slice(colon + 1)), line.slice(0, colon));
      }
    }
  }
  return ({ token, authKey }) => {
    if (authKey !== undefined) {
      const name = names.get(digest(authKey));
      return name === undefined ? undefined : `key:${name}`;
    }
    if (dev && token?.startsWith('dev:')) return token;
    return firebase && token ? firebaseAccount(token, firebase.project, firebase.key) : undefined;
  };
}
