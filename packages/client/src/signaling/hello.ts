import type { DeviceKey } from '../identity/device-key.js';
import { signHello } from '../identity/hello-proof.js';
import { signalingError } from './error.js';
import { fetchNonce } from './server-config.js';
import type { TokenSource } from './tokens.js';

/** Who is at this end of the socket. */
export interface Self {
  readonly key: DeviceKey;
  readonly deviceId: string;
  readonly name: string;
  readonly platform: string;
}

/** `proof` of docs/signaling-protocol.md: a signature over a nonce of the server. */
export interface HelloProof {
  readonly nonce: string;
  readonly signature: string;
}

/** A proof for a token, over a fresh nonce; undefined when the server gives out none and the token needs none. */
export async function proofFor(
  server: URL,
  self: Self,
  tokens: TokenSource,
  token: string,
): Promise<HelloProof | undefined> {
  const nonce = await fetchNonce(server);
  if (nonce !== undefined) return { nonce, signature: signHello(self.key, nonce, self.deviceId, token) };
  if (tokens.bound) throw signalingError('server_answer_invalid', { detail: 'no nonce' });
  return undefined;
}

/** The whole `auth` of a socket. `instance` tells the tabs of one browser apart. */
export function helloAuth(
  self: Self,
  instance: string,
  token: string,
  proof: HelloProof | undefined,
): Record<string, unknown> {
  return {
    token,
    userId: self.deviceId,
    clientType: 'web',
    deviceId: self.deviceId,
    instance,
    name: self.name,
    platform: self.platform,
    caps: ['renew', 'link'],
    ...(proof === undefined ? {} : { publicKey: self.key.publicKeyText, proof }),
  };
}
