import { asObject, integerOf, parseObject, stringOf, type JsonObject } from './json.js';

const MAX_BODY_BYTES = 1024 * 1024;
const DEFAULT_TIMEOUT_MS = 15_000;

/** An answer of the server: `body` is undefined when it is no JSON object of reasonable size. */
export interface HttpAnswer {
  readonly ok: boolean;
  readonly status: number;
  readonly body: JsonObject | undefined;
}

/** The error in an answer's body: `{ "error": { code, message, retryAfterMs? } }`. */
export interface ServerError {
  readonly code: string;
  readonly retryAfterMs: number | undefined;
}

async function readLimited(response: Response): Promise<string | undefined> {
  const reader = response.body?.getReader();
  if (reader === undefined) return '';
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    bytes += value.length;
    if (bytes > MAX_BODY_BYTES) {
      await reader.cancel();
      return undefined;
    }
    text += decoder.decode(value, { stream: true });
  }
}

/** What belongs to an exchange besides its address. */
export interface ExchangeOptions {
  /** Makes it a POST. */
  readonly body?: JsonObject;
  /** Goes into the Authorization header. */
  readonly bearer?: string;
  readonly timeoutMs?: number;
}

function requestOf({ body, bearer }: ExchangeOptions): RequestInit {
  const headers = new Headers();
  if (body !== undefined) headers.set('content-type', 'application/json');
  if (bearer !== undefined) headers.set('authorization', `Bearer ${bearer}`);
  const common: RequestInit = { headers, credentials: 'omit', cache: 'no-store', redirect: 'error' };
  return body === undefined ? common : { ...common, method: 'POST', body: JSON.stringify(body) };
}

/**
 * One JSON exchange with the signaling server: POST with `body`, GET without. Cookies are never sent. Rejects only when
 * there was no answer (no network, time-out), with the error of fetch.
 */
export async function exchangeJson(url: URL, options: ExchangeOptions = {}): Promise<HttpAnswer> {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
  try {
    const response = await fetch(url, { ...requestOf(options), signal: abort.signal });
    const text = await readLimited(response);
    const body = text === undefined ? undefined : parseObject(text, MAX_BODY_BYTES);
    return { ok: response.ok, status: response.status, body };
  } finally {
    clearTimeout(timer);
  }
}

/** The coded error of an answer; the code is empty when it carries none. */
export function serverErrorOf(answer: HttpAnswer): ServerError {
  const error = asObject(answer.body?.['error']) ?? {};
  const retryAfterMs = integerOf(error, 'retryAfterMs');
  return {
    code: stringOf(error, 'code', 64) ?? '',
    retryAfterMs: retryAfterMs === undefined ? undefined : Math.min(Math.max(retryAfterMs, 0), 3_600_000),
  };
}
