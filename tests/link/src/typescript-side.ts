import { LinkConnection } from '../../../packages/client/src/link/connection.js';
import type { LinkEvent } from '../../../packages/client/src/link/event.js';
import {
  readVectors,
  vectorConfig,
  type VectorSides,
} from '../../../packages/client/src/link/testing/vectors.js';
import type { Side, SideEvent, SideSettings } from './side.js';

/** The TypeScript implementation, in this process. */
export class TypeScriptSide implements Side {
  readonly name = 'TypeScript';
  readonly #link: LinkConnection;

  constructor({ role, streams, message }: SideSettings, nowMs: number) {
    const config = vectorConfig(readVectors<VectorSides>('handshake'), role);
    this.#link = new LinkConnection({ ...config, limits: { streams, message } }, nowMs);
  }

  async receive(message: Uint8Array, nowMs: number): Promise<void> {
    this.#link.receive(message.slice(), nowMs);
  }

  async tick(nowMs: number): Promise<void> {
    this.#link.tick(nowMs);
  }

  async compose(bufferedBytes: number, nowMs: number): Promise<Uint8Array | undefined> {
    return this.#link.compose(bufferedBytes, nowMs)?.slice();
  }

  async open(): Promise<number | string> {
    const opened = this.#link.open({
      method: 'POST',
      path: '/v1/chat/completions',
      headers: [['x-test', '1']],
    });
    return opened.ok ? opened.value : opened.failure.code;
  }

  async respond(stream: number, status: number): Promise<boolean> {
    return this.#link.respond(stream, { status, headers: [] }).ok;
  }

  async write(stream: number, bytes: Uint8Array): Promise<number> {
    return this.#link.write(stream, bytes.slice());
  }

  async end(stream: number): Promise<void> {
    this.#link.end(stream);
  }

  async cancel(stream: number): Promise<void> {
    this.#link.reset(stream, 'cancelled', 'property');
  }

  async consumed(stream: number, bytes: number): Promise<void> {
    this.#link.consumed(stream, bytes);
  }

  async push(): Promise<boolean> {
    return this.#link.push('hosting', { hosting: true }).ok;
  }

  async goAway(): Promise<void> {
    this.#link.goAway('no_error', 'property');
  }

  openStreams(): number {
    return this.#link.openStreams;
  }

  takeEvents(): SideEvent[] {
    const events: SideEvent[] = [];
    for (let event = this.#link.nextEvent(); event !== undefined; event = this.#link.nextEvent()) {
      events.push(eventOf(event));
    }
    return events;
  }
}

function eventOf(event: LinkEvent): SideEvent {
  return {
    type: event.type,
    ...('stream' in event ? { stream: event.stream } : {}),
    ...('code' in event ? { code: event.code } : {}),
    ...('lastStream' in event ? { lastStream: event.lastStream } : {}),
    ...('message' in event ? { message: event.message } : {}),
    ...('bytes' in event ? { bytes: event.bytes } : {}),
  };
}
