import type { Bytes } from '../core/bytes.js';
import { LinkConnection, type ConnectionConfig } from './connection.js';
import type { LinkEvent } from './event.js';

/** What a link needs of a data channel. The channel is open. */
export interface MessageChannelLike {
  /** Sends one binary message. Must be done with the bytes when it returns. May throw when the channel has closed. */
  send(message: Bytes): void;
  /** Closes it after what was sent. */
  close(): void;
  /** Bytes that were sent and have not yet left. */
  readonly bufferedAmount: number;
  /** `onbufferedamountlow` is called when bufferedAmount falls to this, in bytes. */
  bufferedAmountLowThreshold: number;
  /** Called with each message; text comes as a string. The bytes are the receiver's own. */
  onmessage: ((message: Bytes | string) => void) | null;
  onbufferedamountlow: (() => void) | null;
  /** Called once, when the channel has closed, for whatever reason. */
  onclose: (() => void) | null;
}

/** Makes a MessageChannelLike of an RTCDataChannel that is reliable, ordered and open. */
export function wrapDataChannel(channel: RTCDataChannel): MessageChannelLike {
  channel.binaryType = 'arraybuffer';
  const like: MessageChannelLike = {
    send: (message) => channel.send(message),
    close: () => channel.close(),
    get bufferedAmount() {
      return channel.bufferedAmount;
    },
    get bufferedAmountLowThreshold() {
      return channel.bufferedAmountLowThreshold;
    },
    set bufferedAmountLowThreshold(bytes) {
      channel.bufferedAmountLowThreshold = bytes;
    },
    onmessage: null,
    onbufferedamountlow: null,
    onclose: null,
  };
  channel.onmessage = ({ data }: MessageEvent<ArrayBuffer | string>) =>
    like.onmessage?.(typeof data === 'string' ? data : new Uint8Array(data));
  channel.onbufferedamountlow = () => like.onbufferedamountlow?.();
  channel.onclose = () => like.onclose?.();
  return like;
}

/** A timer whose callback has a time to come true at, set anew as often as one likes without a timer each. */
class Deadline {
  readonly #due: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #atMs = 0;

  constructor(due: () => void) {
    this.#due = due;
  }

  /** Sets when to call, or that it is never. A running timer that fires too early is only set again. */
  set(atMs: number | undefined, nowMs: number): void {
    if (atMs === undefined) {
      clearTimeout(this.#timer);
      this.#timer = undefined;
    } else if (this.#timer === undefined || atMs < this.#atMs) {
      clearTimeout(this.#timer);
      this.#atMs = atMs;
      this.#timer = setTimeout(() => this.#fire(), Math.max(0, Math.ceil(atMs - nowMs)));
    }
  }

  #fire(): void {
    this.#timer = undefined;
    this.#due();
  }
}

/**
 * A LinkConnection on a data channel: messages, time and the channel's buffer, nothing of HTTP. Frames that are made
 * within one call of the event loop travel together; none waits for a timer.
 */
export class LinkChannel {
  readonly #channel: MessageChannelLike;
  readonly #listener: (events: readonly LinkEvent[]) => void;
  readonly #deadline = new Deadline(() => this.#tick());
  #flushing = false;
  #flushAsked = false;
  #threshold = -1;
  #over = false;

  /** The state machine. After calling it, call `flush` or `flushSoon`. */
  readonly connection: LinkConnection;

  /** `listener` is called with the events of each message or call, all at once. */
  constructor(
    channel: MessageChannelLike,
    config: ConnectionConfig,
    listener: (events: readonly LinkEvent[]) => void,
  ) {
    this.#channel = channel;
    this.#listener = listener;
    this.connection = new LinkConnection(config, performance.now());
    channel.onmessage = (message) => this.#receive(message);
    channel.onbufferedamountlow = () => this.flush();
    channel.onclose = () => this.#channelClosed();
    this.flushSoon();
  }

  /** Sends what is ready, and tells events, at the end of the present task: so that what belongs together leaves together. */
  flushSoon(): void {
    if (this.#flushAsked) return;
    this.#flushAsked = true;
    queueMicrotask(() => this.flush());
  }

  /** Tells events and sends what is ready, as far as the channel's buffer may hold. */
  flush(): void {
    this.#flushAsked = false;
    // A listener that calls back in here gets its turn from the loop below.
    if (this.#flushing) return;
    this.#flushing = true;
    try {
      do this.#tell();
      while (this.#send());
    } finally {
      this.#flushing = false;
    }
    if (this.connection.closed) this.#finish();
    const now = performance.now();
    this.#deadline.set(this.#over ? undefined : this.connection.nextDeadline(), now);
  }

  #receive(message: Bytes | string): void {
    if (this.#over) return;
    if (typeof message === 'string') this.connection.goAway('protocol_error', 'text message');
    else this.connection.receive(message, performance.now());
    this.flush();
  }

  #tick(): void {
    this.connection.tick(performance.now());
    this.flush();
  }

  #channelClosed(): void {
    if (this.#over) return;
    this.#over = true;
    this.connection.goAway('timed_out', 'the channel closed');
    this.#deadline.set(undefined, 0);
    this.#tell();
  }

  /** Hands messages to the channel; true when one was handed over or there are new events to tell. */
  #send(): boolean {
    const { connection } = this;
    let sent = false;
    while (!this.#over) {
      const message = connection.compose(this.#channel.bufferedAmount, performance.now());
      if (message === undefined) break;
      if (!this.#handOver(message)) return true;
      sent = true;
    }
    if (!this.#over && connection.refillBelow !== this.#threshold) {
      this.#threshold = connection.refillBelow;
      this.#channel.bufferedAmountLowThreshold = this.#threshold;
    }
    return sent;
  }

  #handOver(message: Bytes): boolean {
    try {
      this.#channel.send(message);
      return true;
    } catch {
      // The channel is closing; its onclose may or may not still come.
      this.#channelClosed();
      return false;
    }
  }

  #tell(): void {
    const events: LinkEvent[] = [];
    for (let event = this.connection.nextEvent(); event !== undefined; event = this.connection.nextEvent()) {
      events.push(event);
    }
    if (events.length > 0) this.#listener(events);
  }

  #finish(): void {
    if (this.#over) return;
    this.#over = true;
    this.#channel.onmessage = null;
    this.#channel.onbufferedamountlow = null;
    this.#channel.close();
  }
}
