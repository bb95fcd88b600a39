import { isClientError, LinkError } from '@pantheon/client';
import type { Failure } from './types.js';

type Texts = readonly [message: string, advice: string];

/** Errors an answer can end with, in the words of this page. Codes of the host, of the link and of the client. */
const texts: Readonly<Record<string, Texts>> = {
  request_too_large: [
    'This message is too large for that computer.',
    'Shorten it, or start a new chat: the whole chat travels with each message.',
  ],
  too_large: [
    'This message is too large to send.',
    'Shorten it, or start a new chat: the whole chat travels with each message.',
  ],
  request_stalled: [
    'The message did not arrive whole.',
    'The connection is slow or was cut: send it again in a moment.',
  ],
  model_not_found: ['That computer no longer has this model.', 'Choose another model above, then ask again.'],
  engine_unavailable: [
    'The model engine on that computer is not running.',
    'Start it there, for example Ollama, then ask again.',
  ],
  engine_failed: [
    'The model engine broke off while it answered.',
    'What came so far is kept. Ask again; if it happens often, look at the engine there.',
  ],
  queue_full: ['Too many requests wait for this model already.', 'Try again in a moment.'],
  hosting_off: [
    'That computer does not share its models at the moment.',
    'Switch sharing on there, then ask again.',
  ],
  connection_lost: [
    'The connection was lost while the answer came in.',
    'What came so far is kept. Ask again once the computer is back.',
  ],
  shutting_down: ['Pantheon on that computer was shut down.', 'Start it there again, then ask again.'],
  page_closed: [
    'The page was closed while the answer came in.',
    'What came so far is kept. You can ask again.',
  ],
  empty_answer: ['The model gave an empty answer.', 'Ask again, or put it in other words.'],
  host_offline: ['That computer is offline.', 'Start Pantheon there, or choose a model of another computer.'],
  host_unknown: [
    'That computer is no longer part of your account.',
    'Choose a model of another computer above.',
  ],
  refused_by_host: [
    'That computer does not accept this browser.',
    'Pair with it again: open a new pairing link of that computer here.',
  ],
  refused_stream: ['That computer takes no further requests at the moment.', 'Try again in a moment.'],
};

/** A failure by its code; unknown codes get the given words. */
export function failureOf(code: string, message = '', advice = ''): Failure {
  const known = texts[code];
  if (known !== undefined) return { code, message: known[0], advice: known[1] };
  return { code, message: message || 'Something went wrong.', advice: advice || 'Ask again.' };
}

const byStatus: Readonly<Record<number, string>> = {
  404: 'model_not_found',
  408: 'request_stalled',
  413: 'request_too_large',
  429: 'queue_full',
  502: 'engine_failed',
  503: 'engine_unavailable',
};

/** Reads the answer of a host or an engine that is not 2xx: `{ "error": { "code", "message" } }` or what looks like it. */
export function failureOfResponse(status: number, body: string): Failure {
  let code = '';
  let message = '';
  try {
    const parsed = JSON.parse(body) as { readonly error?: unknown; readonly code?: unknown };
    const error =
      typeof parsed.error === 'object' && parsed.error !== null
        ? (parsed.error as Record<string, unknown>)
        : {};
    const given = error['code'] ?? parsed.code;
    code = typeof given === 'string' ? given : '';
    const said = typeof parsed.error === 'string' ? parsed.error : error['message'];
    message = typeof said === 'string' ? said.slice(0, 400) : '';
  } catch {
    // Not JSON: the status has to do.
  }
  if (texts[code] !== undefined) return failureOf(code);
  const general = byStatus[status];
  if (general !== undefined && message === '') return failureOf(general);
  if (status === 413 || (status === 404 && code === '')) return failureOf(byStatus[status] ?? '');
  return failureOf(
    code || `status_${status}`,
    message || `The model engine answered with status ${status}.`,
    'Ask again, or choose another model.',
  );
}

const LOST = new Set(['timed_out', 'link_closed', 'stream_closed', 'cancelled']);

/** What went wrong, from whatever was thrown. `began`: a part of the answer had come. */
export function failureOfError(error: unknown, began: boolean): Failure {
  if (error instanceof LinkError || isClientError(error)) {
    const { code } = error;
    // Said by the other side, it is about the key of this browser.
    if (error instanceof LinkError && error.byPeer && code === 'key_untrusted')
      return failureOf('refused_by_host');
    if (LOST.has(code)) {
      return began
        ? failureOf('connection_lost')
        : failureOf(
            code,
            'The connection to that computer was lost.',
            'It is made again by itself; then ask again.',
          );
    }
    return failureOf(code, error.message, isClientError(error) ? error.advice : '');
  }
  return began
    ? failureOf('connection_lost')
    : failureOf(
        'unexpected',
        'The answer could not be read.',
        'Ask again; if it stays, choose another model.',
      );
}
