import type { Bytes } from '../core/bytes.js';
import { toBase64Url } from '../core/bytes.js';
import { debugLog } from '../core/debug.js';
import { Emitter } from '../core/emitter.js';
import { isClientError, type ClientError } from '../core/error.js';
import type { JsonObject } from '../core/json.js';
import { isUsableCandidate, MAX_CANDIDATES, withUsableCandidates } from './candidate.js';
import { peerError } from './error.js';
import { fingerprintOf } from './fingerprint.js';
import { readRoute, type RouteReport } from './route.js';
import {
  iceUfragOf,
  parseSignal,
  type CandidateSignal,
  type DescriptionSignal,
  type SignalMessage,
} from './signal-message.js';

const DEFAULT_MESSAGE_SIZE = 65_536; // RFC 8841, when a description does not say
const debug = debugLog('peer');

/** An open channel, and what a link needs to know about it. */
export interface OpenChannel {
  /** Reliable, ordered, open, `binaryType` arraybuffer. */
  readonly channel: RTCDataChannel;
  /** Whether both sides speak the link protocol; else the older JSON messages. */
  readonly link: boolean;
  /** Whether our description was the offer. */
  readonly offerer: boolean;
  /** The 32 bytes of the sha-256 fingerprint of each side's certificate. */
  readonly localFingerprint: Bytes;
  readonly remoteFingerprint: Bytes;
  /** Largest message the other side takes, in bytes. */
  readonly maxMessageSize: number;
}

export interface PeerEvents {
  /** To be carried to the other side. */
  signal: SignalMessage;
  /** Once, in the same turn in which the channel opens: listeners added now miss no message. */
  open: OpenChannel;
  /** Once, at the end, unless it was our close(). */
  close: ClientError;
}

export interface PeerOptions {
  /** The initiator makes the offer and the channel. */
  readonly initiator: boolean;
  readonly iceServers: readonly RTCIceServer[];
  /** Whether we speak the link protocol; true by default. */
  readonly link?: boolean;
  /** Not open after this long: closed with `connect_timeout`. */
  readonly connectTimeoutMs: number;
}

/** Whether the browser makes no more connections, which passes: Chromium's is an UnknownError. All else stays as it is. */
function isOfTooMany(cause: unknown): boolean {
  return cause instanceof Error && (cause.name === 'UnknownError' || cause.name === 'OperationError');
}

/**
 * One peer connection with one data channel, which speaks the signal format of simple-peer 9 (offer, answer, candidate,
 * renegotiate, transceiverRequest), as initiator or answerer, with trickle ICE.
 */
export class Peer extends Emitter<PeerEvents> {
  private readonly connection: RTCPeerConnection;
  private readonly queued: CandidateSignal[] = [];
  private readonly timer: ReturnType<typeof setTimeout>;
  private work: Promise<void> = Promise.resolve(); // descriptions are applied one after the other
  private channel: RTCDataChannel | undefined;
  private remoteFingerprint: Bytes | undefined;
  private remoteLink = false;
  private candidates = 0;
  private opened = false;
  private closed = false;

  private readonly options: PeerOptions;

  /**
   * Throws `webrtc_unavailable` where there is no WebRTC or none with these servers, and `connect_failed` where there is no connection
   * to be had now: a browser makes a limited number. An initiator begins at the next turn.
   */
  constructor(options: PeerOptions) {
    super();
    this.options = options;

    try {
      this.connection = new RTCPeerConnection({ iceServers: [...options.iceServers] });
    } catch (cause) {
      throw peerError(isOfTooMany(cause) ? 'connect_failed' : 'webrtc_unavailable', { cause });
    }
    this.timer = setTimeout(() => this.fail(peerError('connect_timeout')), options.connectTimeoutMs);
    this.listen();
    if (options.initiator) {
      this.adopt(this.connection.createDataChannel('pantheon', { ordered: true }));
      this.enqueue(() => this.offer());
    }
  }

  /** Takes what the other side's `signal` gave. A malformed one ends the connection with `bad_signal`. */
  signal(message: JsonObject): void {
    let parsed: SignalMessage;
    try {
      parsed = parseSignal(message);
    } catch (error) {
      return this.fail(error);
    }
    if (parsed.type === 'candidate') return this.takeCandidate(parsed);
    if (parsed.type === 'renegotiate' && this.options.initiator) return this.enqueue(() => this.offer());
    if (parsed.type === 'offer' || parsed.type === 'answer') {
      const description = parsed;
      this.enqueue(() => this.takeDescription(description));
    }
  }

  /** How the bytes travel at the moment; undefined before they do. */
  async route(): Promise<RouteReport | undefined> {
    if (this.closed) return undefined;
    const entries: unknown[] = [];
    (await this.connection.getStats()).forEach((entry: unknown) => entries.push(entry));
    return readRoute(entries);
  }

  /** Ends the connection; no event comes after it. */
  close(): void {
    this.shut();
    this.removeAllListeners();
  }

  private shut(): void {
    this.closed = true;
    clearTimeout(this.timer);
    this.channel?.close();
    this.connection.close();
  }

