import { toBase64Url } from '../core/bytes.js';
import { debugLog } from '../core/debug.js';
import { Emitter } from '../core/emitter.js';
import { asObject, listOf, plainText, stringOf, type JsonObject } from '../core/json.js';
import { randomBytes } from '../identity/device-key.js';
import { legacyError } from './error.js';
import { MAX_MESSAGE, parseLegacyMessage, type LegacyMessage } from './legacy-message.js';

const CHAT_TIMEOUT_MS = 120_000;
const SHORT_TIMEOUT_MS = 15_000;
const MAX_PENDING = 32;
const MAX_MODELS = 256;
const debug = debugLog('legacy');

/** The parts of a data channel that are needed here. */
export interface TextChannel {
  readonly readyState: string;
  send(text: string): void;
  addEventListener(type: 'message' | 'close', listener: (event: Event) => void): void;
}

/** A model as an older host lists it. */
export interface LegacyModel {
  readonly name: string;
  readonly displayName: string;
  readonly provider: string;
}

export interface LegacyEvents {
  /** The host pushed its models. */
  models: readonly LegacyModel[];
}

interface Pending {
  readonly settle: (message: LegacyMessage) => void;
  readonly fail: (error: Error) => void;
}

/** The models in an answer or a push: a list, or an object that holds one as `models`. At most 256. Pure. */
export function parseLegacyModels(value: unknown): readonly LegacyModel[] {
  return listOf(asObject(value)?.['models'] ?? value, MAX_MODELS).flatMap((entry) => {
    const object = typeof entry === 'string' ? { name: entry } : asObject(entry);
    const name =
      object === undefined ? undefined : (stringOf(object, 'name', 256) ?? stringOf(object, 'id', 256));
    if (object === undefined || name === undefined || name === '') return [];
    return [
      {
        name,
        displayName: plainText(object['displayName'], 128) || name,
        provider: plainText(object['provider'], 64),
      },
    ];
  });
}

/**
 * A host that speaks the older JSON messages only (`get_models`, `chat`, `ping`), over an open channel. Answers come
 * whole, nothing streams. At most 32 requests at once.
 */
export class LegacyChannel extends Emitter<LegacyEvents> {
  private readonly pending = new Map<string, Pending>();

  private readonly channel: TextChannel;

  /** Takes over the messages of an open channel; text is sent, text and binary are read. */
  constructor(channel: TextChannel) {
    super();
    this.channel = channel;

    channel.addEventListener('message', (event) => this.receive((event as MessageEvent<unknown>).data));
    channel.addEventListener('close', () => this.failAll());
  }

  /** The models the host shares. */
  async requestModels(): Promise<readonly LegacyModel[]> {
    return parseLegacyModels(await this.ask('get_models', {}, SHORT_TIMEOUT_MS));
  }

  /** Sends an OpenAI chat request; resolves with the whole `chat.completion` object. Waits up to 120 s. */
  async chat(request: JsonObject, options: { readonly signal?: AbortSignal } = {}): Promise<JsonObject> {
    const answer = asObject(
      await this.ask('chat', { ...request, stream: false }, CHAT_TIMEOUT_MS, options.signal),
    );
    if (answer === undefined) throw legacyError('legacy_bad_answer');
    return answer;
  }

  /** Asks for a sign of life; resolves with the round trip in milliseconds. */
  async ping(): Promise<number> {
    const started = performance.now();
    await this.ask('ping', {}, SHORT_TIMEOUT_MS);
    return performance.now() - started;
  }

  private ask(type: string, data: JsonObject, timeoutMs: number, signal?: AbortSignal): Promise<unknown> {
    const requestId = toBase64Url(randomBytes(12));
    const text = JSON.stringify({ type, requestId, data });
    return new Promise<unknown>((resolve, reject) => {
      signal?.throwIfAborted();
      if (this.channel.readyState !== 'open') throw legacyError('channel_closed');
      if (text.length > MAX_MESSAGE) throw legacyError('legacy_too_large');
      if (this.pending.size >= MAX_PENDING) throw legacyError('legacy_too_many');
      const timer = setTimeout(() => fail(legacyError('legacy_timeout')), timeoutMs);
      const abort = (): void =>
        fail(signal?.reason instanceof Error ? signal.reason : legacyError('channel_closed'));
      const done = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', abort);
        this.pending.delete(requestId);
      };
      const fail = (error: Error): void => {
        done();
        reject(error);
      };
      const settle = (message: LegacyMessage): void => {
        done();
        if (message.type === 'response') resolve(message.data);
        else
          reject(
            legacyError('legacy_request_failed', {
              detail: message.type === 'error' ? plainText(message.error, 500) : '',
            }),
          );
      };
      signal?.addEventListener('abort', abort);
      this.pending.set(requestId, { settle, fail });
      this.send(text, fail);
    });
  }

  private send(text: string, fail: (error: Error) => void): void {
    try {
      this.channel.send(text);
    } catch (cause) {
      fail(legacyError('legacy_too_large', { cause })); // over the peer's max-message-size, or just closed
    }
  }

  private receive(data: unknown): void {
    const message = parseLegacyMessage(data);
    if (message === undefined) return debug('message ignored');
    if (message.type === 'models_available') return this.emit('models', parseLegacyModels(message.models));
    this.pending.get(message.requestId)?.settle(message);
  }

  private failAll(): void {
    for (const { fail } of [...this.pending.values()]) fail(legacyError('channel_closed'));
  }
}
