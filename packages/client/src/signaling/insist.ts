import { Backoff } from '../core/backoff.js';
import { debugLog } from '../core/debug.js';
import { isClientError } from '../core/error.js';

const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 60_000;
const debug = debugLog('signaling');

/** Waits; `signal` ends it early. */
function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    signal.addEventListener('abort', end);
  });
}

/**
 * Asks the signaling server until it obeys: again when it has too much to do, after the time it names (a minute at most), or gives
 * no answer, later and later. Resolves with the answer of `ask`; with undefined when `signal` ended it, when all `attempts` failed, or
 * when the server does not know the question. Never rejects.
 */
export async function insist<T>(
  ask: () => Promise<T>,
  signal: AbortSignal,
  attempts = Infinity,
): Promise<T | undefined> {
  const backoff = new Backoff(FIRST_WAIT_MS, LONGEST_WAIT_MS);
  for (let left = attempts; left > 0 && !signal.aborted; left--) {
    try {
      return await ask();
    } catch (error) {
      const { code, detail, retryAfterMs = 0 } = isClientError(error) ? error : { code: 'internal' };
      debug('refused', { code, detail, retryAfterMs });
      if (left === 1 || signal.aborted || code === 'unknown_event') break;
      await pause(Math.max(backoff.next(), Math.min(retryAfterMs, LONGEST_WAIT_MS)), signal);
    }
  }
  return undefined;
}
