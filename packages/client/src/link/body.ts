import type { Bytes } from '../core/bytes.js';
import { concat } from './bytes.js';
import { initialStreamWindow } from './flow.js';

/** While less than this waits to be read, each read is noticed; beyond, no credit is due yet anyway. */
const noticeBelow = initialStreamWindow / 2;

/** A chunk that is a smaller part than this of the message it came in is copied, so as not to keep the message alive. */
const keepFraction = 1 / 4;

/**
 * The body of a response as a stream: takes what arrives without waiting, and tells what its reader has taken, so that
 * credit goes back at the reader's pace.
 */
export class Body {
  readonly #consumed: (bytes: number) => void;
  readonly #cancelled: () => void;
  readonly #ended: () => void;
  #controller: ReadableStreamDefaultController<Bytes> | undefined;
  #arrived: Bytes[] = [];
  /** Given to the stream, and not yet told as consumed. */
  #unread = 0;
  #finish: (() => void) | undefined;

  readonly stream: ReadableStream<Bytes>;

  /**
   * `consumed` is told bytes the reader took; `cancelled` that it wants no more; `ended` that the stream has closed or failed
   * behind all that arrived.
   */
  constructor(consumed: (bytes: number) => void, cancelled: () => void, ended: () => void) {
    this.#consumed = consumed;
    this.#cancelled = cancelled;
    this.#ended = ended;
    this.stream = new ReadableStream<Bytes>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () => this.#notice(),
        cancel: () => this.#cancel(),
      },
      new ByteLengthQueuingStrategy({ highWaterMark: noticeBelow }),
    );
  }

  /** Whether its reader may still get something: bytes, the end or an error. */
  get open(): boolean {
    return this.#controller !== undefined;
  }

  /** Takes bytes that arrived; `deliver` gives them to the reader. */
  take(bytes: Bytes): void {
    this.#arrived.push(bytes);
  }

  /** Gives the reader all that was taken, as one chunk. */
  deliver(): void {
    const [first] = this.#arrived;
    if (first === undefined) return;
    const chunk = this.#arrived.length > 1 ? concat(this.#arrived) : ownBytes(first);
    this.#arrived = [];
    if (this.#controller === undefined) return;
    this.#unread += chunk.byteLength;
    this.#controller.enqueue(chunk);
    this.#notice();
  }

  /** The body is complete: the stream closes when all of it was read. */
  end(): void {
    this.#finishWith((controller) => controller.close());
  }

  /** The body broke off: the stream fails when what arrived before was read. */
  fail(reason: unknown): void {
    this.#finishWith((controller) => controller.error(reason));
  }

  /** The reader gave up by its signal: the stream fails at once. */
  abort(reason: unknown): void {
    this.#arrived = [];
    this.#controller?.error(reason);
    this.#controller = undefined;
  }

  #finishWith(finish: (controller: ReadableStreamDefaultController<Bytes>) => void): void {
    this.deliver();
    const controller = this.#controller;
    if (controller === undefined || this.#finish !== undefined) return;
    this.#finish = () => {
      this.#controller = undefined;
      finish(controller);
      this.#ended();
    };
    this.#notice();
  }

  #notice(): void {
    const controller = this.#controller;
    if (controller === undefined) return;
    const waiting = noticeBelow - (controller.desiredSize ?? noticeBelow);
    const taken = this.#unread - waiting;
    this.#unread = waiting;
    if (taken > 0) this.#consumed(taken);
    if (waiting === 0) this.#finish?.();
  }

  #cancel(): void {
    this.#arrived = [];
    this.#controller = undefined;
    this.#cancelled();
  }
}

function ownBytes(bytes: Bytes): Bytes {
  return bytes.byteLength < bytes.buffer.byteLength * keepFraction ? bytes.slice() : bytes;
}
