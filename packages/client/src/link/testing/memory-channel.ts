import type { Bytes } from '../../core/bytes.js';
import type { MessageChannelLike } from '../channel.js';

/** One end of a pair of data channels in memory: reliable, ordered, asynchronous, with a buffer that drains as told. */
export class MemoryChannel implements MessageChannelLike {
  #peer: MemoryChannel | undefined;
  #inFlight: (Bytes | string)[] = [];
  #buffered = 0;
  #scheduled = false;
  #closed = false;
  #paused = false;

  bufferedAmountLowThreshold = 0;
  onmessage: ((message: Bytes | string) => void) | null = null;
  onbufferedamountlow: (() => void) | null = null;
  onclose: (() => void) | null = null;
  /** Bytes of all messages so far. */
  sentBytes = 0;
  sentMessages = 0;
  /** The most that was ever buffered. */
  mostBuffered = 0;

  /** Two ends of one channel. */
  static pair(): [MemoryChannel, MemoryChannel] {
    const one = new MemoryChannel();
    const other = new MemoryChannel();
    one.#peer = other;
    other.#peer = one;
    return [one, other];
  }

  get bufferedAmount(): number {
    return this.#buffered;
  }

  /** While paused, messages stay in the buffer. */
  set paused(paused: boolean) {
    this.#paused = paused;
    this.#schedule();
  }

  send(message: Bytes): void {
    this.#enqueue(message.slice(), message.byteLength);
  }

  /** A text message, which no link sends. */
  sendText(message: string): void {
    this.#enqueue(message, message.length);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    setTimeout(() => {
      this.#deliver();
      this.onclose?.();
      this.#peer?.close();
    });
  }

  #enqueue(message: Bytes | string, size: number): void {
    if (this.#closed) throw new Error('the channel is closed');
    this.#inFlight.push(message);
    this.#buffered += size;
    this.sentBytes += size;
    this.sentMessages += 1;
    this.mostBuffered = Math.max(this.mostBuffered, this.#buffered);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled || this.#paused || this.#inFlight.length === 0) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      if (!this.#paused) this.#deliver();
    });
  }

  #deliver(): void {
    const messages = this.#inFlight;
    this.#inFlight = [];
    const above = this.#buffered > this.bufferedAmountLowThreshold;
    this.#buffered = 0;
    for (const message of messages) this.#peer?.onmessage?.(message);
    if (above && messages.length > 0) this.onbufferedamountlow?.();
  }
}
