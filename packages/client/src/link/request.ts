import { utf8, type Bytes } from '../core/bytes.js';
import type { HeaderList } from './head.js';

/** A request taken apart: what goes into its head, and its body. */
export interface LinkRequest {
  readonly method: string;
  /** With query. */
  readonly path: string;
  readonly headers: HeaderList;
  /** Bytes of our own, a stream, or none. */
  readonly body: Bytes | ReadableStream<Uint8Array> | undefined;
  readonly signal: AbortSignal | undefined;
}

/** The origin that URLs get that have none; it can never be reached outside a link (RFC 2606). */
export const linkOrigin = 'http://pantheon.invalid';

/**
 * Takes the arguments of `fetch` apart. Throws a TypeError for what `fetch` would throw one for: a used body, a body with
 * GET, a header that is none.
 */
export function readRequest(input: RequestInfo | URL, init: RequestInit = {}): LinkRequest {
  const from = typeof input === 'object' && 'headers' in input ? input : undefined;
  const url = new URL(from?.url ?? String(input), linkOrigin);
  const method = (init.method ?? from?.method ?? 'GET').toUpperCase();
  const headers = new Headers(init.headers ?? from?.headers);
  const body = readBody(init, from, headers);
  if (body !== undefined && (method === 'GET' || method === 'HEAD')) {
    throw new TypeError('Request with GET/HEAD method cannot have body.');
  }
  return {
    method,
    path: url.pathname + url.search,
    headers: [...headers],
    body,
    signal: (init.signal === undefined ? from?.signal : init.signal) ?? undefined,
  };
}

/** The request is over before its body was begun: one that is a stream is cancelled. */
export function discardBody({ body }: LinkRequest, reason: unknown): void {
  // That the source cannot be cancelled changes nothing here.
  if (body instanceof ReadableStream) body.cancel(reason).catch(() => undefined);
}

function readBody(init: RequestInit, from: Request | undefined, headers: Headers): LinkRequest['body'] {
  const given = init.body ?? undefined;
  if (given === undefined) return init.body === undefined ? bodyOfRequest(from) : undefined;
  const body = bodyOf(given, headers);
  if (body instanceof Uint8Array) headers.set('content-length', String(body.byteLength));
  return body;
}

function bodyOfRequest(request: Request | undefined): LinkRequest['body'] {
  if (request?.bodyUsed === true)
    throw new TypeError('Cannot construct a Request with a body that has already been read.');
  if (request === undefined || request.body === null) return undefined;
  if (request.body !== undefined) return request.body;
  // Browsers without Request.body: whether there is one shows when it is read.
  if (request.method === 'GET' || request.method === 'HEAD') return undefined;
  return streamOf(() => request.arrayBuffer());
}

function bodyOf(body: BodyInit, headers: Headers): Bytes | ReadableStream<Uint8Array> {
  if (typeof body === 'string') {
    setType(headers, 'text/plain;charset=UTF-8');
    return utf8(body);
  }
  if (body instanceof URLSearchParams) {
    setType(headers, 'application/x-www-form-urlencoded;charset=UTF-8');
    return utf8(body.toString());
  }
  if (body instanceof ArrayBuffer) return new Uint8Array(body.slice(0));
  if (ArrayBuffer.isView(body)) return new Uint8Array(body.buffer, body.byteOffset, body.byteLength).slice();
  if (body instanceof ReadableStream) {
    if (body.locked) throw new TypeError('The body stream is locked.');
    return body;
  }
  // Blob and FormData: Response knows how to write them, in every browser.
  const written = new Response(body);
  const type = written.headers.get('content-type');
  if (type !== null) setType(headers, type);
  if (body instanceof Blob) headers.set('content-length', String(body.size));
  return written.body ?? new Uint8Array(0);
}

function setType(headers: Headers, type: string): void {
  if (!headers.has('content-type')) headers.set('content-type', type);
}

function streamOf(read: () => Promise<ArrayBuffer>): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>({
    async start(controller) {
      const bytes = await read();
      if (bytes.byteLength > 0) controller.enqueue(new Uint8Array(bytes));
      controller.close();
    },
  });
}
