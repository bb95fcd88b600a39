import { fromUtf8 } from '../core/bytes.js';
import { parseObject, stringOf, type JsonObject } from '../core/json.js';

/** Longest message that is read or sent, in UTF-16 units. */
export const MAX_MESSAGE = 4 * 1024 * 1024;

/** What a host says in the older JSON messages. */
export type LegacyMessage =
  | { readonly type: 'response'; readonly requestId: string; readonly data: unknown }
  | { readonly type: 'error'; readonly requestId: string; readonly error: string }
  | { readonly type: 'models_available'; readonly models: unknown };

function textOf(message: unknown): string | undefined {
  if (typeof message === 'string') return message;
  return message instanceof ArrayBuffer && message.byteLength <= 3 * MAX_MESSAGE
    ? fromUtf8(new Uint8Array(message)) // simple-peer's write() sends text as bytes
    : undefined;
}

/** Reads one message of the channel, text or binary; undefined when it is none of the protocol. Pure. */
export function parseLegacyMessage(message: unknown): LegacyMessage | undefined {
  const text = textOf(message);
  const object: JsonObject | undefined = text === undefined ? undefined : parseObject(text, MAX_MESSAGE);
  if (object === undefined) return undefined;
  const { type } = object;
  if (type === 'models_available') return { type, models: object['models'] };
  const id = object['requestId'];
  const requestId = typeof id === 'number' ? String(id) : stringOf(object, 'requestId', 128);
  if (requestId === undefined) return undefined;
  if (type === 'response') return { type, requestId, data: object['data'] };
  if (type === 'error') return { type, requestId, error: stringOf(object, 'error', 4096) ?? '' };
  return undefined;
}
