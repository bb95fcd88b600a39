import { describe, expect, it, vi } from 'vitest';
import { LegacyChannel, parseLegacyModels, type LegacyModel, type TextChannel } from './legacy-channel.js';
import { parseLegacyMessage } from './legacy-message.js';

type Asked = Readonly<Record<string, unknown>>;

/** Both ends of a channel in memory: `answer` is the host. */
class Wire extends EventTarget implements TextChannel {
  readyState = 'open';
  readonly asked: Asked[] = [];
  private readonly answer: (asked: Asked, wire: Wire) => void;

  constructor(answer: (asked: Asked, wire: Wire) => void = () => undefined) {
    super();
    this.answer = answer;
  }
  send(text: string): void {
    const asked = JSON.parse(text) as Asked;
    this.asked.push(asked);
    this.answer(asked, this);
  }
  say(data: unknown): void {
    this.dispatchEvent(new MessageEvent('message', { data }));
  }
  reply(asked: Asked, data: unknown): void {
    this.say(JSON.stringify({ type: 'response', requestId: asked['requestId'], data }));
  }
}

const code = (value: string): Error => expect.objectContaining({ code: value }) as unknown as Error;

describe('LegacyChannel', () => {
  it('asks for models and chats, and gives each answer to who asked', async () => {
    const completion = { object: 'chat.completion', choices: [] };
    const wire = new Wire((asked, self) => {
      if (asked['type'] === 'chat') setTimeout(() => self.reply(asked, completion), 5);
      else self.reply(asked, { models: [{ name: 'a', displayName: 'A', provider: 'ollama' }, {}, 'b'] });
    });
    const channel = new LegacyChannel(wire);
    const chat = channel.chat({ model: 'a', messages: [] });
    expect(await channel.requestModels()).toEqual([
      { name: 'a', displayName: 'A', provider: 'ollama' },
      { name: 'b', displayName: 'b', provider: '' },
    ]);
    expect(await chat).toEqual(completion);
    expect(wire.asked[0]).toMatchObject({ type: 'chat', data: { model: 'a', stream: false } });
  });

  it('reads answers that come as bytes, as older hosts may write them', async () => {
    const wire = new Wire((asked, self) => {
      const text = JSON.stringify({ type: 'response', requestId: asked['requestId'], data: {} });
      self.say(new TextEncoder().encode(text).buffer);
    });
    expect(await new LegacyChannel(wire).ping()).toBeGreaterThanOrEqual(0);
  });

  it('turns an error of the host into a coded one', async () => {
    const wire = new Wire((asked, self) => {
      self.say(JSON.stringify({ type: 'error', requestId: asked['requestId'], error: 'model not found' }));
    });
    await expect(new LegacyChannel(wire).chat({})).rejects.toThrow(
      expect.objectContaining({ code: 'legacy_request_failed', detail: 'model not found' }),
    );
  });

  it('gives up a chat after 120 s', async () => {
    vi.useFakeTimers();
    try {
      const chat = expect(new LegacyChannel(new Wire()).chat({})).rejects.toThrow(code('legacy_timeout'));
      await vi.advanceTimersByTimeAsync(120_000);
      await chat;
    } finally {
      vi.useRealTimers();
    }
  });

  it('fails what is under way when the channel closes or the caller gives up', async () => {
    const wire = new Wire();
    const channel = new LegacyChannel(wire);
    const abort = new AbortController();
    const given = expect(channel.chat({}, { signal: abort.signal })).rejects.toThrow('enough');
    abort.abort(new Error('enough'));
    await given;
    const cut = expect(channel.chat({})).rejects.toThrow(code('channel_closed'));
    wire.dispatchEvent(new Event('close'));
    await cut;
    wire.readyState = 'closed';
    await expect(channel.chat({})).rejects.toThrow(code('channel_closed'));
  });

  it('bounds what it sends and how much is under way', async () => {
    const channel = new LegacyChannel(new Wire());
    await expect(channel.chat({ x: 'x'.repeat(5 * 1024 * 1024) })).rejects.toThrow(code('legacy_too_large'));
    const open = Array.from({ length: 32 }, () => channel.chat({}).catch(() => undefined));
    await expect(channel.chat({})).rejects.toThrow(code('legacy_too_many'));
    expect(open).toHaveLength(32);
  });

  it('passes pushed models on, and ignores what is no message', () => {
    const wire = new Wire();
    const channel = new LegacyChannel(wire);
    const pushed: (readonly LegacyModel[])[] = [];
    channel.on('models', (models) => pushed.push(models));
    for (const junk of ['', '{', '[]', '{"type":"response"}', new ArrayBuffer(4), 5]) wire.say(junk);
    wire.say(JSON.stringify({ type: 'response', requestId: 'unknown', data: {} }));
    wire.say(JSON.stringify({ type: 'models_available', models: [{ name: 'a' }], batteryState: {} }));
    expect(pushed).toEqual([[{ name: 'a', displayName: 'a', provider: '' }]]);
  });
});

describe('parseLegacyModels', () => {
  it('takes at most 256', () => {
    expect(parseLegacyModels(Array.from({ length: 400 }, (_, i) => `m${i}`))).toHaveLength(256);
  });
});

describe('parseLegacyMessage', () => {
  it('refuses what is too large', () => {
    const text = JSON.stringify({ type: 'response', requestId: 'a', data: 'x'.repeat(5 * 1024 * 1024) });
    expect(parseLegacyMessage(text)).toBeUndefined();
  });
});
