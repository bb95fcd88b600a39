import type { Bytes } from '../core/bytes.js';
import type { LinkChannel } from './channel.js';

/** Sends the body of one request, no faster than the stream's queue empties. */
export class Upload {
  readonly #channel: LinkChannel;
  readonly #stream: number;
  readonly #ended: () => void;
  readonly #failed: (reason: unknown) => void;
  #rest: Bytes | undefined;
  #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  #proceed: (() => void) | undefined;
  #stopped = false;

  /** `start` begins. `ended` is called when all was queued, `failed` when a body that is a stream fails, with its reason. */
  constructor(channel: LinkChannel, stream: number, ended: () => void, failed: (reason: unknown) => void) {
    this.#channel = channel;
    this.#stream = stream;
    this.#ended = ended;
    this.#failed = failed;
  }

  /** Whether nothing more is to be sent. */
  get stopped(): boolean {
    return this.#stopped;
  }

  /** Begins to send. */
  start(body: Bytes | ReadableStream<Uint8Array> | undefined): void {
    if (body instanceof ReadableStream) void this.#pump(body);
    else this.#sendAll(body);
  }

  /** The stream's queue has room again. */
  writable(): void {
    if (this.#reader === undefined) this.#sendAll(this.#rest);
    else if (this.#sendRest()) this.#proceed?.();
  }

  /** Nothing more is wanted: a body that is a stream is cancelled. */
  stop(reason: unknown): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#rest = undefined;
    this.#proceed?.();
    // That the source cannot be cancelled changes nothing here.
    this.#reader?.cancel(reason).catch(() => undefined);
  }

  #sendAll(body: Bytes | undefined): void {
    this.#rest = body;
    if (this.#stopped || !this.#sendRest()) return;
    this.#stopped = true;
    this.#channel.connection.end(this.#stream);
    this.#channel.flushSoon();
    this.#ended();
  }

  /** Queues what is left of the present piece; true when all of it was taken. */
  #sendRest(): boolean {
    const rest = this.#rest;
    if (rest === undefined || this.#stopped) return true;
    const taken = this.#channel.connection.write(this.#stream, rest);
    this.#channel.flushSoon();
    this.#rest = taken < rest.byteLength ? rest.subarray(taken) : undefined;
    return this.#rest === undefined;
  }

  async #pump(body: ReadableStream<Uint8Array>): Promise<void> {
    try {
      this.#reader = body.getReader();
      while (!this.#stopped) {
        const { done, value } = await this.#reader.read();
        if (done) break;
        if (!(value instanceof Uint8Array)) throw new TypeError('A body stream must hold Uint8Array chunks.');
        await this.#sendPiece(value.slice());
      }
      this.#rest = undefined;
      this.#sendAll(undefined);
    } catch (reason) {
      if (this.#stopped) return;
      this.stop(reason);
      this.#failed(reason);
    }
  }

  async #sendPiece(piece: Bytes): Promise<void> {
    this.#rest = piece;
    if (this.#sendRest()) return;
    await new Promise<void>((resolve) => {
      this.#proceed = resolve;
    });
    this.#proceed = undefined;
  }
}
