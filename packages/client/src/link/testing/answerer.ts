import { ed25519 } from '@noble/curves/ed25519';
import { randomBytes } from '@noble/hashes/utils';
import type { Bytes } from '../../core/bytes.js';
import type { Role } from '../binding.js';
import { LinkChannel, type MessageChannelLike } from '../channel.js';
import type { ConnectionConfig } from '../connection.js';
import type { LinkErrorCode } from '../errors.js';
import type { LinkEvent } from '../event.js';
import type { RequestHead, ResponseHead } from '../head.js';
import { Link } from '../link.js';
import { MemoryChannel } from './memory-channel.js';

/** One exchange as the answering side sees it. */
export class ServedExchange {
  readonly #answerer: Answerer;
  readonly #received: Bytes[] = [];
  #waiting: (() => void)[] = [];
  #writable: (() => void) | undefined;

  readonly stream: number;
  readonly head: RequestHead;
  /** The request is complete. */
  ended = false;
  /** The code of the RESET that ended the stream. */
  resetCode: LinkErrorCode | undefined;
  /** Whether received bytes are credited as they come. */
  reading = true;

  constructor(answerer: Answerer, stream: number, head: RequestHead) {
    this.#answerer = answerer;
    this.stream = stream;
    this.head = head;
  }

  /** Bytes of the request so far. */
  get received(): Uint8Array {
    return Buffer.concat(this.#received);
  }

  /** Sends a head. */
  respond(head: Partial<ResponseHead> = {}): this {
    this.#answerer.link.connection.respond(this.stream, { status: 200, headers: [], ...head });
    this.#answerer.link.flushSoon();
    return this;
  }

  /** Queues bytes of the answer; returns how many there was room for. */
  write(bytes: Bytes): number {
    const taken = this.#answerer.link.connection.write(this.stream, bytes);
    this.#answerer.link.flushSoon();
    return taken;
  }

  /** Sends all of it, waiting for room; stops when the stream is reset. */
  async writeAll(bytes: Bytes): Promise<void> {
    let rest = bytes;
    while (this.resetCode === undefined) {
      rest = rest.subarray(this.write(rest));
      if (rest.byteLength === 0) return;
      await new Promise<void>((resolve) => {
        this.#writable = resolve;
      });
    }
  }

  /** Ends the answer. */
  end(): void {
    this.#answerer.link.connection.end(this.stream);
    this.#answerer.link.flushSoon();
  }

  /** Ends the exchange with an error. */
  reset(code: LinkErrorCode, message = ''): void {
    this.#answerer.link.connection.reset(this.stream, code, message);
    this.#answerer.link.flushSoon();
  }

  /** Resolves when the condition holds; looked at after each event of the stream. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    }
  }

  /** The request as text, once it is complete. */
  async text(): Promise<string> {
    await this.until(() => this.ended);
    return Buffer.from(this.received).toString('utf8');
  }

  /** Called with each event of the stream. */
  onEvent(event: LinkEvent): void {
    if (event.type === 'data') {
      this.#received.push(event.bytes);
      if (this.reading) this.#answerer.link.connection.consumed(this.stream, event.bytes.byteLength);
    }
    if (event.type === 'end') this.ended = true;
    if (event.type === 'reset') this.resetCode = event.code;
    if (event.type === 'writable' || event.type === 'reset') this.#writable?.();
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}

/** The answering side of a link, for tests: what a host does, with a function for its engine. */
export class Answerer {
  readonly #exchanges = new Map<number, ServedExchange>();
  readonly link: LinkChannel;
  closed: LinkErrorCode | undefined;
  /** What arrived on the link, by type. */
  readonly events: LinkEvent[] = [];

  constructor(
    channel: MessageChannelLike,
    config: ConnectionConfig,
    serve: (exchange: ServedExchange) => void,
  ) {
    this.link = new LinkChannel(channel, config, (events) => {
      for (const event of events) this.#onEvent(event, serve);
    });
  }

  #onEvent(event: LinkEvent, serve: (exchange: ServedExchange) => void): void {
    if (event.type !== 'data') this.events.push(event);
    if (event.type === 'closed') this.closed = event.code;
    if (event.type === 'request') {
      const exchange = new ServedExchange(this, event.stream, event.head);
      this.#exchanges.set(event.stream, exchange);
      serve(exchange);
    } else if ('stream' in event) {
      this.#exchanges.get(event.stream)?.onEvent(event);
    }
  }
}

const keys = { offerer: new Uint8Array(32).fill(1), answerer: new Uint8Array(32).fill(2) };

/** A config for either side; both sides fit each other. */
export function testConfig(role: Role, changes: Partial<ConnectionConfig> = {}): ConnectionConfig {
  const fingerprints = { offerer: new Uint8Array(32).fill(3), answerer: new Uint8Array(32).fill(4) };
  const other = role === 'offerer' ? 'answerer' : 'offerer';
  return {
    role,
    deviceId: role,
    features: [],
    limits: { streams: 64, message: 65_536 },
    localFingerprint: fingerprints[role],
    remoteFingerprint: fingerprints[other],
    account: 'local:test:account',
    nonce: new Uint8Array(randomBytes(32)),
    statements: [],
    publicKey: ed25519.getPublicKey(keys[role]),
    peerMaxMessageSize: 0,
    sign: (transcript) => ed25519.sign(transcript, keys[role]),
    verify: (key, message, signature) => ed25519.verify(signature, message, key, { zip215: false }),
    acceptKey: () => 'pinned',
    ...changes,
  };
}

/** A link in memory, its answering side, and the two ends of the channel between them. */
export interface TestLink {
  readonly link: Link;
  readonly answerer: Answerer;
  readonly near: MemoryChannel;
  readonly far: MemoryChannel;
}

/** Connects a Link to an answerer that serves with `serve`. */
export function connectLink(
  serve: (exchange: ServedExchange) => void,
  changes: Partial<ConnectionConfig> = {},
): TestLink {
  const [near, far] = MemoryChannel.pair();
  const answerer = new Answerer(far, testConfig('answerer', changes), serve);
  const {
    sign,
    verify,
    acceptKey,
    account,
    deviceId,
    localFingerprint,
    remoteFingerprint,
    publicKey,
    statements,
  } = testConfig('offerer');
  const link = new Link(near, {
    sign,
    verify,
    acceptKey,
    account,
    deviceId,
    localFingerprint,
    remoteFingerprint,
    publicKey,
    statements,
  });
  return { link, answerer, near, far };
}
