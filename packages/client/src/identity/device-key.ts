import { ed25519 } from '@noble/curves/ed25519';
import { sha256 } from '@noble/hashes/sha256';
import { randomBytes as nobleRandomBytes } from '@noble/hashes/utils';
import { fromBase64UrlExactly, toBase64Url, type Bytes } from '../core/bytes.js';
import { identityError } from './error.js';

/** `length` bytes nobody can guess. Works on plain http origins. */
export function randomBytes(length: number): Bytes {
  return new Uint8Array(nobleRandomBytes(length));
}

/** SHA-256 of some bytes. */
export function digest(bytes: Uint8Array): Bytes {
  return new Uint8Array(sha256(bytes));
}

/** `d_` and base64url of the first 16 bytes of SHA-256(key): the id of a device whose first key this is. */
export function deviceIdOf(publicKey: Uint8Array): string {
  return `d_${toBase64Url(digest(publicKey).subarray(0, 16))}`;
}

/** Whether a text can be a device id: 1 to 128 printable ASCII characters without spaces. */
export function isDeviceId(text: unknown): text is string {
  return typeof text === 'string' && /^[\x21-\x7e]{1,128}$/.test(text);
}

/** Whether `signature` over `message` was made with the key (Ed25519, RFC 8032; weak keys are refused). Never throws. */
export function verifySignature(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (publicKey.length !== 32 || signature.length !== 64) return false;
  try {
    return ed25519.verify(signature, message, publicKey, { zip215: false });
  } catch {
    return false;
  }
}

/** A public key as text, and back; undefined for anything but 32 bytes of base64url. */
export function parsePublicKey(text: string): Bytes | undefined {
  return fromBase64UrlExactly(text, 32);
}

/** A signature as text, and back; undefined for anything but 64 bytes of base64url. */
export function parseSignature(text: string): Bytes | undefined {
  return fromBase64UrlExactly(text, 64);
}

/** The Ed25519 key pair of one installation. Immutable. */
export class DeviceKey {
  readonly publicKey: Bytes;
  readonly publicKeyText: string;
  /** The id a device gets that is made with this key. */
  readonly deviceId: string;

  private readonly seed: Bytes;

  private constructor(seed: Bytes) {
    this.seed = seed;

    this.publicKey = new Uint8Array(ed25519.getPublicKey(seed));
    this.publicKeyText = toBase64Url(this.publicKey);
    this.deviceId = deviceIdOf(this.publicKey);
  }

  static generate(): DeviceKey {
    return new DeviceKey(randomBytes(32));
  }

  /** From what seedText() gave. Throws `invalid_key`. */
  static fromSeedText(text: string): DeviceKey {
    const seed = fromBase64UrlExactly(text, 32);
    if (seed === undefined) throw identityError('invalid_key');
    return new DeviceKey(seed);
  }

  /** The private key as base64url: for the store alone, never for a log or a wire. */
  seedText(): string {
    return toBase64Url(this.seed);
  }

  /** The 64 bytes of an Ed25519 signature (RFC 8032). */
  sign(message: Uint8Array): Bytes {
    return new Uint8Array(ed25519.sign(message, this.seed));
  }
}
