import { utf8Length, type Bytes } from '../core/bytes.js';
import { DrainMeter, linkWindow, SendWindow } from './flow.js';
import { encodeFrame, frameSize, FrameType, maxMessageSize, writeFrameHeader } from './frame.js';
import { Limiter } from './limiter.js';
import type { Stream } from './stream.js';

/** Most of one stream's DATA in a message when several streams wait. */
const turn = 16 * 1024;
/** A smaller piece is not cut from a larger one only because the message or the buffer has room for no more. */
const leastPiece = 4 * 1024;
/** DATA's header at its largest: type, stream id, length. */
const headerRoom = 1 + 5 + 5;
/** With this much in the channel's buffer even control frames wait: browsers end a channel at 16 MiB. */
const mostBuffered = 4 * 1024 * 1024;

/**
 * Everything that waits to be sent, and the order in which it goes: control frames first, then DATA, the streams taking
 * turns (docs/link-protocol.md, section 6).
 */
export class Outbox {
  readonly #scratch = new Uint8Array(maxMessageSize);
  readonly #drain = new DrainMeter();
  /** RESETs leave well below the rate at which the peer ends the link. */
  readonly #resetPace = new Limiter(80, 64);
  readonly #taken: (stream: Stream) => void;
  #control: Bytes[] = [];
  #resets: Bytes[] = [];
  #pushes = new Map<string, Bytes>();
  #turns: Stream[] = [];
  #heldBack = false;
  #capacity = maxMessageSize;
  #length = 0;

  /** What the peer still accepts of DATA on the link as a whole. */
  readonly window = new SendWindow(linkWindow);

  /** `taken` is called when bytes of a stream have left. */
  constructor(taken: (stream: Stream) => void) {
    this.#taken = taken;
  }

  /** Largest message the peer accepts, in bytes. */
  get capacity(): number {
    return this.#capacity;
  }

  /** Notes a limit for messages; the smallest one counts. */
  limit(bytes: number): void {
    this.#capacity = Math.min(this.#capacity, bytes);
  }

  /** Whether a frame fits a message. */
  fits(stream: number, payloadLength: number): boolean {
    return frameSize(stream, payloadLength) <= this.#capacity;
  }

  /** Queues a control frame. */
  control(type: number, stream: number, payload: Uint8Array): void {
    this.#control.push(encodeFrame(type, stream, payload));
  }

  /** Queues a RESET, at the pace the peer bears. */
  reset(stream: number, payload: Uint8Array): void {
    this.#resets.push(encodeFrame(FrameType.reset, stream, payload));
  }

  /** Queues a PUSH; it replaces one of the same kind that has not left. */
  push(kind: string, payload: Uint8Array): void {
    this.#pushes.delete(kind);
    this.#pushes.set(kind, encodeFrame(FrameType.push, 0, payload));
  }

  /** Lets a stream take turns while it has bytes and credit; call again when it got either. */
  offer(stream: Stream): void {
    if (stream.waiting || stream.sendable === 0) return;
    stream.waiting = true;
    this.#turns.push(stream);
  }

  /** Drops what waits of a stream. */
  drop(stream: Stream): void {
    stream.clear();
    if (stream.waiting) this.#turns = this.#turns.filter((other) => other !== stream);
    stream.waiting = false;
  }

  /** Drops everything but one last frame. */
  close(type: number, payload: Uint8Array | undefined): void {
    this.#control = payload === undefined ? [] : [encodeFrame(type, 0, payload)];
    this.#resets = [];
    this.#pushes.clear();
    this.#turns = [];
  }

