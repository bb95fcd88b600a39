import { asObject, integerOf, stringOf, type JsonObject } from '../core/json.js';
import { peerError } from './error.js';

const MAX_SDP = 32 * 1024;
const MAX_CANDIDATE = 512;
const MAX_UFRAG = 256; // RFC 8839

/**
 * A description as simple-peer 9 sends it; `link: 1` and `offerUfrag`, the `a=ice-ufrag` of the offer that an answer is
 * to, are ours.
 */
export interface DescriptionSignal {
  readonly type: 'offer' | 'answer';
  readonly sdp: string;
  readonly link?: 1;
  readonly offerUfrag?: string;
}

/** A candidate as simple-peer 9 sends it. */
export interface CandidateSignal {
  readonly type: 'candidate';
  readonly candidate: {
    readonly candidate: string;
    readonly sdpMid: string | null;
    readonly sdpMLineIndex: number | null;
  };
}

/** An answerer asks the initiator to offer again. */
export interface RenegotiateSignal {
  readonly type: 'renegotiate';
  readonly renegotiate: true;
}

/** What we send and understand; `media` is any request for media, which a data channel has no use for. */
export type SignalMessage =
  DescriptionSignal | CandidateSignal | RenegotiateSignal | { readonly type: 'media' };

function candidateOf(value: unknown): CandidateSignal | undefined {
  const object = asObject(value);
  const candidate = object === undefined ? undefined : stringOf(object, 'candidate', MAX_CANDIDATE);
  if (object === undefined || candidate === undefined) return undefined;
  const sdpMid = stringOf(object, 'sdpMid', 64) ?? null;
  const sdpMLineIndex = integerOf(object, 'sdpMLineIndex') ?? null;
  return { type: 'candidate', candidate: { candidate, sdpMid, sdpMLineIndex } };
}

/** The `a=ice-ufrag` of a description, by which an answer names its offer; undefined when it has none. Pure. */
export function iceUfragOf(sdp: string): string | undefined {
  return /^a=ice-ufrag:(\S+)/m.exec(sdp)?.[1];
}

/**
 * Reads a signal of simple-peer's format. Like simple-peer it goes by the members, not by `type` alone. Throws
 * `bad_signal`. Pure.
 */
export function parseSignal(signal: JsonObject): SignalMessage {
  if (signal['renegotiate'] === true) return { type: 'renegotiate', renegotiate: true };
  if (signal['transceiverRequest'] !== undefined) return { type: 'media' };
  if (signal['candidate'] !== undefined) {
    const candidate = candidateOf(signal['candidate']);
    if (candidate !== undefined) return candidate;
  }
  const { type } = signal;
  const sdp = stringOf(signal, 'sdp', MAX_SDP);
  if (sdp !== undefined && (type === 'offer' || type === 'answer')) {
    const offerUfrag = type === 'answer' ? stringOf(signal, 'offerUfrag', MAX_UFRAG) : undefined;
    return {
      ...{ type, sdp },
      ...(signal['link'] === 1 && { link: 1 }),
      ...(offerUfrag !== undefined && { offerUfrag }),
    };
  }
  throw peerError('bad_signal');
}
