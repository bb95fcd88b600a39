import type { Bytes } from '../core/bytes.js';
import { initialStreamWindow, linkWindow, ReceiveWindow, SendWindow } from './flow.js';

/** Most bytes of one stream that wait to be sent. */
export const maxQueued = 256 * 1024;

/** The state of one stream, and the bytes of its body that wait to be sent. */
export class Stream {
  readonly id: number;
  readonly sendWindow = new SendWindow(initialStreamWindow);
  readonly receiveWindow = new ReceiveWindow(initialStreamWindow, linkWindow);
  /** The final head of the answer was sent (answerer) or read (offerer). */
  finalHead = false;
  /** The user ended this side's direction; END goes out behind what is queued. */
  ending = false;
  /** END was sent. */
  localEnded = false;
  /** END was read. */
  remoteEnded = false;
  /** The opening HEAD waits for its pace; nothing of the stream may leave before it. */
  held = false;
  /** `write` took less than it was given. */
  wantsWritable = false;
  /** The stream is among those that take turns. */
  waiting = false;

  #chunks: Bytes[] = [];
  #first = 0;
  #offset = 0;
  #queued = 0;

  constructor(id: number) {
    this.id = id;
  }

  /** Whether both directions are complete. */
  get over(): boolean {
    return this.localEnded && this.remoteEnded;
  }

  /** Bytes that wait to be sent. */
  get queued(): number {
    return this.#queued;
  }

  /** Bytes that wait to be sent and have credit of the stream. */
  get sendable(): number {
    return this.held ? 0 : Math.min(this.#queued, this.sendWindow.available);
  }

  /** Queues bytes, as many as there is room for; returns how many. They are kept by reference until they are sent. */
  enqueue(bytes: Bytes): number {
    const taken = Math.min(bytes.byteLength, maxQueued - this.#queued);
    if (taken === 0) return 0;
    this.#chunks.push(taken === bytes.byteLength ? bytes : bytes.subarray(0, taken));
    this.#queued += taken;
    return taken;
  }

  /** Moves queued bytes, exactly `length`, to a place of `out`. */
  dequeue(out: Uint8Array, at: number, length: number): void {
    let left = length;
    while (left > 0) {
      const chunk = this.#chunks[this.#first] as Bytes;
      const part = Math.min(left, chunk.byteLength - this.#offset);
      out.set(chunk.subarray(this.#offset, this.#offset + part), at + length - left);
      left -= part;
      this.#offset += part;
      if (this.#offset === chunk.byteLength) this.#nextChunk();
    }
    this.#queued -= length;
    this.sendWindow.spend(length);
  }

  /** Drops what waits to be sent. */
  clear(): void {
    this.#chunks = [];
    this.#first = 0;
    this.#offset = 0;
    this.#queued = 0;
  }

  #nextChunk(): void {
    this.#first += 1;
    this.#offset = 0;
    if (this.#first === this.#chunks.length) {
      this.#chunks = [];
      this.#first = 0;
    }
  }
}
