import { errorsOf, type ErrorTable } from '../core/error.js';

const table = {
  webrtc_unavailable: {
    message: 'This browser cannot make peer-to-peer connections.',
    advice: 'Allow WebRTC in its settings or extensions, or use another browser.',
  },
  connect_timeout: {
    message: 'The connection did not open in time.',
    advice: 'It is tried again by itself.',
  },
  connect_failed: {
    message: 'No path to the other device was found.',
    advice: 'Be on the same network as it, check its firewall, or set up a TURN relay on the server.',
  },
  channel_closed: {
    message: 'The connection to the other device ended.',
    advice: 'It is made again by itself.',
  },
  bad_signal: {
    message: 'The other device sent a connection message that makes no sense.',
    advice: 'Update Pantheon on both devices.',
  },
  bad_fingerprint: {
    message: 'The other device did not name exactly one certificate, so nobody could tell who it is.',
    advice: 'Update Pantheon on the other device; if this stays, do not trust the server in between.',
  },
} satisfies ErrorTable;

/** What can go wrong with a peer connection. */
export type PeerErrorCode = keyof typeof table;

/** Makes an error of this part. */
export const peerError = errorsOf<PeerErrorCode>(table);
