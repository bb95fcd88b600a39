import { fields, utf8, type Bytes } from '../core/bytes.js';
import { concat, readObject } from './bytes.js';
import { failure, success, type Result } from './errors.js';

/** Which description of the peer connection was ours: the offerer speaks first and opens all streams. */
export type Role = 'offerer' | 'answerer';

/** What a signature of the binding is over (docs/link-protocol.md, section 4). */
export interface Binding {
  /** The role of the signer. */
  readonly role: Role;
  /** sha-256 fingerprints of the DTLS certificates, 32 bytes each. */
  readonly offererFingerprint: Uint8Array;
  readonly answererFingerprint: Uint8Array;
  readonly account: string;
  /** The whole payloads of the two HELLO frames. */
  readonly offererHello: Uint8Array;
  readonly answererHello: Uint8Array;
}

/** Content of an AUTH frame. */
export interface Auth {
  /** Ed25519, 64 bytes. */
  readonly signature: Bytes;
  /** Ed25519, 32 bytes. */
  readonly publicKey: Bytes;
  /** Statements by which the reader can chain the key to one it pinned, at most 16, as they came. */
  readonly statements: readonly unknown[];
}

/** Most statements in an AUTH. */
export const maxStatements = 16;

/** The bytes that are signed: each field with its length before it. */
export function bindingTranscript(binding: Binding): Bytes {
  return fields(
    'pantheon-link/1 binding',
    binding.role,
    binding.offererFingerprint,
    binding.answererFingerprint,
    binding.account,
    binding.offererHello,
    binding.answererHello,
  );
}

/** Payload of an AUTH frame. */
export function encodeAuth(
  signature: Uint8Array,
  publicKey: Uint8Array,
  statements: readonly unknown[],
): Bytes {
  const json = statements.length === 0 ? {} : { statements };
  return concat([signature, publicKey, utf8(JSON.stringify(json))]);
}

/** Reads the payload of an AUTH frame; anything that breaks the rules is `protocol_error`. */
export function parseAuth(payload: Bytes): Result<Auth> {
  if (payload.byteLength < 98) return failure('protocol_error', 'AUTH is too short');
  const json = readObject(payload.subarray(96));
  if (json === undefined) return failure('protocol_error', 'AUTH without a JSON object');
  const statements = json['statements'] === undefined ? [] : json['statements'];
  if (!Array.isArray(statements) || statements.length > maxStatements) {
    return failure('protocol_error', 'AUTH with bad statements');
  }
  return success({ signature: payload.slice(0, 64), publicKey: payload.slice(64, 96), statements });
}
