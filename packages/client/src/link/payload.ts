import { fromUtf8, utf8, type Bytes } from '../core/bytes.js';
import type { JsonObject } from '../core/json.js';
import { concat, readObject } from './bytes.js';
import { errorFromWire, errorToWire, type LinkErrorCode } from './errors.js';
import { readVarint, varintLength, writeVarint } from './varint.js';

/** Largest message of RESET and GOAWAY, in bytes of UTF-8. */
const maxReason = 1_024;

/** Content of a RESET frame. */
export interface ResetPayload {
  readonly code: LinkErrorCode;
  readonly message: string;
}

/** Content of a GOAWAY frame. */
export interface GoAwayPayload extends ResetPayload {
  /** Streams up to this id are still processed. */
  readonly lastStream: number;
}

/** The payload that is one varint: CREDIT. */
export function encodeVarint(value: number): Bytes {
  const bytes = new Uint8Array(varintLength(value));
  writeVarint(bytes, 0, value);
  return bytes;
}

/** The value of a payload that must be one varint (CREDIT); -1 for anything else. */
export function parseVarint(payload: Uint8Array): number {
  const value = readVarint(payload, 0, payload.byteLength);
  return value >= 0 && varintLength(value) === payload.byteLength ? value : -1;
}

/** Payload of a RESET. A message that is too long is cut between two characters. */
export function encodeReset(code: LinkErrorCode, message: string): Bytes {
  return concat([encodeVarint(errorToWire(code)), reason(message)]);
}

/** Reads the payload of a RESET; undefined when it is malformed. */
export function parseReset(payload: Uint8Array): ResetPayload | undefined {
  const code = readVarint(payload, 0, payload.byteLength);
  if (code < 0) return undefined;
  const message = parseReason(payload.subarray(varintLength(code)));
  return message === undefined ? undefined : { code: errorFromWire(code), message };
}

/** Payload of a GOAWAY. */
export function encodeGoAway(code: LinkErrorCode, lastStream: number, message: string): Bytes {
  return concat([encodeVarint(errorToWire(code)), encodeVarint(lastStream), reason(message)]);
}

/** Reads the payload of a GOAWAY; undefined when it is malformed. */
export function parseGoAway(payload: Uint8Array): GoAwayPayload | undefined {
  const code = readVarint(payload, 0, payload.byteLength);
  if (code < 0) return undefined;
  const lastStreamAt = varintLength(code);
  const lastStream = readVarint(payload, lastStreamAt, payload.byteLength);
  if (lastStream < 0) return undefined;
  const message = parseReason(payload.subarray(lastStreamAt + varintLength(lastStream)));
  return message === undefined ? undefined : { code: errorFromWire(code), lastStream, message };
}

/** Payload of a PUSH. `kind` is at most 255 bytes. */
export function encodePush(kind: string, body: JsonObject): Bytes {
  const name = utf8(kind);
  return concat([Uint8Array.of(name.byteLength), name, utf8(JSON.stringify(body))]);
}

/** Takes the kind of a PUSH off its payload; undefined when the kind overruns it. `json` is not yet read. */
export function parsePush(payload: Bytes): { readonly kind: string; readonly json: Bytes } | undefined {
  const length = payload[0];
  if (length === undefined || payload.byteLength < 1 + length) return undefined;
  const kind = fromUtf8(payload.subarray(1, 1 + length));
  return kind === undefined ? undefined : { kind, json: payload.subarray(1 + length) };
}

/** The object a PUSH of a known kind carries; undefined when it carries anything else. */
export function parsePushBody(json: Uint8Array): JsonObject | undefined {
  return readObject(json);
}

function reason(message: string): Bytes {
  const bytes = utf8(message);
  if (bytes.byteLength <= maxReason) return bytes;
  let end = maxReason;
  while (((bytes[end] as number) & 0xc0) === 0x80) end--;
  return bytes.subarray(0, end);
}

function parseReason(bytes: Uint8Array): string | undefined {
  return bytes.byteLength > maxReason ? undefined : fromUtf8(bytes);
}
