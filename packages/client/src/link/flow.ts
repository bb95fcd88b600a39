import { maxVarint } from './varint.js';

/** Credit of each direction of a new stream, in bytes (docs/link-protocol.md, section 6). */
export const initialStreamWindow = 262_144;
/** Credit of each direction of the link, and the most a stream's window grows to, in bytes. */
export const linkWindow = 4_194_304;

/** What this side may still send. */
export class SendWindow {
  #available: number;

  constructor(initial: number) {
    this.#available = initial;
  }

  /** Bytes that may be sent now. */
  get available(): number {
    return this.#available;
  }

  /** Notes bytes that were sent; at most what is available. */
  spend(bytes: number): void {
    this.#available -= bytes;
  }

  /** Adds credit of the peer; false when the sum is over what the protocol allows. */
  credit(bytes: number): boolean {
    if (this.#available + bytes > maxVarint) return false;
    this.#available += bytes;
    return true;
  }
}

/** A window whose bytes are used up faster than this is taken to be what limits the stream. */
const growWithinMs = 250;

/** What the peer may still send to this side, and when to give credit back. */
export class ReceiveWindow {
  readonly #largest: number;
  readonly #sharedBy: 'nobody' | 'several streams';
  #size: number;
  #available: number;
  /** Received, and not yet used up by the user. */
  #held = 0;
  /** Used up, and not yet given back as credit. */
  #returnable = 0;
  #consumedInRound = 0;
  #roundBeganMs = 0;

  /**
   * `size` in bytes at first; grows to at most `largest`. Where several streams have the window in common, what is unread
   * of one must not stop the others.
   */
  constructor(size: number, largest: number, sharedBy: 'nobody' | 'several streams' = 'nobody') {
    this.#size = size;
    this.#largest = largest;
    this.#sharedBy = sharedBy;
    this.#available = size;
  }

  /** Bytes the user has not yet used up. */
  get held(): number {
    return this.#held;
  }

  /** The present size in bytes. */
  get size(): number {
    return this.#size;
  }

  /** Notes bytes that arrived; false when they are more than the peer had credit for. */
  receive(bytes: number): boolean {
    if (bytes > this.#available) return false;
    this.#available -= bytes;
    this.#held += bytes;
    return true;
  }

  /**
   * Notes bytes that were used up; returns the credit to send now, 0 for none: it is saved up until half of the window
   * is free, or, of a window that several streams share, as much as the peer has left.
   */
  consume(bytes: number, nowMs: number): number {
    this.#held -= bytes;
    this.#returnable += bytes;
    this.#consumedInRound += bytes;
    if (this.#returnable < (this.#sharedBy === 'nobody' ? this.#size / 2 : this.#available)) return 0;
    const credit = this.#returnable + this.#growth(nowMs);
    this.#returnable = 0;
    this.#available += credit;
    return credit;
  }

  /** Doubles the window when all of it was used up within a short time; returns by how much it grew. */
  #growth(nowMs: number): number {
    if (this.#consumedInRound < this.#size) return 0;
    const fast = nowMs - this.#roundBeganMs < growWithinMs;
    this.#consumedInRound = 0;
    this.#roundBeganMs = nowMs;
    if (!fast || this.#size >= this.#largest) return 0;
    const grown = Math.min(this.#size * 2, this.#largest);
    const growth = grown - this.#size;
    this.#size = grown;
    return growth;
  }
}

const leastBuffered = 16 * 1024;
const mostBuffered = 1024 * 1024;
const bufferedForMs = 50;
const sampleMs = 20;

/**
 * How much of ours may wait in the channel's own buffer: at most 50 ms of the measured drain rate, between 16 KiB and
 * 1 MiB. The less waits there, the sooner a token or a RESET gets out behind an upload.
 */
export class DrainMeter {
  #allowance = leastBuffered;
  #buffered = 0;
  #drained = 0;
  #sampleBeganMs: number | undefined;

  /** Bytes that may be in the channel's buffer. */
  get allowance(): number {
    return this.#allowance;
  }

  /** Notes a message that was handed to the channel. */
  sent(bytes: number, nowMs: number): void {
    if (this.#buffered === 0) {
      this.#sampleBeganMs = nowMs;
      this.#drained = 0;
    }
    this.#buffered += bytes;
  }

  /** Notes what the channel says it holds now. `waiting`: more would have been sent, had it been allowed. */
  observe(channelBuffered: number, waiting: boolean, nowMs: number): void {
    this.#drained += Math.max(0, this.#buffered - channelBuffered);
    this.#buffered = channelBuffered;
    if (this.#sampleBeganMs === undefined) return;
    const passedMs = nowMs - this.#sampleBeganMs;
    const measured = (this.#drained / Math.max(passedMs, 0.1)) * bufferedForMs;
    if (channelBuffered === 0 && waiting) {
      // Ran dry while there was more: the channel is at least as fast as measured, and may be faster.
      this.#allowance = clamp(Math.max(this.#allowance, Math.min(this.#allowance * 2, measured)));
    } else if (passedMs >= sampleMs) {
      if (channelBuffered > 0) this.#allowance = clamp((this.#allowance + measured) / 2);
    } else if (channelBuffered > 0) {
      return;
    }
    this.#drained = 0;
    this.#sampleBeganMs = channelBuffered > 0 ? nowMs : undefined;
  }
}

function clamp(bytes: number): number {
  return Math.min(Math.max(Math.floor(bytes), leastBuffered), mostBuffered);
}
