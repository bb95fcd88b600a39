import { errorsOf, type ErrorTable } from '../core/error.js';

const table = {
  legacy_request_failed: {
    message: 'The host reported an error.',
    advice:
      'Try again; if it stays, look at the host. It runs an older version: updating it gives clearer errors.',
  },
  legacy_bad_answer: {
    message: 'The host gave an answer that makes no sense.',
    advice: 'Update Pantheon on the host.',
  },
  legacy_timeout: {
    message: 'The host did not answer in time.',
    advice: 'Try again, perhaps with a shorter prompt or a smaller model.',
  },
  legacy_too_large: {
    message: 'This is too large for the older protocol of the host.',
    advice: 'Shorten the conversation, or update Pantheon on the host.',
  },
  legacy_too_many: {
    message: 'Too many requests to this host are under way.',
    advice: 'Wait for one of them to end.',
  },
  channel_closed: {
    message: 'The connection to the host ended.',
    advice: 'It is made again by itself.',
  },
} satisfies ErrorTable;

/** What can go wrong with a request in the older JSON messages. */
export type LegacyErrorCode = keyof typeof table;

/** Makes an error of this part. */
export const legacyError = errorsOf<LegacyErrorCode>(table);
