import type { Bytes } from '../core/bytes.js';
import { Body } from './body.js';
import type { LinkChannel } from './channel.js';
import { LinkError, type LinkErrorCode } from './errors.js';
import type { RequestHead, ResponseHead } from './head.js';
import { discardBody, linkOrigin, type LinkRequest } from './request.js';
import { Upload } from './upload.js';

/** Statuses whose Response may have no body. */
const bodiless: ReadonlySet<number> = new Set([204, 205, 304]);

/** One `fetch`: from the request that waits for its turn to the last byte of the response. */
export class Exchange {
  readonly #channel: LinkChannel;
  readonly #request: LinkRequest;
  readonly #interim: (head: ResponseHead) => void;
  readonly #release: (stream: number | undefined) => void;
  readonly #onAbort = (): void => this.#abort();
  #resolve: (response: Response) => void = () => undefined;
  #reject: (reason: unknown) => void = () => undefined;
  #stream: number | undefined;
  #upload: Upload | undefined;
  #body: Body | undefined;
  #over = false;

  /** What `fetch` returns. */
  readonly response: Promise<Response>;

  /**
   * `interim` is called with each interim head, `release` once nothing is to be done for the stream any more. The
   * request's signal must not be aborted yet.
   */
  constructor(
    channel: LinkChannel,
    request: LinkRequest,
    interim: (head: ResponseHead) => void,
    release: (stream: number | undefined) => void,
  ) {
    this.#channel = channel;
    this.#request = request;
    this.#interim = interim;
    this.#release = release;
    this.response = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    request.signal?.addEventListener('abort', this.#onAbort);
  }

  /** The head to open the stream with. */
  get head(): RequestHead {
    const { method, path, headers } = this.#request;
    return { method, path, headers };
  }

  /** Whether nothing more is to happen; one that has not started need not start. */
  get over(): boolean {
    return this.#over;
  }

  /** The stream was opened: sends the body. */
  start(stream: number): void {
    this.#stream = stream;
    const failed = (reason: unknown): void => this.#uploadFailed(reason);
    this.#upload = new Upload(this.#channel, stream, () => this.#settle(), failed);
    this.#upload.start(this.#request.body);
  }

  /** A head of the answer. */
  onHead(head: ResponseHead, final: boolean): void {
    if (!final) {
      this.#interim(head);
      return;
    }
    try {
      this.#resolve(this.#respond(head));
    } catch {
      this.#resetStream('bad_head', 'the answer has a head that fetch cannot express');
      this.fail(new LinkError('bad_head'));
    }
  }

  /** Bytes of the answer; `deliver` gives them to the reader. */
  onData(bytes: Bytes): void {
    if (this.#body === undefined) this.#consumed(bytes.byteLength);
    else this.#body.take(bytes);
  }

  /** Gives what arrived to the reader, as one chunk. */
  deliver(): void {
    this.#body?.deliver();
  }

  /** The stream's send queue has room again. */
  onWritable(): void {
    this.#upload?.writable();
  }

  /** The answer is complete. */
  onEnd(): void {
    this.#body?.end();
    this.#finish();
  }

  /** The peer, or a broken rule, ended the stream. Behind a complete answer it only stops the upload. */
  onReset(code: LinkErrorCode, message: string): void {
    const early = code === 'no_error' ? 'stream_closed' : code;
    const error = new LinkError(early, message);
    this.#stopUpload(error);
    if (this.#over) this.#settle();
    else this.fail(error);
  }

  /** Ends with an error: the fetch rejects, or the body fails behind what arrived. */
  fail(error: unknown): void {
    this.#stopUpload(error);
    this.#body?.fail(error);
    this.#reject(error);
    this.#finish();
  }

  #respond({ status, headers }: ResponseHead): Response {
    const init = { status, headers: headers.map(([name, value]): [string, string] => [name, value]) };
    const empty = bodiless.has(status) || this.#request.method === 'HEAD';
    const body = empty
      ? undefined
      : new Body(
          (bytes) => this.#consumed(bytes),
          () => this.#cancel(),
          () => this.#listenNoMore(),
        );
    const response = new Response(body?.stream ?? null, init);
    Object.defineProperty(response, 'url', { value: linkOrigin + this.#request.path });
    this.#body = body;
    return response;
  }

  #consumed(bytes: number): void {
    if (this.#stream === undefined) return;
    const { connection } = this.#channel;
    connection.consumed(this.#stream, bytes);
    if (connection.hasOutput()) this.#channel.flushSoon();
  }

  /** The reader wants no more of the body. */
  #cancel(): void {
    const reason = new LinkError('cancelled');
    this.#stopUpload(reason);
    this.#resetStream('cancelled', 'the body was cancelled');
    this.#finish();
  }

  #abort(): void {
    const reason: unknown = this.#request.signal?.reason;
    this.#stopUpload(reason);
    this.#resetStream('cancelled', 'aborted');
    this.#body?.abort(reason);
    this.#reject(reason);
    this.#finish();
  }

  #stopUpload(reason: unknown): void {
    if (this.#upload === undefined) discardBody(this.#request, reason);
    else this.#upload.stop(reason);
  }

  #uploadFailed(reason: unknown): void {
    this.#resetStream('cancelled', 'the body of the request failed');
    this.fail(reason);
  }

  #resetStream(code: LinkErrorCode, message: string): void {
    if (this.#stream === undefined) return;
    this.#channel.connection.reset(this.#stream, code, message);
    this.#channel.flush();
  }

  #finish(): void {
    this.#over = true;
    this.#listenNoMore();
    this.#settle();
  }

  /** As for the global `fetch`, the signal ends the body until its reader has come to the end, though all has arrived. */
  #listenNoMore(): void {
    if (this.#over && this.#body?.open !== true)
      this.#request.signal?.removeEventListener('abort', this.#onAbort);
  }

  #settle(): void {
    if (this.#over && this.#upload?.stopped !== false) this.#release(this.#stream);
  }
}