  private listen(): void {
    const { connection } = this;
    connection.onicecandidate = ({ candidate }) => {
      if (candidate === null || candidate.candidate === '' || this.closed) return;
      const { candidate: attribute, sdpMid, sdpMLineIndex } = candidate;
      this.emit('signal', { type: 'candidate', candidate: { candidate: attribute, sdpMid, sdpMLineIndex } });
    };
    connection.onconnectionstatechange = () => {
      debug('state', { state: connection.connectionState });
      if (connection.connectionState === 'failed')
        this.fail(peerError(this.opened ? 'channel_closed' : 'connect_failed'));
    };
    connection.ondatachannel = ({ channel }) => {
      if (this.channel === undefined) this.adopt(channel);
      else channel.close(); // a peer of ours opens one
    };
  }

  private adopt(channel: RTCDataChannel): void {
    this.channel = channel;
    channel.binaryType = 'arraybuffer';
    // Listeners, not handlers: those belong to whoever takes the channel over.
    channel.addEventListener('open', () => this.onOpen(channel));
    channel.addEventListener('close', () => this.fail(peerError('channel_closed')));
    if (channel.readyState === 'open') queueMicrotask(() => this.onOpen(channel));
  }

  private onOpen(channel: RTCDataChannel): void {
    if (this.opened || this.closed) return;
    try {
      const { remoteFingerprint } = this;
      if (remoteFingerprint === undefined) throw peerError('bad_fingerprint');
      const localFingerprint = fingerprintOf(this.connection.localDescription?.sdp ?? '');
      this.opened = true;
      clearTimeout(this.timer);
      const link = this.remoteLink && this.options.link !== false;
      const { initiator: offerer } = this.options;
      debug('open', { link, offerer });
      const maxMessageSize = this.maxMessageSize();
      this.emit('open', { channel, link, offerer, localFingerprint, remoteFingerprint, maxMessageSize });
    } catch (error) {
      this.fail(error);
    }
  }

  private maxMessageSize(): number {
    const size = this.connection.sctp?.maxMessageSize ?? DEFAULT_MESSAGE_SIZE;
    return Number.isFinite(size) && size > 0 ? size : Number.MAX_SAFE_INTEGER;
  }

  private async offer(): Promise<void> {
    if (this.connection.signalingState !== 'stable') return; // the answer that is awaited settles it
    await this.connection.setLocalDescription(await this.connection.createOffer());
    this.sendDescription();
  }

  private sendDescription(): void {
    const description = this.connection.localDescription;
    if (this.closed || description === null) return;
    const type = description.type === 'offer' ? 'offer' : 'answer';
    const { sdp } = description;
    const offerUfrag =
      type === 'answer' ? iceUfragOf(this.connection.remoteDescription?.sdp ?? '') : undefined;
    this.emit('signal', {
      ...{ type, sdp },
      ...(this.options.link !== false && { link: 1 }),
      ...(offerUfrag !== undefined && { offerUfrag }),
    });
  }

  /** Of an earlier attempt: of the same two sockets, so nothing else tells its signals from those of this one. */
  private isToAnotherOffer({ type, offerUfrag }: DescriptionSignal): boolean {
    if (type !== 'answer') return false;
    if (this.connection.signalingState !== 'have-local-offer') return true;
    return offerUfrag !== undefined && offerUfrag !== iceUfragOf(this.connection.localDescription?.sdp ?? '');
  }

  private async takeDescription(description: DescriptionSignal): Promise<void> {
    const { type, sdp, link } = description;
    if (type === (this.options.initiator ? 'offer' : 'answer'))
      throw peerError('bad_signal', { detail: `unexpected ${type}` });
    if (this.isToAnotherOffer(description)) return debug('an answer to another offer');
    const fingerprint = fingerprintOf(sdp);
    if (
      this.remoteFingerprint !== undefined &&
      toBase64Url(this.remoteFingerprint) !== toBase64Url(fingerprint)
    ) {
      throw peerError('bad_fingerprint', { detail: 'changed' }); // a link is bound to the first one
    }
    this.remoteFingerprint = fingerprint;
    if (!this.opened) this.remoteLink = link === 1;
    await this.connection.setRemoteDescription({ type, sdp: withUsableCandidates(sdp, MAX_CANDIDATES) });
    for (const candidate of this.queued.splice(0)) this.addCandidate(candidate);
    if (type === 'answer') return;
    await this.connection.setLocalDescription(await this.connection.createAnswer());
    this.sendDescription();
  }

  private takeCandidate(signal: CandidateSignal): void {
    if (this.closed || ++this.candidates > MAX_CANDIDATES) return;
    if (this.connection.remoteDescription === null) this.queued.push(signal);
    else this.addCandidate(signal);
  }

  private addCandidate({ candidate }: CandidateSignal): void {
    if (!isUsableCandidate(candidate.candidate)) return;
    this.connection.addIceCandidate(candidate).catch(() => {
      debug('candidate refused'); // one more or less: another may work
    });
  }

  private enqueue(step: () => Promise<void>): void {
    this.work = this.work
      .then(async () => {
        if (!this.closed) await step();
      })
      .catch((error: unknown) => this.fail(error));
  }

  private fail(error: unknown): void {
    if (this.closed) return;
    const known = isClientError(error) ? error : peerError('bad_signal', { cause: error });
    debug('closed', { code: known.code, detail: known.detail });
    this.shut();
    this.emit('close', known);
    this.removeAllListeners();
  }
}
