import { randomBytes } from '@noble/hashes/utils';
import { Emitter, type Unsubscribe } from '../core/emitter.js';
import { LinkChannel, type MessageChannelLike } from './channel.js';
import type { ConnectionConfig } from './connection.js';
import { LinkError, type LinkErrorCode } from './errors.js';
import type { ClosedEvent, LinkEvent, PushEvent, PushKind } from './event.js';
import { Exchange } from './exchange.js';
import type { Peer } from './handshake.js';
import type { ResponseHead } from './head.js';
import { discardBody, linkOrigin, readRequest } from './request.js';

/** What a link needs to know of this device, its peer and the connection between them; the rest has defaults. */
export interface LinkConfig extends Omit<
  ConnectionConfig,
  'role' | 'nonce' | 'limits' | 'features' | 'peerMaxMessageSize'
> {
  /** max-message-size of the peer's description in bytes (`pc.sctp.maxMessageSize`); 0 when unknown. */
  readonly peerMaxMessageSize?: number;
  readonly features?: readonly string[];
}

/** Where a link stands. `draining`: no new requests, the running ones end. `closed` is final. */
export type LinkState = 'connecting' | 'ready' | 'draining' | 'closed';

/** News from the host. */
export interface Push {
  readonly kind: PushKind;
  readonly body: Readonly<Record<string, unknown>>;
}

/** An interim head (status 102) with the path of its request: queue position, load progress. */
export interface Interim extends ResponseHead {
  readonly path: string;
}

/** What a link tells its listeners. */
export interface LinkEvents {
  state: LinkState;
  push: Push;
  interim: Interim;
}

/** The options of `fetch`, and what only a link has. */
export interface LinkRequestInit extends RequestInit {
  /** Called with each interim head of this request: queue position, load progress. */
  readonly onInterim?: (head: ResponseHead) => void;
}

/** Most requests that wait for a free stream. */
const maxWaiting = 256;

/**
 * HTTP to the device at the other end of a data channel. Its `fetch` is used as the global one. One link lives as long
 * as its channel; a closed one stays closed.
 */
export class Link extends Emitter<LinkEvents> {
  readonly #channel: LinkChannel;
  readonly #exchanges = new Map<number, Exchange>();
  #waiting: Exchange[] = [];
  #pushes = new Map<PushKind, Push>();
  #listening = false;
  #state: LinkState = 'connecting';
  #error: LinkError | undefined;
  #readyPromise: Promise<Peer> | undefined;
  #readyResolve: ((peer: Peer) => void) | undefined;
  #readyReject: ((error: LinkError) => void) | undefined;

