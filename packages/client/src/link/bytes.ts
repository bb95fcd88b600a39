import { fromUtf8, type Bytes } from '../core/bytes.js';
import { asObject, type JsonObject } from '../core/json.js';

/** One array of bytes after the other. */
export function concat(parts: readonly Uint8Array[]): Bytes {
  let length = 0;
  for (const part of parts) length += part.byteLength;
  const all = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.byteLength;
  }
  return all;
}

/** The JSON object that bytes hold as UTF-8; undefined when they hold anything else. */
export function readObject(bytes: Uint8Array): JsonObject | undefined {
  // A byte order mark is no JSON; decoders would swallow it.
  const text = bytes[0] === 0xef ? undefined : fromUtf8(bytes);
  if (text === undefined) return undefined;
  try {
    return asObject(JSON.parse(text));
  } catch {
    return undefined;
  }
}
