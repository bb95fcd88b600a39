import { debugLog } from '../core/debug.js';
import { isClientError, type ClientError } from '../core/error.js';
import { Peer, type OpenChannel } from '../peer/peer.js';
import { peerError } from '../peer/error.js';
import { signalingError } from '../signaling/error.js';
import type { IncomingSignal, SignalTarget, SignalingClient } from '../signaling/signaling-client.js';
import { clientError } from './error.js';

/**
 * How long each attempt may take to open, in milliseconds. On most networks a connect takes well under a second, so a
 * stalled one is given up early; the later ones leave time for slow networks and relays.
 */
const ATTEMPTS_MS = [3_000, 3_000, 5_000, 8_000, 12_000] as const;
const LIST_TIMEOUT_MS = 2_000;
const FINAL = new Set([
  'key_untrusted',
  'host_legacy',
  'bad_fingerprint',
  'webrtc_unavailable',
  'host_offline',
  'stopped',
]);
const debug = debugLog('dialer');

/** An open channel with its connection. */
export interface Dialled {
  readonly peer: Peer;
  readonly open: OpenChannel;
  /** Ends the connection; whoever got it has to call this in the end. */
  close(): void;
}

/** What is needed to dial. */
export interface DialOptions {
  readonly signaling: SignalingClient;
  readonly deviceId: string;
  readonly iceServers: readonly RTCIceServer[];
  /** Gives up, with `stopped`. */
  readonly signal: AbortSignal;
}

function isFrom(target: SignalTarget, { fromDeviceId, fromSocketId }: IncomingSignal): boolean {
  return fromSocketId !== '' && target.socketId !== ''
    ? fromSocketId === target.socketId
    : fromDeviceId === target.deviceId;
}

/**
 * One attempt, as initiator. `onOpen` is called in the turn in which the channel opens, so that no message is missed.
 */
function attempt<T>(
  options: DialOptions,
  target: SignalTarget,
  connectTimeoutMs: number,
  onOpen: (dialled: Dialled) => T,
): Promise<T> {
  const { signaling, iceServers, signal } = options;
  return new Promise<T>((resolve, reject) => {
    const peer = new Peer({ initiator: true, iceServers, connectTimeoutMs });
    const stops = [
      signaling.on('signal', (incoming) => {
        if (isFrom(target, incoming)) peer.signal(incoming.signal);
      }),
      signaling.on('peerUnavailable', ({ deviceId }) => {
        if (deviceId === target.deviceId) giveUp(signalingError('peer_unavailable'));
      }),
    ];
    const stopped = (): void => giveUp(clientError('stopped'));
    const close = (): void => {
      for (const stop of stops) stop(); // until now: late candidates and renegotiation come while it is open, too
      peer.close();
    };
    const giveUp = (error: unknown): void => {
      signal.removeEventListener('abort', stopped);
      close();
      reject(isClientError(error) ? error : clientError('connect_failed', { cause: error }));
    };
    signal.addEventListener('abort', stopped);
    peer.on('signal', (message) => {
      signaling.send(target, message);
    });
    peer.on('close', giveUp);
    peer.on('open', (open) => {
      signal.removeEventListener('abort', stopped);
      try {
        resolve(onOpen({ peer, open, close }));
      } catch (error) {
        giveUp(error);
      }
    });
  });
}

/** The directory is a moment old: waits for a new list, so that the next attempt dials a socket that is there. */
function freshList(signaling: SignalingClient): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      stop();
      resolve();
    };
    const timer = setTimeout(done, LIST_TIMEOUT_MS);
    const stop = signaling.on('peers', done);
    signaling.requestPeers();
  });
}

function targetOf({ signaling, deviceId }: DialOptions): SignalTarget {
  const entry = signaling.peers.byDevice(deviceId);
  if (entry === undefined) throw clientError('host_offline');
  return { deviceId, socketId: entry.socketId };
}

/**
 * Opens a channel to a device: at most five attempts. Throws `host_offline`, `connect_failed`, `bad_fingerprint`,
 * `webrtc_unavailable`, `stopped`.
 */
export async function dial<T>(options: DialOptions, onOpen: (dialled: Dialled) => T): Promise<T> {
  let last: ClientError = peerError('connect_timeout');
  for (const [index, timeoutMs] of ATTEMPTS_MS.entries()) {
    if (options.signal.aborted) throw clientError('stopped');
    const target = targetOf(options);
    try {
      return await attempt(options, target, timeoutMs, onOpen);
    } catch (error) {
      last = isClientError(error) ? error : clientError('connect_failed', { cause: error });
      debug('attempt failed', { attempt: index + 1, code: last.code });
      if (FINAL.has(last.code)) throw last;
    }
    if (last.code !== 'peer_unavailable') continue;
    await freshList(options.signaling);
    if (targetOf(options).socketId === target.socketId) throw clientError('host_offline');
  }
  throw clientError('connect_failed', { cause: last });
}
