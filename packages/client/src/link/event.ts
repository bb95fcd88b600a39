import type { Bytes } from '../core/bytes.js';
import type { JsonObject } from '../core/json.js';
import type { LinkErrorCode } from './errors.js';
import type { RequestHead, ResponseHead } from './head.js';

/** How the key that signed the binding is known to this side. */
export type PeerTrust =
  /** The very key that was pinned for this device. */
  | 'pinned'
  /** Chains to a pinned key by statements. */
  | 'vouched'
  /** As the server said, remembered at first sight, not verified by a person. */
  | 'first_seen';

/** The binding is verified: streams may be opened or will arrive. Comes once, before every event but `closed`. */
export interface ReadyEvent {
  readonly type: 'ready';
  readonly deviceId: string;
  readonly publicKey: Bytes;
  readonly trust: PeerTrust;
  readonly features: readonly string[];
}

/** A stream was opened by the peer (answerer only). */
export interface RequestEvent {
  readonly type: 'request';
  readonly stream: number;
  readonly head: RequestHead;
}

/** A head of an answer: `interim` with queue position or load progress, `response` for the final one (offerer only). */
export interface ResponseEvent {
  readonly type: 'interim' | 'response';
  readonly stream: number;
  readonly head: ResponseHead;
}

/** Bytes of a body: a view of the message they came in. Give their credit back with `consumed`. */
export interface DataEvent {
  readonly type: 'data';
  readonly stream: number;
  readonly bytes: Bytes;
}

/** `end`: the peer's direction is complete. `writable`: the send queue has room after `write` took less than given. */
export interface StreamEvent {
  readonly type: 'end' | 'writable';
  readonly stream: number;
}

/**
 * The stream is over in both directions, by the peer or because the peer broke a rule of the stream. `no_error` after
 * `end`: the answer is whole and the upload is no longer wanted. The id is dead: nothing more comes.
 */
export interface ResetEvent {
  readonly type: 'reset';
  readonly stream: number;
  readonly code: LinkErrorCode;
  readonly message: string;
}

/** News from the peer. */
export interface PushEvent {
  readonly type: 'push';
  readonly kind: PushKind;
  readonly body: JsonObject;
}

/** No new streams on this link; those up to `lastStream` go on, later ones were reported as reset. */
export interface GoAwayEvent {
  readonly type: 'goAway';
  readonly lastStream: number;
  readonly message: string;
  /** False: this side ran out of stream ids and said so to the peer. */
  readonly byPeer: boolean;
}

/** The link is over; the last event. All streams are dead without further events. */
export interface ClosedEvent {
  readonly type: 'closed';
  readonly code: LinkErrorCode;
  readonly message: string;
  readonly byPeer: boolean;
}

/** What a connection tells its owner. */
export type LinkEvent =
  | ReadyEvent
  | RequestEvent
  | ResponseEvent
  | DataEvent
  | StreamEvent
  | ResetEvent
  | PushEvent
  | GoAwayEvent
  | ClosedEvent;

/** Kinds of PUSH that are known; others are dropped. */
export const pushKinds = ['catalogue', 'hosting'] as const;

/** `catalogue`: the host's models changed. `hosting`: `{ "hosting": boolean }`. */
export type PushKind = (typeof pushKinds)[number];
