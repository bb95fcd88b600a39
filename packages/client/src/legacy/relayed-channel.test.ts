import { describe, expect, it } from 'vitest';
import { Emitter } from '../core/emitter.js';
import type { JsonObject } from '../core/json.js';
import { signalingError } from '../signaling/error.js';
import { LegacyChannel } from './legacy-channel.js';
import { RelayedChannel, type LegacyRelay, type RelayedAnswer } from './relayed-channel.js';

interface Asked {
  readonly deviceId: string;
  readonly requestId: string;
  readonly data: JsonObject;
}

/** The server between us and the host, in memory. */
class Server extends Emitter<{ legacyAnswer: RelayedAnswer }> implements LegacyRelay {
  readonly asked: Asked[] = [];
  refusal: Error | undefined;

  askLegacy(deviceId: string, requestId: string, data: JsonObject): Promise<void> {
    this.asked.push({ deviceId, requestId, data });
    return this.refusal === undefined ? Promise.resolve() : Promise.reject(this.refusal);
  }

  answer(more: Partial<RelayedAnswer>): void {
    const requestId = this.asked.at(-1)?.requestId ?? '';
    this.emit('legacyAnswer', {
      requestId,
      fromDeviceId: 'desk',
      success: true,
      data: undefined,
      error: '',
      ...more,
    });
  }
}

const code = (value: string): Error => expect.objectContaining({ code: value }) as unknown as Error;

describe('RelayedChannel', () => {
  it('asks a generation-1 host for models and chats with it', async () => {
    const server = new Server();
    const channel = new LegacyChannel(new RelayedChannel(server, 'desk'));
    const models = channel.requestModels();
    expect(server.asked[0]).toMatchObject({ deviceId: 'desk', data: { type: 'get_models' } });
    server.answer({ data: { models: [{ name: 'llama' }] } });
    expect(await models).toEqual([{ name: 'llama', displayName: 'llama', provider: '' }]);
    const chat = channel.chat({ model: 'llama', messages: [] });
    expect(server.asked[1]?.data).toEqual({ model: 'llama', messages: [], stream: false });
    server.answer({ data: { object: 'chat.completion' } });
    expect(await chat).toEqual({ object: 'chat.completion' });
  });

  it('takes answers of that host alone', async () => {
    const server = new Server();
    const channel = new LegacyChannel(new RelayedChannel(server, 'desk'));
    const chat = channel.chat({ model: 'llama' });
    server.answer({ fromDeviceId: 'another', data: { object: 'forged' } });
    server.answer({ data: { object: 'chat.completion' } });
    expect(await chat).toEqual({ object: 'chat.completion' });
  });

  it('says what the host and the server refuse', async () => {
    const server = new Server();
    const channel = new LegacyChannel(new RelayedChannel(server, 'desk'));
    const chat = channel.chat({ model: 'llama' });
    server.answer({ success: false, error: 'out of memory' });
    await expect(chat).rejects.toThrow(
      expect.objectContaining({ code: 'legacy_request_failed', detail: 'out of memory' }),
    );
    server.refusal = signalingError('peer_unavailable');
    await expect(channel.requestModels()).rejects.toThrow(code('legacy_request_failed'));
  });

  it('knows no ping, bounds what it sends, and fails what is under way when it closes', async () => {
    const relayed = new RelayedChannel(new Server(), 'desk');
    const channel = new LegacyChannel(relayed);
    await expect(channel.ping()).rejects.toThrow(code('legacy_request_failed'));
    await expect(channel.chat({ x: 'x'.repeat(300_000) })).rejects.toThrow(code('legacy_too_large'));
    const chat = expect(channel.chat({})).rejects.toThrow(code('channel_closed'));
    relayed.close();
    await chat;
    await expect(channel.chat({})).rejects.toThrow(code('channel_closed'));
  });
});
