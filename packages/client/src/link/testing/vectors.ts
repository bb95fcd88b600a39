import { readFileSync } from 'node:fs';
import { ed25519 } from '@noble/curves/ed25519';
import type { Bytes } from '../../core/bytes.js';
import type { Role } from '../binding.js';
import type { ConnectionConfig } from '../connection.js';

/** One side of the recorded handshakes, as tests/vectors/link describes it. */
export interface VectorSide {
  readonly device: string;
  readonly features: readonly string[];
  readonly seed: string;
  readonly publicKey: string;
  readonly nonce: string;
  readonly fingerprint: string;
  readonly statements: readonly unknown[];
  readonly hello: string;
}

/** What every vector file with a handshake has. */
export interface VectorSides {
  readonly account: string;
  readonly offerer: VectorSide;
  readonly answerer: VectorSide;
}

/** Reads a file of tests/vectors/link. */
export function readVectors<T>(name: string): T {
  const url = new URL(`../../../../../tests/vectors/link/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(url, 'utf8')) as T;
}

/** Bytes of lower-case hexadecimal. */
export function fromHex(hex: string): Bytes {
  return new Uint8Array(Buffer.from(hex, 'hex'));
}

/** Lower-case hexadecimal of bytes. */
export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

/** The config of the side under test; its key book takes each side's key for its device and no other. */
export function vectorConfig(sides: VectorSides, role: Role): ConnectionConfig {
  const local = sides[role];
  const remote = sides[role === 'offerer' ? 'answerer' : 'offerer'];
  return {
    role,
    deviceId: local.device,
    features: local.features,
    limits: { streams: 64, message: 65_536 },
    localFingerprint: fromHex(local.fingerprint),
    remoteFingerprint: fromHex(remote.fingerprint),
    account: sides.account,
    nonce: fromHex(local.nonce),
    statements: local.statements,
    publicKey: fromHex(local.publicKey),
    peerMaxMessageSize: 0,
    sign: (transcript) => ed25519.sign(transcript, fromHex(local.seed)),
    verify: (key, message, signature) => ed25519.verify(signature, message, key, { zip215: false }),
    acceptKey: (device, key) =>
      device === remote.device && toHex(key) === remote.publicKey
        ? 'pinned'
        : { refused: 'not the pinned key' },
  };
}
