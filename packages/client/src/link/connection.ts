import { maxStatements } from './binding.js';
import type { Bytes } from '../core/bytes.js';
import type { JsonObject } from '../core/json.js';
import { failure, success, type LinkErrorCode, type LinkFailure, type Result } from './errors.js';
import { pushKinds, type LinkEvent } from './event.js';
import { Exchanges, lastStreamId } from './exchanges.js';
import { criticalBit, FrameReader, FrameType, maxMessageSize } from './frame.js';
import { Handshake, type HandshakeConfig, type Peer } from './handshake.js';
import type { RequestHead, ResponseHead } from './head.js';
import { Limiter } from './limiter.js';
import { shortReason } from './outbox.js';
import { encodeGoAway, encodePush, parseGoAway, parsePush, parsePushBody } from './payload.js';

/** A link not ready after this long is closed with `handshake_timeout`. */
export const handshakeTimeoutMs = 10_000;
/** After this long without a message a side sends PING. */
export const pingAfterMs = 15_000;
/** After this long without a message behind a PING the link is `timed_out`. */
export const pongWithinMs = 10_000;

/** Everything a connection needs to know before it starts. Its functions are called from within its own calls. */
export interface ConnectionConfig extends HandshakeConfig {
  /** max-message-size of the peer's description, in bytes; 0: none given. */
  readonly peerMaxMessageSize: number;
}

/**
 * One side of a link (docs/link-protocol.md): frames in, frames out, events for the user. No I/O, no clock, no timers:
 * the owner of the data channel feeds messages and time (`nowMs`, milliseconds of any steady clock), takes events after
 * every call, and sends what `compose` makes. It never throws on what a peer sends. The C++ one of src/link has the
 * same shape.
 *
 * Loop of the owner, after the channel opened and after each call: take `nextEvent` until it is empty; then `compose`
 * and send until it returns undefined; then wait for a message, for the channel's buffer to fall to `refillBelow`, or
 * for `nextDeadline` to call `tick`.
 */
export class LinkConnection {
  readonly #config: ConnectionConfig;
  readonly #handshake: Handshake;
  readonly #exchanges: Exchanges;
  readonly #openLimit = new Limiter(100, 100);
  readonly #resetLimit = new Limiter(100, 100);
  readonly #pingLimit = new Limiter(2, 4);
  readonly #unknownLimit = new Limiter(100, 100);
  readonly #startedMs: number;
  #events: LinkEvent[] = [];
  #nextEvent = 0;
  #heardMs: number;
  #pingedMs: number | undefined;
  #pings = 0;
  #goingAway = false;
  #closed = false;

  /** Starts when the channel has opened. A config that breaks its own rules closes the link with `internal`. */
  constructor(config: ConnectionConfig, nowMs: number) {
    this.#config = config;
    this.#startedMs = nowMs;
    this.#heardMs = nowMs;
    this.#handshake = new Handshake(config);
    this.#exchanges = new Exchanges(config.role, config.limits.streams, (event) => this.#events.push(event));
    this.#exchanges.nowMs = nowMs;
    if (config.peerMaxMessageSize > 0) this.#exchanges.outbox.limit(config.peerMaxMessageSize);
    const wrong = faultOf(config);
    if (wrong !== undefined) this.#end('internal', wrong);
    else if (config.role === 'offerer') this.#sendHello();
  }

  /** Whether the peer's AUTH is verified and the link not over. */
  get ready(): boolean {
    return this.#handshake.peer !== undefined && !this.#closed;
  }

  /** Whether the link is over. */
  get closed(): boolean {
    return this.#closed;
  }

  /** The peer, once its AUTH is verified. */
  get peer(): Peer | undefined {
    return this.#handshake.peer;
  }

  /** When the peer was heard last. */
  get heardMs(): number {
    return this.#heardMs;
  }

  /** Streams not yet over, for draining before the channel is closed. */
  get openStreams(): number {
    return this.#exchanges.open;
  }

  /** Most streams the peer lets this side have open at once; 0 before its HELLO. */
  get peerStreams(): number {
    return this.#handshake.hello?.limits.streams ?? 0;
  }

