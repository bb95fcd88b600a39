import { errorsOf, type ErrorTable } from '../core/error.js';

const table = {
  host_unknown: {
    message: 'There is no such device in the account.',
    advice: 'Look at the list of devices again.',
  },
  host_offline: {
    message: 'That computer is not online.',
    advice: 'Start Pantheon there.',
  },
  host_legacy: {
    message: 'That computer runs an older version, which cannot stream.',
    advice: 'Update Pantheon there.',
  },
  key_untrusted: {
    message: 'That computer could not prove to be the one you know.',
    advice: 'Do not use it. If it was set up anew, pair with it again; otherwise someone may be in between.',
  },
  refused_by_host: {
    message: 'That computer does not accept this browser.',
    advice: 'Pair this browser with it again: open a new pairing link of that computer here.',
  },
  connect_failed: {
    message: 'No connection to that computer could be made.',
    advice: 'Be on the same network as it, check its firewall, or set up a TURN relay on the server.',
  },
  link_closed: {
    message: 'The connection to that computer was lost.',
    advice: 'It is made again by itself.',
  },
  catalogue_unavailable: {
    message: 'That computer did not tell its models.',
    advice: 'Try again; if it stays, look at the log of Pantheon there.',
  },
  server_invalid: {
    message: 'The address of the signaling server is not one that can be used.',
    advice: 'Write it in full, with its scheme: https://signal.example.org, or http://192.168.1.20:3001.',
  },
  not_started: {
    message: 'The client has not been started.',
    advice: 'Call start() first.',
  },
  not_paired: {
    message: 'This browser is not paired.',
    advice:
      'Open the pairing link that Pantheon shows on the computer with your models, or scan its QR code.',
  },
  stopped: {
    message: 'The client was stopped.',
    advice: 'Start it again.',
  },
} satisfies ErrorTable;

/** What can go wrong with hosts and the life of a client. */
export type ClientErrorCode = keyof typeof table;

/** Makes an error of this part. */
export const clientError = errorsOf<ClientErrorCode>(table);

const FINAL_FOR_HOST = new Set([
  'key_untrusted',
  'key_not_accepted',
  'refused_by_host',
  'device_revoked',
  'key_book_full',
  'host_legacy',
  'webrtc_unavailable',
]);

/** Whether a host that failed with this code is not to be dialled again by itself: the same would happen, or someone is in between. */
export function isFinalForHost(code: string): boolean {
  return FINAL_FOR_HOST.has(code);
}
