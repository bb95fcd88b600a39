import { fromBase64Url, toBase64Url, utf8, utf8Length, type Bytes } from '../core/bytes.js';
import { asObject } from '../core/json.js';
import { concat, readObject } from './bytes.js';
import { failure, success, type Result } from './errors.js';
import { maxMessageSize } from './frame.js';

/** Versions of the protocol this implementation speaks. */
export const supportedVersions: readonly number[] = [1];

/** What a side announces that it accepts. */
export interface Limits {
  /** Streams the peer may have open at once. */
  readonly streams: number;
  /** Largest message this side accepts, in bytes, 1,024 to 65,536. */
  readonly message: number;
}

/** Content of a HELLO (docs/link-protocol.md, section 3). */
export interface Hello {
  readonly versions: readonly number[];
  /** Device id of the sender, 1 to 128 bytes. */
  readonly device: string;
  /** At most 32, each at most 64 bytes. */
  readonly features: readonly string[];
  readonly limits: Limits;
  /** 32 random bytes, new for each link. */
  readonly nonce: Bytes;
}

/** Begins every HELLO: not JSON, so that a peer of the older protocol cannot mistake it. */
export const helloMagic: Bytes = Uint8Array.of(0x89, 0x50, 0x4c, 0x4e, 0x4b, 0x0d, 0x0a, 0x1a);

const maxHello = 8_192;

/** Payload of a HELLO frame. */
export function encodeHello(hello: Hello): Bytes {
  const { versions, device, features, limits, nonce } = hello;
  const json = { versions, device, features, limits, nonce: toBase64Url(nonce) };
  return concat([helloMagic, utf8(JSON.stringify(json))]);
}

/** Reads the payload of a HELLO frame; anything that breaks the rules is `protocol_error`. */
export function parseHello(payload: Bytes): Result<Hello> {
  if (payload.byteLength > maxHello) return failure('protocol_error', 'HELLO is too large');
  if (!helloMagic.every((byte, at) => payload[at] === byte)) {
    return failure('protocol_error', 'HELLO without its magic');
  }
  const json = readObject(payload.subarray(helloMagic.byteLength));
  if (json === undefined) return failure('protocol_error', 'HELLO without a JSON object');
  const versions = integers(json['versions'], 16);
  const device = text(json['device'], 1, 128);
  const features = texts(json['features'], 32, 64);
  const limits = parseLimits(json['limits']);
  const nonce = typeof json['nonce'] === 'string' ? fromBase64Url(json['nonce']) : undefined;
  if (versions === undefined) return failure('protocol_error', 'HELLO with bad versions');
  if (device === undefined) return failure('protocol_error', 'HELLO with a bad device');
  if (features === undefined) return failure('protocol_error', 'HELLO with bad features');
  if (limits === undefined) return failure('protocol_error', 'HELLO with bad limits');
  if (nonce?.byteLength !== 32) return failure('protocol_error', 'HELLO with a bad nonce');
  return success({ versions, device, features, limits, nonce });
}

/** The highest version that both sides speak; undefined when there is none. */
export function commonVersion(ours: readonly number[], theirs: readonly number[]): number | undefined {
  const common = ours.filter((version) => theirs.includes(version));
  return common.length === 0 ? undefined : Math.max(...common);
}

function parseLimits(value: unknown): Limits | undefined {
  const limits = asObject(value);
  if (limits === undefined) return undefined;
  const { streams, message } = limits;
  if (!isInteger(streams) || streams < 0) return undefined;
  if (!isInteger(message) || message < 1_024 || message > maxMessageSize) return undefined;
  return { streams, message };
}

function isInteger(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

function integers(value: unknown, most: number): readonly number[] | undefined {
  if (!Array.isArray(value) || value.length === 0 || value.length > most) return undefined;
  const items: readonly unknown[] = value;
  return items.every(isInteger) ? items : undefined;
}

function text(value: unknown, least: number, most: number): string | undefined {
  if (typeof value !== 'string') return undefined;
  const length = utf8Length(value);
  return length >= least && length <= most ? value : undefined;
}

function texts(value: unknown, most: number, length: number): readonly string[] | undefined {
  if (!Array.isArray(value) || value.length > most) return undefined;
  const items: readonly unknown[] = value;
  const isText = (item: unknown): item is string => text(item, 0, length) !== undefined;
  return items.every(isText) ? items : undefined;
}