  /** One binary message of the channel. Its bytes must not change afterwards: `data` events are views of it. */
  receive(message: Bytes, nowMs: number): void {
    if (this.#closed) return;
    this.#exchanges.nowMs = nowMs;
    this.#heardMs = nowMs;
    this.#pingedMs = undefined;
    // HELLO and AUTH are not bound by the limit that HELLO announces.
    if (message.byteLength > (this.ready ? this.#config.limits.message : maxMessageSize)) {
      this.#end('protocol_error', 'a message over the announced size');
      return;
    }
    const frames = new FrameReader(message);
    while (!this.#closed && frames.next()) {
      const wrong = this.#frame(frames.type, frames.stream, frames);
      if (wrong !== undefined) this.#end(wrong.code, wrong.message);
    }
    if (frames.malformed) this.#end('protocol_error', 'a message that is not whole frames');
  }

  /** Does what is due: handshake timeout, PING, idle timeout. */
  tick(nowMs: number): void {
    if (this.#closed) return;
    this.#exchanges.nowMs = nowMs;
    if (!this.ready && nowMs - this.#startedMs >= handshakeTimeoutMs) {
      this.#end('handshake_timeout', 'the handshake took too long');
    } else if (this.#pingedMs !== undefined && nowMs - this.#pingedMs >= pongWithinMs) {
      this.#end('timed_out', 'nothing was heard');
    } else if (this.#pingedMs === undefined && this.ready && nowMs - this.#heardMs >= pingAfterMs) {
      this.#pingedMs = nowMs;
      this.#exchanges.outbox.control(FrameType.ping, 0, this.#pingPayload());
    }
  }

  /** When `tick`, or `compose` for a frame that waits for its pace, is due next; undefined once the link is closed. */
  nextDeadline(): number | undefined {
    if (this.#closed) return undefined;
    const idleMs = this.#pingedMs === undefined ? this.#heardMs + pingAfterMs : this.#pingedMs + pongWithinMs;
    const dueMs = this.ready ? idleMs : this.#startedMs + handshakeTimeoutMs;
    const nowMs = this.#exchanges.nowMs;
    const paceMs = this.#exchanges.paceWaitMs(nowMs);
    return paceMs === undefined ? dueMs : Math.min(dueMs, nowMs + paceMs);
  }

  /** Whether `compose` may have something to send, the channel's buffer permitting. */
  hasOutput(): boolean {
    const { outbox, nowMs } = this.#exchanges;
    return outbox.hasOutput(nowMs) || this.#exchanges.paceWaitMs(nowMs) === 0;
  }

  /**
   * The next message for the channel with everything that is ready, control frames first; its bytes are valid until the
   * next call. `channelBuffered` is the channel's bufferedAmount now. Undefined: nothing to send, or the buffer is full
   * enough; then call again once it has fallen to `refillBelow`. May add `writable` events.
   */
  compose(channelBuffered: number, nowMs: number): Bytes | undefined {
    this.#exchanges.nowMs = nowMs;
    this.#exchanges.release(nowMs);
    return this.#exchanges.outbox.compose(channelBuffered, nowMs);
  }

  /** The level to set as the channel's bufferedAmountLowThreshold, in bytes. */
  get refillBelow(): number {
    return this.#exchanges.outbox.refillBelow;
  }

  /** The next thing to tell the user, in the order it happened. */
  nextEvent(): LinkEvent | undefined {
    const event = this.#events[this.#nextEvent];
    if (event === undefined) {
      if (this.#nextEvent > 0) this.#events = [];
      this.#nextEvent = 0;
      return undefined;
    }
    this.#nextEvent += 1;
    return event;
  }

  /**
   * Opens a stream (offerer, ready). `bad_head`, `too_large` (does not fit the peer's message size), `refused_stream`
   * (the peer's limit of open streams), `shutting_down` (after GOAWAY or close, or not ready).
   */
  open(head: RequestHead): Result<number> {
    if (!this.ready || this.#config.role !== 'offerer')
      return failure('shutting_down', 'the link is not ready');
    if (this.#goingAway) return failure('shutting_down', 'the link takes no new streams');
    const opened = this.#exchanges.openStream(head);
    if (opened.ok && opened.value >= lastStreamId) {
      this.goAway('no_error', 'out of stream ids');
      this.#events.push({
        type: 'goAway',
        lastStream: opened.value,
        message: 'out of stream ids',
        byPeer: false,
      });
    }
    return opened;
  }

  /** Sends a head of the answer (answerer): interim ones (status 102), then one final. */
  respond(stream: number, head: ResponseHead): Result<undefined> {
    return this.#exchanges.respond(stream, head);
  }

  /**
   * Queues bytes of the body, by reference; returns how many were accepted, at most what is free of the stream's queue
   * of 256 KiB. Fewer than given: the rest may be tried again after `writable`. 0 for a stream that is over, has ended
   * on this side, or whose final head was not sent.
   */
  write(stream: number, bytes: Bytes): number {
    return this.#exchanges.write(stream, bytes);
  }

  /**
   * Ends this side's direction after what was written. On the answerer, if the request is still arriving, the upload is
   * stopped with RESET no_error. Ignored for a stream that is over or an answer without final head.
   */
  end(stream: number): void {
    this.#exchanges.end(stream);
  }

  /** Ends the stream in both directions at once; what was not yet sent or taken is dropped. No event follows. */
  reset(stream: number, code: LinkErrorCode, message: string): void {
    this.#exchanges.reset(stream, code, message);
  }

  /** Returns credit: that many bytes of `data` of this stream are used up. */
  consumed(stream: number, bytes: number): void {
    this.#exchanges.consumed(stream, bytes);
  }

  /** Sends news; a newer one of the same kind replaces one that has not left. `too_large`: it does not fit a message. */
  push(kind: string, body: JsonObject): Result<undefined> {
    if (!this.ready) return failure('shutting_down', 'the link is not ready');
    const payload = encodePush(kind, body);
    if (!this.#exchanges.outbox.fits(0, payload.byteLength))
      return failure('too_large', 'the push fits no message');
    this.#exchanges.outbox.push(kind, payload);
    return success(undefined);
  }

  /** `no_error`: no new streams, the running ones go on. Any other code ends the link (event `closed`). */
  goAway(code: LinkErrorCode, message: string): void {
    if (this.#closed) return;
    if (code !== 'no_error') {
      this.#end(code, message);
      return;
    }
    if (this.#goingAway) return;
    this.#goingAway = true;
    const last = this.#lastProcessed();
    this.#exchanges.outbox.control(FrameType.goAway, 0, encodeGoAway(code, last, shortReason(message)));
    if (this.#config.role === 'answerer') this.#exchanges.refuseAbove(last);
  }

  #frame(type: number, stream: number, frames: FrameReader): LinkFailure | undefined {
    switch (type) {
      case FrameType.hello:
      case FrameType.auth:
      case FrameType.ping:
      case FrameType.pong:
      case FrameType.push:
      case FrameType.goAway:
        return stream === 0
          ? this.#linkFrame(type, frames.payload())
          : broken('a frame of the link on a stream');
      case FrameType.head:
      case FrameType.data:
      case FrameType.end:
      case FrameType.reset:
      case FrameType.resume:
      case FrameType.stored:
        if (stream === 0) return broken('a frame of a stream on the link');
        return this.#streamFrame(type, stream, frames.payload());
      case FrameType.credit:
        return this.#streamFrame(type, stream, frames.payload());
      default:
        return this.#unknownFrame(type);
    }
  }

  #linkFrame(type: number, payload: Bytes): LinkFailure | undefined {
    if (type === FrameType.hello) return this.#onHello(payload);
    if (type === FrameType.goAway) return this.#onGoAway(payload);
    if (this.#handshake.hello === undefined) return broken('a frame before HELLO');
    switch (type) {
      case FrameType.auth:
        return this.#onAuth(payload);
      case FrameType.ping:
        return this.#onPing(payload);
      case FrameType.pong:
        return payload.byteLength === 8 ? undefined : broken('malformed PONG');
      default:
        return this.#onPush(payload);
    }
  }

  #streamFrame(type: number, stream: number, payload: Bytes): LinkFailure | undefined {
    if (!this.ready) return broken('a frame of a stream before AUTH');
    const exchanges = this.#exchanges;
    switch (type) {
      case FrameType.data:
        return exchanges.onData(stream, payload);
      case FrameType.head:
        if (this.#config.role === 'offerer') return exchanges.onResponse(stream, payload);
        return this.#calm(this.#openLimit) ?? exchanges.onRequest(stream, payload);
      case FrameType.end:
        return exchanges.onEnd(stream, payload);
      case FrameType.reset:
        return this.#calm(this.#resetLimit) ?? exchanges.onReset(stream, payload);
      case FrameType.credit:
        return exchanges.onCredit(stream, payload);
      default:
        return this.#resumeFrame(type, stream, payload);
    }
  }

  #resumeFrame(type: number, stream: number, payload: Bytes): LinkFailure | undefined {
    if (this.#config.role === 'offerer') return broken('RESUME and STORED are of the offerer');
    if (type === FrameType.stored) {
      return payload.byteLength === 8 ? this.#exchanges.onStored(stream) : broken('malformed STORED');
    }
    if (payload.byteLength !== 24) return broken('malformed RESUME');
    return this.#calm(this.#openLimit) ?? this.#exchanges.onResume(stream);
  }

  #unknownFrame(type: number): LinkFailure | undefined {
    if (this.#handshake.hello === undefined) return broken('a frame before HELLO');
    if ((type & criticalBit) !== 0) return { code: 'unknown_critical_frame', message: `type ${type}` };
    return this.#calm(this.#unknownLimit);
  }

  #onHello(payload: Bytes): LinkFailure | undefined {
    const wrong = this.#handshake.readHello(payload);
    if (wrong !== undefined) return wrong;
    const limits = this.#handshake.hello?.limits ?? { streams: 0, message: maxMessageSize };
    const { outbox } = this.#exchanges;
    this.#exchanges.peerStreams = limits.streams;
    if (this.#config.role === 'answerer') this.#sendHello();
    const auth = this.#handshake.auth();
    if (!outbox.fits(0, auth.byteLength))
      return { code: 'too_large', message: 'AUTH does not fit a message' };
    outbox.control(FrameType.auth, 0, auth);
    outbox.limit(limits.message);
    return undefined;
  }

  #onAuth(payload: Bytes): LinkFailure | undefined {
    const wrong = this.#handshake.readAuth(payload);
    const peer = this.#handshake.peer;
    if (wrong === undefined && peer !== undefined) this.#events.push({ type: 'ready', ...peer });
    return wrong;
  }

  #onPing(payload: Bytes): LinkFailure | undefined {
    if (payload.byteLength !== 8) return broken('malformed PING');
    const wrong = this.#calm(this.#pingLimit);
    if (wrong === undefined) this.#exchanges.outbox.control(FrameType.pong, 0, payload);
    return wrong;
  }

  #onPush(payload: Bytes): LinkFailure | undefined {
    if (!this.ready) return broken('PUSH before AUTH');
    const push = parsePush(payload);
    if (push === undefined) return broken('malformed PUSH');
    const kind = pushKinds.find((known) => known === push.kind);
    if (kind === undefined) return undefined;
    const body = parsePushBody(push.json);
    if (body === undefined) return broken('malformed PUSH');
    const event = { type: 'push', kind, body } as const;
    const next = this.#nextEvent;
    const older = this.#events.findIndex(
      (other, at) => at >= next && other.type === 'push' && other.kind === kind,
    );
    if (older < 0) this.#events.push(event);
    else this.#events[older] = event;
    return undefined;
  }

  #onGoAway(payload: Bytes): LinkFailure | undefined {
    const goAway = parseGoAway(payload);
    if (goAway === undefined) return broken('malformed GOAWAY');
    const { code, lastStream, message } = goAway;
    if (code !== 'no_error') {
      this.#close({ code, message }, true);
      return undefined;
    }
    this.#goingAway = true;
    if (this.#config.role === 'offerer') this.#exchanges.refuseAbove(lastStream);
    this.#events.push({ type: 'goAway', lastStream, message, byPeer: true });
    return undefined;
  }

  #calm(limiter: Limiter): LinkFailure | undefined {
    if (limiter.take(this.#exchanges.nowMs)) return undefined;
    return { code: 'enhance_your_calm', message: 'too many frames of one kind' };
  }

  #sendHello(): void {
    this.#exchanges.outbox.control(FrameType.hello, 0, this.#handshake.localHello);
  }

  #pingPayload(): Bytes {
    const payload = new Uint8Array(8);
    this.#pings += 1;
    new DataView(payload.buffer).setUint32(4, this.#pings);
    return payload;
  }

  /** The newest stream that the peer opened. */
  #lastProcessed(): number {
    return this.#config.role === 'answerer' ? this.#exchanges.highest : 0;
  }

  #end(code: LinkErrorCode, message: string): void {
    if (!this.#closed) this.#close({ code, message }, false);
  }

  #close(reason: LinkFailure, byPeer: boolean): void {
    const payload = encodeGoAway(reason.code, this.#lastProcessed(), shortReason(reason.message));
    this.#closed = true;
    this.#exchanges.close();
    this.#exchanges.outbox.close(FrameType.goAway, byPeer ? undefined : payload);
    this.#events.push({ type: 'closed', ...reason, byPeer });
  }
}

function broken(message: string): LinkFailure {
  return { code: 'protocol_error', message };
}

function faultOf(config: ConnectionConfig): string | undefined {
  if (config.localFingerprint.byteLength !== 32 || config.remoteFingerprint.byteLength !== 32) {
    return 'a fingerprint is not 32 bytes';
  }
  if (config.nonce.byteLength !== 32) return 'the nonce is not 32 bytes';
  if (config.publicKey.byteLength !== 32) return 'the public key is not 32 bytes';
  if (config.statements.length > maxStatements) return 'too many statements';
  if (config.limits.message < 1_024 || config.limits.message > maxMessageSize)
    return 'the message limit is out of range';
  return undefined;
}
