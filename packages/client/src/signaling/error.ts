import { errorsOf, type ErrorTable } from '../core/error.js';

const table = {
  server_unreachable: {
    message: 'The signaling server cannot be reached.',
    advice:
      'Check that you are on the right network, and that the computer is on. It is tried again by itself.',
  },
  server_answer_invalid: {
    message: 'The signaling server gave an answer that makes no sense.',
    advice: 'Check the address; update the server or this app.',
  },
  connection_lost: {
    message: 'The connection to the signaling server was lost.',
    advice: 'It is tried again by itself. Open connections to hosts go on.',
  },
  auth_required: {
    message: 'The server wants to know who you are.',
    advice: 'Pair this browser, or sign in.',
  },
  auth_invalid: {
    message: 'The server does not accept this browser any more.',
    advice: 'Pair it again, or sign in again.',
  },
  auth_expired: {
    message: 'The sign-in has expired.',
    advice: 'It is renewed by itself; if this stays, sign in again.',
  },
  proof_required: {
    message: "The server wants a proof of this browser's key.",
    advice: 'Pair this browser again.',
  },
  proof_invalid: {
    message: "The server does not accept the proof of this browser's key.",
    advice: 'It is tried again by itself; if this stays, pair this browser again.',
  },
  device_revoked: {
    message: 'This browser was removed from the account.',
    advice: 'Pair it again if it should come back.',
  },
  account_mismatch: {
    message: 'The server put this browser into another account than the one it was paired with.',
    advice: 'Do not use this server. If it is your own and was set up anew, pair this browser again.',
  },
  token_unavailable: {
    message: 'The app could not get a sign-in token.',
    advice: 'Sign in again; it is tried again by itself.',
  },
  not_online: {
    message: 'There is no connection to the signaling server at the moment.',
    advice: 'It is tried again by itself; repeat this once you are online.',
  },
  timeout: {
    message: 'The signaling server did not answer in time.',
    advice: 'Try again.',
  },
  peer_unavailable: {
    message: 'That device is not online.',
    advice: 'Start Pantheon there.',
  },
  key_changed: {
    message: 'The server knows this device by another key.',
    advice: 'Pair this browser again, so that it becomes a device of its own.',
  },
  account_full: {
    message: 'The account has too many devices or connections.',
    advice: 'Close tabs, or remove devices you no longer use.',
  },
  server_full: {
    message: 'The signaling server has no room at the moment.',
    advice: 'It is tried again by itself.',
  },
  origin_not_allowed: {
    message: 'The signaling server does not allow this web page.',
    advice: 'Open the page that the server itself shows, or add this one to its CORS_ORIGINS.',
  },
  device_unknown: {
    message: 'The account has no such device.',
    advice: 'Look at the list of devices again.',
  },
  statement_refused: {
    message: 'The server does not take this statement about a device.',
    advice: 'Pair this browser again, then try once more.',
  },
  peer_too_old: {
    message: 'That device and this one speak versions that do not go together.',
    advice: 'Update Pantheon on the older one.',
  },
  peer_busy: {
    message: 'Too many requests to that device wait for an answer.',
    advice: 'Wait for one of them to end.',
  },
  legacy_relay_off: {
    message: 'The signaling server passes no requests to devices of the oldest generation on.',
    advice: 'Update Pantheon on that device.',
  },
  rate_limited: {
    message: 'There were too many requests.',
    advice: 'Wait a moment and try again.',
  },
  unknown_event: {
    message: 'The signaling server does not know this question.',
    advice: 'Update the server.',
  },
  server_error: {
    message: 'The signaling server reported an error.',
    advice: 'Try again; the log of the server says more.',
  },
} satisfies ErrorTable;

/** What can go wrong between this device and its signaling server. */
export type SignalingErrorCode = keyof typeof table;

/** Makes an error of this part. */
export const signalingError = errorsOf<SignalingErrorCode>(table);

/** The code as one of ours: what a server sends that we do not know is `server_error`. */
export function signalingErrorCode(code: unknown): SignalingErrorCode {
  return typeof code === 'string' && Object.hasOwn(table, code)
    ? (code as SignalingErrorCode)
    : 'server_error';
}