  /** Begins the handshake on a channel that is open. This side made the offer of the connection. */
  constructor(channel: MessageChannelLike, config: LinkConfig) {
    super();
    const nonce = new Uint8Array(randomBytes(32));
    const limits = { streams: 0, message: 65_536 };
    const defaults = { features: [], peerMaxMessageSize: 0 };
    this.#channel = new LinkChannel(
      channel,
      { ...defaults, ...config, role: 'offerer', nonce, limits },
      (events) => this.#onEvents(events),
    );
  }

  /** Where the link stands. */
  get state(): LinkState {
    return this.#state;
  }

  /** Why the link is closed; undefined before. */
  get error(): LinkError | undefined {
    return this.#error;
  }

  /** The device at the other end, proven by the binding; undefined before `ready`. */
  get peer(): Peer | undefined {
    return this.#channel.connection.peer;
  }

  /** When something last came from the peer, by `performance.now()`. */
  get heardAt(): number {
    return this.#channel.connection.heardMs;
  }

  /** Requests under way, those that wait included. */
  get pending(): number {
    return this.#exchanges.size + this.#waiting.length;
  }

  /** Resolves with the peer once the binding is verified; rejects with the LinkError when the link closes before. */
  ready(): Promise<Peer> {
    const peer = this.peer;
    if (this.#error !== undefined) return Promise.reject(this.#error);
    if (peer !== undefined) return Promise.resolve(peer);
    this.#readyPromise ??= new Promise((resolve, reject) => {
      this.#readyResolve = resolve;
      this.#readyReject = reject;
    });
    return this.#readyPromise;
  }

  /**
   * Calls `listener` at each event until the returned function is called. The newest push of each kind that came before
   * the first listener is told to it.
   */
  override on<Name extends keyof LinkEvents>(
    event: Name,
    listener: (payload: LinkEvents[Name]) => void,
  ): Unsubscribe {
    const off = super.on(event, listener);
    if (event === 'push' && !this.#listening) {
      this.#listening = true;
      for (const push of this.#pushes.values()) this.emit('push', push);
      this.#pushes.clear();
    }
    return off;
  }

  /**
   * As the global `fetch`: a standard Response whose body streams with back-pressure. Only path and query of a URL count;
   * redirects are not followed, cookies and caches do not exist. Waits until the link is ready and a stream is free.
   *
   * Rejects with a LinkError (a TypeError with `code`), with the signal's reason when aborted, or with a TypeError for
   * arguments that `fetch` would refuse. A body that breaks off fails with the LinkError. May be called without `this`.
   */
  readonly fetch = (input: RequestInfo | URL, init?: LinkRequestInit): Promise<Response> => {
    try {
      return this.#request(input, init);
    } catch (reason) {
      return Promise.reject(reason);
    }
  };

  /** The options of the official `openai` client: `new OpenAI(link.openai())`. */
  openai(): { baseURL: string; apiKey: string; fetch: typeof fetch; dangerouslyAllowBrowser: true } {
    // The key never leaves the link's host: the client insists on one, the host puts its own in place.
    return {
      baseURL: `${linkOrigin}/v1`,
      apiKey: 'pantheon',
      fetch: this.fetch,
      dangerouslyAllowBrowser: true,
    };
  }

  /** The options of the official `ollama` client: `new Ollama(link.ollama())`, with `Ollama` of `ollama/browser`. */
  ollama(): { host: string; fetch: typeof fetch } {
    return { host: linkOrigin, fetch: this.fetch };
  }

  /** Ends the link and its channel at once; what runs fails with `cancelled`. */
  close(): void {
    this.#channel.connection.goAway('cancelled', 'closed by its user');
    this.#channel.flush();
  }

  /** Takes no new requests, and ends the link when the running ones are done. */
  closeWhenIdle(): void {
    if (this.#state !== 'ready') {
      if (this.#state === 'connecting') this.close();
      return;
    }
    this.#channel.connection.goAway('no_error', '');
    this.#drain();
    this.#closeIfIdle();
    this.#channel.flush();
  }

  #request(input: RequestInfo | URL, init: LinkRequestInit | undefined): Promise<Response> {
    const request = readRequest(input, init);
    const refuse = (reason: unknown): Promise<Response> => {
      discardBody(request, reason);
      return Promise.reject(reason);
    };
    if (request.signal?.aborted === true) return refuse(request.signal.reason);
    if (this.#error !== undefined) return refuse(again(this.#error));
    if (this.#state === 'draining') return refuse(new LinkError('shutting_down'));
    this.#waiting = this.#waiting.filter((exchange) => !exchange.over);
    if (this.#waiting.length >= maxWaiting)
      return refuse(new LinkError('refused_stream', 'too many requests wait'));
    const interim = (head: ResponseHead): void => {
      this.emit('interim', { ...head, path: request.path });
      tell(init?.onInterim, head);
    };
    const exchange = new Exchange(this.#channel, request, interim, (stream) => this.#onReleased(stream));
    this.#waiting.push(exchange);
    this.#startWaiting();
    return exchange.response;
  }

  #onReleased(stream: number | undefined): void {
    if (stream !== undefined) this.#exchanges.delete(stream);
    this.#startWaiting();
    this.#closeIfIdle();
  }

  /** Opens streams for requests that wait, as far as the peer allows. */
  #startWaiting(): void {
    const { connection } = this.#channel;
    while (connection.ready && this.#waiting.length > 0) {
      if (connection.openStreams >= connection.peerStreams && connection.peerStreams > 0) return;
      const exchange = this.#waiting.shift();
      if (exchange === undefined || exchange.over) continue;
      const opened = connection.open(exchange.head);
      if (opened.ok) {
        this.#exchanges.set(opened.value, exchange);
        exchange.start(opened.value);
      } else {
        exchange.fail(new LinkError(opened.failure.code, opened.failure.message));
      }
      this.#channel.flushSoon();
    }
  }

  #onEvents(events: readonly LinkEvent[]): void {
    const touched = new Set<Exchange>();
    for (const event of events) {
      if (event.type === 'data') {
        const exchange = this.#exchanges.get(event.stream);
        exchange?.onData(event.bytes);
        if (exchange !== undefined) touched.add(exchange);
      } else {
        this.#onEvent(event);
      }
    }
    for (const exchange of touched) exchange.deliver();
    this.#startWaiting();
    this.#closeIfIdle();
  }

  #closeIfIdle(): void {
    const { connection } = this.#channel;
    if (this.#state !== 'draining' || connection.openStreams > 0) return;
    connection.goAway('shutting_down', 'the last request is done');
    this.#channel.flushSoon();
  }

  #onEvent(event: Exclude<LinkEvent, { readonly type: 'data' }>): void {
    switch (event.type) {
      case 'ready':
        this.#setState('ready');
        this.#readyResolve?.(event);
        return;
      case 'push':
        this.#onPush(event);
        return;
      case 'goAway':
        this.#drain();
        return;
      case 'closed':
        this.#onClosed(event);
        return;
      case 'request':
        return;
      default:
        this.#onStream(event);
    }
  }

  #onStream(event: Extract<LinkEvent, { readonly stream: number }>): void {
    const exchange = this.#exchanges.get(event.stream);
    if (exchange === undefined) return;
    switch (event.type) {
      case 'interim':
      case 'response':
        exchange.onHead(event.head, event.type === 'response');
        return;
      case 'writable':
        exchange.onWritable();
        return;
      case 'end':
        exchange.onEnd();
        return;
      case 'reset':
        exchange.onReset(event.code, event.message);
    }
  }

  #onPush({ kind, body }: PushEvent): void {
    if (this.#listening) this.emit('push', { kind, body });
    else this.#pushes.set(kind, { kind, body });
  }

  #onClosed({ code, message, byPeer }: ClosedEvent): void {
    const error = new LinkError(closingCode(code, byPeer, this.#state), message, { byPeer });
    this.#error = error;
    const all = [...this.#exchanges.values(), ...this.#waiting];
    this.#exchanges.clear();
    this.#waiting = [];
    for (const exchange of all) if (!exchange.over) exchange.fail(error);
    this.#readyReject?.(error);
    this.#setState('closed');
  }

  #drain(): void {
    if (this.#state === 'closed') return;
    for (const exchange of this.#waiting) exchange.fail(new LinkError('shutting_down'));
    this.#waiting = [];
    this.#setState('draining');
  }

  #setState(state: LinkState): void {
    if (this.#state === state) return;
    this.#state = state;
    this.emit('state', state);
  }
}

/** Calls a function of the user; what it throws is reported as uncaught and harms nothing here. */
function tell(listener: ((head: ResponseHead) => void) | undefined, head: ResponseHead): void {
  try {
    listener?.(head);
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}

/** The same error for one more request. */
function again({ code, detail, byPeer }: LinkError): LinkError {
  return new LinkError(code, detail, { byPeer });
}

/** A host that closes the link, or the channel after it said that it goes away, is shutting down; nothing was cancelled or lost. */
function closingCode(code: LinkErrorCode, byPeer: boolean, state: LinkState): LinkErrorCode {
  if (byPeer && code === 'cancelled') return 'shutting_down';
  return state === 'draining' && code === 'timed_out' ? 'shutting_down' : code;
}
