import type { Role } from './binding.js';
import type { Bytes } from '../core/bytes.js';
import { failure, success, type LinkErrorCode, type LinkFailure, type Result } from './errors.js';
import type { LinkEvent } from './event.js';
import { linkWindow, ReceiveWindow } from './flow.js';
import { FrameType } from './frame.js';
import {
  encodeRequestHead,
  encodeResponseHead,
  interimStatus,
  parseRequestHead,
  parseResponseHead,
  type RequestHead,
  type ResponseHead,
} from './head.js';
import { Limiter } from './limiter.js';
import { Outbox, shortReason } from './outbox.js';
import { encodeReset, encodeVarint, parseReset, parseVarint } from './payload.js';
import { maxQueued, Stream } from './stream.js';

/** Ids from here on are not used: the offerer makes a new link. */
export const lastStreamId = 2 ** 31 - 1_024;

const empty = new Uint8Array(0);
const maxEmptyData = 10;

/** The streams of a link: what the user may do with them, and what the frames of the peer do to them. */
export class Exchanges {
  readonly #role: Role;
  readonly #maxStreams: number;
  readonly #emit: (event: LinkEvent) => void;
  readonly #streams = new Map<number, Stream>();
  readonly #window = new ReceiveWindow(linkWindow, linkWindow, 'several streams');
  /** Opening HEADs leave below the rate at which the peer ends the link, so that a network that bunches them does no harm. */
  readonly #openPace = new Limiter(60, 64);
  #held: { readonly stream: Stream; readonly head: Bytes }[] = [];
  #highest = 0;
  #emptyData = 0;
  #peerStreams = 0;
  #refuseAbove = lastStreamId;
  /** Now, of the call that is being served. */
  nowMs = 0;

  readonly outbox: Outbox;

