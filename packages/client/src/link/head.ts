import { fromBase64UrlExactly, utf8, utf8Length, type Bytes } from '../core/bytes.js';
import { asObject, type JsonObject } from '../core/json.js';
import { readObject } from './bytes.js';
import { failure, success, type Result } from './errors.js';

/** Lower-case names with their values, in the order they travel. */
export type HeaderList = readonly (readonly [name: string, value: string])[];

/** The head that opens a stream (docs/link-protocol.md, section 5). */
export interface RequestHead {
  readonly method: string;
  /** With query, as in the request line. */
  readonly path: string;
  readonly headers: HeaderList;
  /** Device ids this request already passed, at most 3. */
  readonly hops?: readonly string[];
  /** Idempotency key, base64url of 16 bytes. */
  readonly key?: string;
}

/** A head of the answer: interim (status 102) or final. */
export interface ResponseHead {
  readonly status: number;
  readonly headers: HeaderList;
  /** Of an interim head: queue position, load progress. */
  readonly info?: JsonObject;
}

/** Status of an interim head. */
export const interimStatus = 102;

/** Largest JSON of a HEAD frame, in bytes. */
export const maxHead = 32 * 1024;

const maxHeaders = 128;
const maxPath = 8 * 1024;
const maxHops = 3;
const namePattern = /^[a-z0-9!#$%&'*+.^_|~-]+$/;
const methodPattern = /^[A-Z]{1,16}$/;

/** Reads the payload of a request's HEAD; anything that breaks the rules is `bad_head`. */
export function parseRequestHead(payload: Uint8Array): Result<RequestHead> {
  const json = payload.byteLength > maxHead ? undefined : readObject(payload);
  return json === undefined
    ? failure('bad_head', 'the head is no JSON object of at most 32 KiB')
    : checkRequest(json);
}

/** Reads the payload of an answer's HEAD; anything that breaks the rules is `bad_head`. */
export function parseResponseHead(payload: Uint8Array): Result<ResponseHead> {
  const json = payload.byteLength > maxHead ? undefined : readObject(payload);
  return json === undefined
    ? failure('bad_head', 'the head is no JSON object of at most 32 KiB')
    : checkResponse(json);
}

/** Writes the payload of a request's HEAD; `bad_head` when it breaks the rules. */
export function encodeRequestHead(head: RequestHead): Result<Bytes> {
  const checked = checkRequest({ ...head });
  return checked.ok ? encode(checked.value) : checked;
}

/** Writes the payload of an answer's HEAD; `bad_head` when it breaks the rules. */
export function encodeResponseHead(head: ResponseHead): Result<Bytes> {
  const checked = checkResponse({ ...head });
  return checked.ok ? encode(checked.value) : checked;
}

function encode(head: RequestHead | ResponseHead): Result<Bytes> {
  const bytes = utf8(JSON.stringify(head));
  return bytes.byteLength > maxHead ? failure('bad_head', 'the head is over 32 KiB') : success(bytes);
}

function checkRequest(json: JsonObject): Result<RequestHead> {
  const { method, path, hops, key } = json;
  if (typeof method !== 'string' || !methodPattern.test(method)) return failure('bad_head', 'bad method');
  if (typeof path !== 'string' || !isPath(path)) return failure('bad_head', 'bad path');
  const headers = checkHeaders(json['headers']);
  if (headers === undefined) return failure('bad_head', 'bad headers');
  if (hops !== undefined && !isHops(hops)) return failure('bad_head', 'bad hops');
  if (key !== undefined && !isKey(key)) return failure('bad_head', 'bad key');
  return success({
    method,
    path,
    headers,
    ...(hops === undefined ? {} : { hops }),
    ...(key === undefined ? {} : { key }),
  });
}

function checkResponse(json: JsonObject): Result<ResponseHead> {
  const { status, info } = json;
  if (typeof status !== 'number' || !isStatus(status)) return failure('bad_head', 'bad status');
  const headers = checkHeaders(json['headers']);
  if (headers === undefined) return failure('bad_head', 'bad headers');
  if (info !== undefined && asObject(info) === undefined) return failure('bad_head', 'bad info');
  return success(info === undefined ? { status, headers } : { status, headers, info: asObject(info) ?? {} });
}

function isStatus(status: number): boolean {
  return status === interimStatus || (Number.isInteger(status) && status >= 200 && status <= 599);
}

function checkHeaders(value: unknown): HeaderList | undefined {
  if (value === undefined) return [];
  if (!Array.isArray(value) || value.length > maxHeaders) return undefined;
  const items: readonly unknown[] = value;
  return items.every(isHeader) ? items : undefined;
}

function isHeader(value: unknown): value is readonly [string, string] {
  if (!Array.isArray(value) || value.length !== 2) return false;
  const [name, content]: unknown[] = value;
  return (
    typeof name === 'string' && namePattern.test(name) && typeof content === 'string' && isValue(content)
  );
}

function isValue(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0 || code === 0x0a || code === 0x0d) return false;
  }
  return true;
}

function isPath(path: string): boolean {
  if (!path.startsWith('/') || utf8Length(path) > maxPath) return false;
  for (let at = 0; at < path.length; at++) {
    const code = path.charCodeAt(at);
    if (code <= 0x20 || code === 0x7f) return false;
  }
  return true;
}

function isHops(value: unknown): value is readonly string[] {
  if (!Array.isArray(value) || value.length > maxHops) return false;
  return value.every((hop) => typeof hop === 'string' && hop.length > 0 && utf8Length(hop) <= 128);
}

function isKey(value: unknown): value is string {
  return typeof value === 'string' && fromBase64UrlExactly(value, 16) !== undefined;
}
