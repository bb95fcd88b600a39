import { errorsOf, type ErrorTable } from '../core/error.js';

const table = {
  pairing_link_invalid: {
    message: 'This is not a whole pairing link.',
    advice: 'Copy the whole link, to its last character, or scan the QR code again.',
  },
  pairing_code_unknown: {
    message: 'This pairing link was used already, has expired, or belongs to another server.',
    advice: 'Make a new link on the computer that shares its models; each works once, for 10 minutes.',
  },
  pairing_busy: {
    message: 'Another device is using this pairing link at the moment.',
    advice: 'Make a new link for this device.',
  },
  pairing_refused: {
    message: 'The computer that made this link refused it.',
    advice: 'Check that the link is whole, or make a new one.',
  },
  pairing_voucher_gone: {
    message: 'The computer that made this link is not online.',
    advice: 'Start Pantheon there, and open the link it then shows.',
  },
  pairing_mac_mismatch: {
    message: 'The server changed a key on its way to you: it cannot be trusted. Nothing was stored.',
    advice: 'Do not pair over this server or this network. If it is your own, find out who changed it.',
  },
  account_full: {
    message: 'The account has too many devices.',
    advice: 'Remove devices you no longer use, then open the link again.',
  },
  rate_limited: {
    message: 'There were too many attempts.',
    advice: 'Wait a minute and try again.',
  },
  server_unreachable: {
    message: 'The server cannot be reached.',
    advice: 'Check that you are on the right network, and that the computer is on.',
  },
  server_answer_invalid: {
    message: 'The server gave an answer that makes no sense.',
    advice: 'Check the address; update the server or this app.',
  },
  invalid_argument: {
    message: 'The server did not understand the request.',
    advice: 'Update the server or this app.',
  },
} satisfies ErrorTable;

/** What can go wrong between opening a pairing link and being paired. */
export type PairingErrorCode = keyof typeof table;

/** Makes an error of this part. */
export const pairingError = errorsOf<PairingErrorCode>(table);

/** Whether a code that came from a server is one of ours. */
export function isPairingErrorCode(code: string): code is PairingErrorCode {
  return Object.hasOwn(table, code);
}
