import { afterEach, describe, expect, it, vi } from 'vitest';
import { LinkChannel, wrapDataChannel, type MessageChannelLike } from './channel.js';
import type { LinkEvent } from './event.js';
import { connectLink, testConfig } from './testing/answerer.js';
import { MemoryChannel } from './testing/memory-channel.js';

afterEach(() => {
  vi.useRealTimers();
});

function closedOf(events: readonly LinkEvent[]): string[] {
  return events.flatMap((event) => (event.type === 'closed' ? [event.code] : []));
}

describe('a link on a channel', () => {
  it('closes the channel when the handshake takes too long', async () => {
    vi.useFakeTimers();
    const [near] = MemoryChannel.pair();
    const closed = new Promise((resolve) => {
      const events: LinkEvent[] = [];
      new LinkChannel(near, testConfig('offerer'), (more) => {
        events.push(...more);
        if (closedOf(events).length > 0) resolve(closedOf(events));
      });
    });
    const channelClosed = vi.fn();
    near.onclose = channelClosed;
    await vi.advanceTimersByTimeAsync(10_100);
    expect(await closed).toEqual(['handshake_timeout']);
    expect(channelClosed).toHaveBeenCalledOnce();
  });

  it('stays alive through silence, by pings', async () => {
    vi.useFakeTimers();
    const { link, near } = connectLink(() => undefined);
    await vi.advanceTimersByTimeAsync(10);
    expect(link.state).toBe('ready');
    const before = near.sentMessages;
    await vi.advanceTimersByTimeAsync(120_000);
    expect(link.state).toBe('ready');
    expect(near.sentMessages - before).toBeGreaterThan(3);
    expect(near.sentMessages - before).toBeLessThan(20);
  });

  it('times out when the peer falls silent', async () => {
    vi.useFakeTimers();
    const { link, far } = connectLink(() => undefined);
    await vi.advanceTimersByTimeAsync(10);
    far.paused = true;
    await vi.advanceTimersByTimeAsync(26_000);
    expect([link.state, link.error?.code]).toEqual(['closed', 'timed_out']);
  });

  it('sets no timers once it is over', async () => {
    vi.useFakeTimers();
    const { link } = connectLink(() => undefined);
    await vi.advanceTimersByTimeAsync(10);
    link.close();
    await vi.advanceTimersByTimeAsync(100);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('ends when the channel throws', async () => {
    const [near] = MemoryChannel.pair();
    const events: LinkEvent[] = [];
    near.send = () => {
      throw new Error('InvalidStateError');
    };
    const channel = new LinkChannel(near, testConfig('offerer'), (more) => events.push(...more));
    channel.flush();
    expect(closedOf(events)).toEqual(['timed_out']);
    channel.flush();
    expect(closedOf(events)).toEqual(['timed_out']);
  });

  it('keeps little in the buffer of a channel that does not drain', async () => {
    const { link, near } = connectLink(() => undefined);
    await link.ready();
    await new Promise((resolve) => setTimeout(resolve, 10));
    near.paused = true;
    near.mostBuffered = 0;
    const fetched = link
      .fetch('/', { method: 'POST', body: new Uint8Array(2_000_000) })
      .catch(() => 'closed');
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(near.mostBuffered).toBeGreaterThan(4_000);
    expect(near.mostBuffered).toBeLessThanOrEqual(17_000);
    near.paused = false;
    link.close();
    expect(await fetched).toBe('closed');
  });
});

describe('wrapDataChannel', () => {
  it('passes everything on', () => {
    const raw = {
      binaryType: 'blob',
      bufferedAmount: 7,
      bufferedAmountLowThreshold: 0,
      send: vi.fn(),
      close: vi.fn(),
      onmessage: undefined as ((event: { data: unknown }) => void) | undefined,
      onbufferedamountlow: undefined as (() => void) | undefined,
      onclose: undefined as (() => void) | undefined,
    };
    const channel: MessageChannelLike = wrapDataChannel(raw as unknown as RTCDataChannel);
    expect([raw.binaryType, channel.bufferedAmount]).toEqual(['arraybuffer', 7]);
    channel.bufferedAmountLowThreshold = 9;
    expect([raw.bufferedAmountLowThreshold, channel.bufferedAmountLowThreshold]).toEqual([9, 9]);
    const seen: unknown[] = [];
    channel.onmessage = (message) => seen.push(message);
    channel.onbufferedamountlow = () => seen.push('low');
    channel.onclose = () => seen.push('close');
    raw.onmessage?.({ data: Uint8Array.of(1, 2).buffer });
    raw.onmessage?.({ data: 'text' });
    raw.onbufferedamountlow?.();
    raw.onclose?.();
    expect(seen).toEqual([Uint8Array.of(1, 2), 'text', 'low', 'close']);
    channel.send(Uint8Array.of(3));
    channel.close();
    expect(raw.send).toHaveBeenCalledWith(Uint8Array.of(3));
    expect(raw.close).toHaveBeenCalledOnce();
  });
});