  /** `maxStreams`: how many the peer may have open at once. */
  constructor(role: Role, maxStreams: number, emit: (event: LinkEvent) => void) {
    this.#role = role;
    this.#maxStreams = maxStreams;
    this.#emit = emit;
    this.outbox = new Outbox((stream) => this.#taken(stream));
  }

  /** Streams not yet over. */
  get open(): number {
    return this.#streams.size;
  }

  /** Id of the newest stream, 0 when there was none. */
  get highest(): number {
    return this.#highest;
  }

  /** How many streams this side may have open at once towards the peer. */
  set peerStreams(count: number) {
    this.#peerStreams = count;
  }

  /** Opens a stream and sends its head (offerer). */
  openStream(head: RequestHead): Result<number> {
    const id = this.#highest + 1;
    if (id > this.#refuseAbove) return failure('shutting_down', 'the link takes no new streams');
    if (this.open >= this.#peerStreams) return failure('refused_stream', 'too many open streams');
    const payload = encodeRequestHead(head);
    if (!payload.ok) return payload;
    if (!this.outbox.fits(id, payload.value.byteLength))
      return failure('too_large', 'the head fits no message');
    const stream = this.#add(id);
    stream.held = true;
    this.#held.push({ stream, head: payload.value });
    return success(id);
  }

  /** Sends a head of the answer (answerer). */
  respond(id: number, head: ResponseHead): Result<undefined> {
    const stream = this.#streams.get(id);
    if (stream === undefined || stream.finalHead)
      return failure('stream_closed', 'no head is due on this stream');
    const payload = encodeResponseHead(head);
    if (!payload.ok) return payload;
    if (!this.outbox.fits(id, payload.value.byteLength))
      return failure('too_large', 'the head fits no message');
    stream.finalHead = head.status !== interimStatus;
    this.outbox.control(FrameType.head, id, payload.value);
    return success(undefined);
  }

  /** Queues bytes of the body; returns how many were accepted. */
  write(id: number, bytes: Bytes): number {
    const stream = this.#streams.get(id);
    if (stream === undefined || stream.ending || (this.#role === 'answerer' && !stream.finalHead)) return 0;
    const taken = stream.enqueue(bytes);
    stream.wantsWritable = taken < bytes.byteLength;
    this.outbox.offer(stream);
    return taken;
  }

  /** Ends this side's direction after what was written. */
  end(id: number): void {
    const stream = this.#streams.get(id);
    if (stream === undefined || stream.ending || (this.#role === 'answerer' && !stream.finalHead)) return;
    stream.ending = true;
    if (stream.queued === 0 && !stream.held) this.#sendEnd(stream);
  }

  /** Ends a stream in both directions at once. */
  reset(id: number, code: LinkErrorCode, message: string): void {
    const stream = this.#streams.get(id);
    if (stream === undefined) return;
    if (!stream.held) this.outbox.reset(id, encodeReset(code, shortReason(message)));
    this.#forget(stream);
  }

  /** Returns credit for bytes that the user has used up; that of a stream that is over has gone back already. */
  consumed(id: number, bytes: number): void {
    const stream = this.#streams.get(id);
    if (stream === undefined) return;
    const count = Math.min(bytes, stream.receiveWindow.held);
    this.#creditLink(this.#window.consume(count, this.nowMs));
    const credit = stream.receiveWindow.consume(count, this.nowMs);
    if (credit > 0 && !stream.remoteEnded) this.outbox.control(FrameType.credit, id, encodeVarint(credit));
  }

  /** Readies the RESETs and opening heads whose pace has come; call before `outbox.compose`. */
  release(nowMs: number): void {
    // A stream that was reset makes place for a new one, so its RESET goes first.
    if (!this.outbox.releaseResets(nowMs)) return;
    while (this.#held.length > 0 && this.#openPace.take(nowMs)) {
      const next = this.#held.shift();
      if (next === undefined) return;
      const { stream, head } = next;
      stream.held = false;
      this.outbox.control(FrameType.head, stream.id, head);
      this.outbox.offer(stream);
      if (stream.ending && stream.queued === 0) this.#sendEnd(stream);
    }
  }

  /** Milliseconds until a frame that waits for its pace may go; undefined when none waits. */
  paceWaitMs(nowMs: number): number | undefined {
    const reset = this.outbox.paceWaitMs(nowMs);
    return this.#held.length === 0 ? reset : (reset ?? this.#openPace.waitMs(nowMs));
  }

  /** Refuses streams above an id: the peer, or this side, said GOAWAY. */
  refuseAbove(id: number): void {
    this.#refuseAbove = Math.min(this.#refuseAbove, id);
    for (const stream of [...this.#streams.values()]) {
      if (stream.id <= id) continue;
      this.#forget(stream);
      this.#emit({
        type: 'reset',
        stream: stream.id,
        code: 'refused_stream',
        message: 'the peer is going away',
      });
    }
  }

  /** Forgets all streams: the link is over. */
  close(): void {
    this.#streams.clear();
    this.#held = [];
  }

  /** HEAD of a request (answerer). */
  onRequest(id: number, payload: Bytes): LinkFailure | undefined {
    const known = this.#streams.get(id);
    if (known?.remoteEnded === true) return this.#breakStream(known, 'stream_closed', 'HEAD after END');
    const unacceptable = this.#raise(id);
    if (unacceptable !== undefined) return unacceptable;
    if (id > this.#refuseAbove) return undefined;
    if (this.open >= this.#maxStreams) return this.#refuse(id, 'refused_stream', 'too many open streams');
    const head = parseRequestHead(payload);
    if (!head.ok) return this.#refuse(id, head.failure.code, head.failure.message);
    this.#add(id);
    this.#emit({ type: 'request', stream: id, head: head.value });
    return undefined;
  }

  /** RESUME (answerer): this side cannot. */
  onResume(id: number): LinkFailure | undefined {
    return this.#raise(id) ?? this.#refuse(id, 'resume_unsupported', 'this side cannot resume');
  }

  /** HEAD of an answer (offerer). */
  onResponse(id: number, payload: Bytes): LinkFailure | undefined {
    const stream = this.#streams.get(id);
    if (stream === undefined) return this.#unknown(id);
    if (stream.remoteEnded) return this.#breakStream(stream, 'stream_closed', 'HEAD after END');
    if (stream.finalHead) return { code: 'protocol_error', message: 'HEAD after the final one' };
    const head = parseResponseHead(payload);
    if (!head.ok) return this.#breakStream(stream, 'bad_head', head.failure.message);
    stream.finalHead = head.value.status !== interimStatus;
    this.#emit({ type: stream.finalHead ? 'response' : 'interim', stream: id, head: head.value });
    return undefined;
  }

  /** DATA. */
  onData(id: number, payload: Bytes): LinkFailure | undefined {
    const length = payload.byteLength;
    this.#emptyData = length === 0 ? this.#emptyData + 1 : 0;
    if (this.#emptyData > maxEmptyData) return { code: 'enhance_your_calm', message: 'too many empty DATA' };
    const stream = this.#streams.get(id);
    if (stream === undefined && id > this.#highest) return this.#unknown(id);
    if (!this.#window.receive(length))
      return { code: 'flow_control_error', message: 'more DATA than the link has credit' };
    if (stream === undefined || stream.remoteEnded) {
      this.#creditLink(this.#window.consume(length, this.nowMs));
      return stream === undefined ? undefined : this.#breakStream(stream, 'stream_closed', 'DATA after END');
    }
    if (!stream.receiveWindow.receive(length)) {
      return { code: 'flow_control_error', message: 'more DATA than the stream has credit' };
    }
    if (this.#role === 'offerer' && !stream.finalHead)
      return { code: 'protocol_error', message: 'DATA before HEAD' };
    if (length > 0) this.#emit({ type: 'data', stream: id, bytes: payload });
    return undefined;
  }

  /** END. */
  onEnd(id: number, payload: Bytes): LinkFailure | undefined {
    if (payload.byteLength > 0) return { code: 'protocol_error', message: 'END with a payload' };
    const stream = this.#streams.get(id);
    if (stream === undefined) return this.#unknown(id);
    if (stream.remoteEnded) return this.#breakStream(stream, 'stream_closed', 'second END');
    if (this.#role === 'offerer' && !stream.finalHead)
      return { code: 'protocol_error', message: 'END before HEAD' };
    stream.remoteEnded = true;
    this.#emit({ type: 'end', stream: id });
    this.#settle(stream);
    return undefined;
  }

  /** RESET. */
  onReset(id: number, payload: Bytes): LinkFailure | undefined {
    const reset = parseReset(payload);
    if (reset === undefined) return { code: 'protocol_error', message: 'malformed RESET' };
    const stream = this.#streams.get(id);
    if (stream === undefined) return this.#unknown(id);
    this.#forget(stream);
    this.#emit({ type: 'reset', stream: id, code: reset.code, message: reset.message });
    return undefined;
  }

  /** CREDIT, of a stream or of the link. */
  onCredit(id: number, payload: Bytes): LinkFailure | undefined {
    const bytes = parseVarint(payload);
    if (bytes <= 0) return { code: 'protocol_error', message: 'malformed CREDIT' };
    const stream = this.#streams.get(id);
    if (id !== 0 && stream === undefined) return this.#unknown(id);
    const window = stream?.sendWindow ?? this.outbox.window;
    if (!window.credit(bytes)) return { code: 'flow_control_error', message: 'credit over 2^31 - 1' };
    if (stream !== undefined) this.outbox.offer(stream);
    return undefined;
  }

  /** STORED: nothing is kept here, so there is nothing to forget. */
  onStored(id: number): LinkFailure | undefined {
    return this.#unknown(id);
  }

  #add(id: number): Stream {
    const stream = new Stream(id);
    this.#highest = id;
    this.#streams.set(id, stream);
    return stream;
  }

  #raise(id: number): LinkFailure | undefined {
    if (id <= this.#highest) return { code: 'protocol_error', message: 'a stream id that does not rise' };
    this.#highest = id;
    return undefined;
  }

  #refuse(id: number, code: LinkErrorCode, message: string): undefined {
    this.outbox.reset(id, encodeReset(code, shortReason(message)));
  }

  #unknown(id: number): LinkFailure | undefined {
    return id > this.#highest
      ? { code: 'protocol_error', message: 'a frame for a stream never opened' }
      : undefined;
  }

  #breakStream(stream: Stream, code: LinkErrorCode, message: string): undefined {
    this.reset(stream.id, code, message);
    this.#emit({ type: 'reset', stream: stream.id, code, message });
  }

  #taken(stream: Stream): void {
    if (stream.wantsWritable && stream.queued <= maxQueued / 2) {
      stream.wantsWritable = false;
      this.#emit({ type: 'writable', stream: stream.id });
    }
    if (stream.queued === 0 && stream.ending && !stream.localEnded) this.#sendEnd(stream);
  }

  #sendEnd(stream: Stream): void {
    this.outbox.control(FrameType.end, stream.id, empty);
    if (this.#role === 'offerer') {
      stream.localEnded = true;
      return this.#settle(stream);
    }
    if (!stream.remoteEnded) this.outbox.reset(stream.id, encodeReset('no_error', ''));
    this.#forget(stream);
    stream.localEnded = true;
  }

  #settle(stream: Stream): void {
    if (stream.over) this.#forget(stream);
  }

  /** What is unread of it stays with its reader, who may never come: the link must not wait for that. */
  #forget(stream: Stream): void {
    this.#streams.delete(stream.id);
    this.outbox.drop(stream);
    if (stream.held) this.#held = this.#held.filter((waiting) => waiting.stream !== stream);
    this.#creditLink(this.#window.consume(stream.receiveWindow.held, this.nowMs));
  }

  #creditLink(bytes: number): void {
    if (bytes > 0) this.outbox.control(FrameType.credit, 0, encodeVarint(bytes));
  }
}
