import type { Unsubscribe } from '../core/emitter.js';
import { isClientError } from '../core/error.js';
import { asObject, parseObject, stringOf, type JsonObject } from '../core/json.js';
import { legacyError } from './error.js';
import type { TextChannel } from './legacy-channel.js';

/** Longest request, in UTF-16 units: the server takes 1 MiB. */
const MAX_REQUEST = 250_000;

/** An answer of a generation-1 host, as the server passes it on. */
export interface RelayedAnswer {
  readonly requestId: string;
  readonly fromDeviceId: string;
  readonly success: boolean;
  readonly data: unknown;
  readonly error: string;
}

/** What passes requests on: the signaling client. */
export interface LegacyRelay {
  /** Resolves when the host has been given the request; rejects with a coded error. */
  askLegacy(deviceId: string, requestId: string, data: JsonObject): Promise<void>;
  on(event: 'legacyAnswer', listener: (answer: RelayedAnswer) => void): Unsubscribe;
}

/**
 * A host of generation 1, which speaks no WebRTC with us: its requests and answers go through the signaling server,
 * which could read them. To a LegacyChannel it looks like a channel of the older JSON messages.
 */
export class RelayedChannel extends EventTarget implements TextChannel {
  readyState = 'open';
  private readonly stop: Unsubscribe;

  private readonly relay: LegacyRelay;
  private readonly deviceId: string;

  constructor(relay: LegacyRelay, deviceId: string) {
    super();
    this.relay = relay;
    this.deviceId = deviceId;

    this.stop = relay.on('legacyAnswer', (answer) => this.onAnswer(answer));
  }

  /** One request of the older JSON messages. Throws `legacy_too_large`. */
  send(text: string): void {
    const request = parseObject(text, Number.MAX_SAFE_INTEGER) ?? {};
    const requestId = stringOf(request, 'requestId', 128) ?? '';
    if (text.length > MAX_REQUEST) throw legacyError('legacy_too_large');
    const { type } = request;
    if (type !== 'chat' && type !== 'get_models') {
      queueMicrotask(() => this.fail(requestId, 'a host of this generation does not know that'));
      return;
    }
    const data = type === 'chat' ? (asObject(request['data']) ?? {}) : { type };
    this.relay.askLegacy(this.deviceId, requestId, data).catch((error: unknown) => {
      this.fail(requestId, isClientError(error) ? `${error.message} ${error.advice}` : '');
    });
  }

  /** Nothing comes any more. */
  close(): void {
    if (this.readyState !== 'open') return;
    this.readyState = 'closed';
    this.stop();
    this.dispatchEvent(new Event('close'));
  }

  private onAnswer({ requestId, fromDeviceId, success, data, error }: RelayedAnswer): void {
    if (fromDeviceId !== this.deviceId) return;
    if (success) this.say({ type: 'response', requestId, data });
    else this.fail(requestId, error);
  }

  private fail(requestId: string, error: string): void {
    this.say({ type: 'error', requestId, error });
  }

  private say(message: JsonObject): void {
    if (this.readyState === 'open') {
      this.dispatchEvent(new MessageEvent('message', { data: JSON.stringify(message) }));
    }
  }
}