  /** Whether something waits that `compose` may send, the channel's buffer permitting. */
  hasOutput(nowMs: number): boolean {
    if (this.#control.length > 0 || this.#pushes.size > 0) return true;
    if (this.#turns.length > 0 && this.window.available > 0) return true;
    return this.#resets.length > 0 && this.#resetPace.waitMs(nowMs) === 0;
  }

  /** Readies the RESETs whose pace has come; true when none is left to wait. */
  releaseResets(nowMs: number): boolean {
    for (let frame = this.#resets[0]; frame !== undefined; frame = this.#resets[0]) {
      if (!this.#resetPace.take(nowMs)) return false;
      this.#resets.shift();
      this.#control.push(frame);
    }
    return true;
  }

  /** Milliseconds until a RESET that waits for its pace may go; undefined when none waits. */
  paceWaitMs(nowMs: number): number | undefined {
    return this.#resets.length === 0 ? undefined : this.#resetPace.waitMs(nowMs);
  }

  /** Level of the channel's buffer at which to call `compose` again, in bytes. */
  get refillBelow(): number {
    return this.#drain.allowance / 2;
  }

  /**
   * The next message, valid until the next call; undefined when nothing waits or the buffer is full enough.
   * `channelBuffered` is the channel's bufferedAmount now.
   */
  compose(channelBuffered: number, nowMs: number): Bytes | undefined {
    this.#drain.observe(channelBuffered, this.#heldBack, nowMs);
    if (channelBuffered >= mostBuffered) return undefined;
    this.#length = 0;
    this.#composeControl();
    this.#composePushes();
    // DATA must not overtake a HEAD that did not fit.
    if (this.#control.length === 0 && this.#turns.length > 0)
      this.#composeData(this.#drain.allowance - channelBuffered - this.#length);
    // END frames of streams that have just run empty travel with their last bytes.
    this.#composeControl();
    if (this.#length === 0) return undefined;
    this.#drain.sent(this.#length, nowMs);
    return this.#scratch.subarray(0, this.#length);
  }

  #composeControl(): void {
    let count = 0;
    for (const frame of this.#control) {
      if (this.#length > 0 && this.#length + frame.byteLength > this.#capacity) break;
      this.#append(frame);
      count += 1;
    }
    if (count === this.#control.length) this.#control = [];
    else this.#control.splice(0, count);
  }

  #composePushes(): void {
    for (const [kind, frame] of this.#pushes) {
      if (this.#length + frame.byteLength > this.#capacity) return;
      this.#append(frame);
      this.#pushes.delete(kind);
    }
  }

  #append(frame: Bytes): void {
    this.#scratch.set(frame, this.#length);
    this.#length += frame.byteLength;
  }

  #composeData(budget: number): void {
    let left = budget - headerRoom;
    this.#heldBack = false;
    while (this.#turns.length > 0 && this.window.available > 0) {
      const stream = this.#turns[0] as Stream;
      const most = this.#turns.length > 1 ? turn : maxMessageSize;
      const wanted = Math.min(stream.sendable, this.window.available, most);
      const room = this.#capacity - this.#length - headerRoom;
      // A message that is almost full goes as it is; the next one has room.
      if (this.#length > 0 && room < Math.min(wanted, leastPiece)) return;
      this.#heldBack = left < Math.min(wanted, room, leastPiece);
      if (this.#heldBack) return;
      const length = Math.min(wanted, room, left);
      this.#appendData(stream, length);
      left -= length + headerRoom;
    }
  }

  #appendData(stream: Stream, length: number): void {
    const at = writeFrameHeader(this.#scratch, this.#length, FrameType.data, stream.id, length);
    stream.dequeue(this.#scratch, at, length);
    this.window.spend(length);
    this.#length = at + length;
    this.#turns.shift();
    stream.waiting = false;
    this.offer(stream);
    this.#taken(stream);
  }
}

/** Longest reason this side sends, so that RESET and GOAWAY fit the smallest message a peer may ask for. */
const maxOwnReason = 512;

/** A reason short enough for any peer. */
export function shortReason(message: string): string {
  return utf8Length(message) <= maxOwnReason ? message : message.slice(0, maxOwnReason / 4);
}
