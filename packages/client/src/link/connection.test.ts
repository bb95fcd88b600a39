import { describe, expect, it } from 'vitest';
import type { Bytes } from '../core/bytes.js';
import { LinkConnection, type ConnectionConfig } from './connection.js';
import type { LinkEvent } from './event.js';
import { initialStreamWindow } from './flow.js';
import { encodeFrame, FrameReader, FrameType } from './frame.js';
import { encodeGoAway } from './payload.js';
import { testConfig } from './testing/answerer.js';

const post = { method: 'POST', path: '/', headers: [] };
const names = new Map<number, string>(Object.entries(FrameType).map(([name, type]) => [type, name]));

/** A ready pair, with everything that was said delivered. */
function ready(
  answerer: Partial<ConnectionConfig> = {},
  nowMs = 0,
): { offerer: LinkConnection; answerer: LinkConnection } {
  const pair = {
    offerer: new LinkConnection(testConfig('offerer'), nowMs),
    answerer: new LinkConnection(testConfig('answerer', answerer), nowMs),
  };
  exchange(pair, nowMs);
  expect(take(pair.offerer).map(({ type }) => type)).toEqual(['ready']);
  expect(take(pair.answerer).map(({ type }) => type)).toEqual(['ready']);
  return pair;
}

/** Delivers until nothing more is said. */
function exchange(pair: { offerer: LinkConnection; answerer: LinkConnection }, nowMs = 0): void {
  for (let quiet = false; !quiet;) {
    quiet = true;
    for (const [from, to] of [
      [pair.offerer, pair.answerer],
      [pair.answerer, pair.offerer],
    ] as const) {
      for (let message = from.compose(0, nowMs); message !== undefined; message = from.compose(0, nowMs)) {
        quiet = false;
        to.receive(message.slice(), nowMs);
      }
    }
  }
}

function take(connection: LinkConnection): LinkEvent[] {
  const events: LinkEvent[] = [];
  for (let event = connection.nextEvent(); event !== undefined; event = connection.nextEvent())
    events.push(event);
  return events;
}

/** Frames of a message as `type stream length`. */
function framesOf(message: Bytes | undefined): string[] {
  const frames: string[] = [];
  if (message === undefined) return frames;
  const reader = new FrameReader(message);
  while (reader.next()) {
    frames.push(`${names.get(reader.type) ?? '?'} ${reader.stream} ${reader.payload().byteLength}`);
  }
  return frames;
}

function openStreams(
  { offerer, answerer }: { offerer: LinkConnection; answerer: LinkConnection },
  count: number,
): void {
  for (let id = 1; id <= count; id++) expect(offerer.open(post)).toEqual({ ok: true, value: id });
  exchange({ offerer, answerer });
  take(answerer);
}

describe('what goes out', () => {
  it('is one message for frames that are ready together: head, body and end', () => {
    const { offerer } = ready();
    offerer.open(post);
    offerer.write(1, new Uint8Array(100));
    offerer.end(1);
    expect(framesOf(offerer.compose(0, 0))).toEqual(['head 1 41', 'data 1 100', 'end 1 0']);
    expect(offerer.compose(0, 0)).toBeUndefined();
  });

  it('puts control frames before waiting DATA, even when the buffer is full', () => {
    const pair = ready();
    openStreams(pair, 2);
    const { offerer } = pair;
    offerer.write(1, new Uint8Array(200_000));
    expect(offerer.compose(0, 0)?.byteLength).toBeLessThanOrEqual(16 * 1024);
    expect(offerer.compose(16 * 1024, 0)).toBeUndefined();
    offerer.reset(2, 'cancelled', '');
    expect(framesOf(offerer.compose(16 * 1024, 0))).toEqual(['reset 2 1']);
  });

  it('never lets DATA overtake a HEAD that did not fit the message', () => {
    const pair = ready();
    const headers = [['x', 'y'.repeat(25_000)] as const];
    for (const id of [1, 2, 3]) {
      pair.offerer.open({ ...post, headers });
      pair.offerer.write(id, new Uint8Array(10));
      pair.offerer.end(id);
    }
    expect(framesOf(pair.offerer.compose(0, 0)).map((frame) => frame.split(' ')[0])).toEqual([
      'head',
      'head',
    ]);
    const rest: string[] = [];
    for (
      let message = pair.offerer.compose(0, 0);
      message !== undefined;
      message = pair.offerer.compose(0, 0)
    ) {
      rest.push(...framesOf(message).map((frame) => frame.split(' ', 2).join(' ')));
    }
    expect(rest).toEqual(['head 3', 'data 1', 'data 2', 'data 3', 'end 1', 'end 2', 'end 3']);
  });

  it('lets streams take turns of at most 16 KiB', () => {
    const pair = ready();
    openStreams(pair, 3);
    const { offerer } = pair;
    for (const id of [1, 2, 3]) offerer.write(id, new Uint8Array(100_000));
    const order: string[] = [];
    for (let sent = 0; sent < 9; sent++) order.push(...framesOf(offerer.compose(0, 0)));
    const turns = order.map((frame) => frame.split(' ')[1]);
    expect(turns.slice(0, 6)).toEqual(['1', '2', '3', '1', '2', '3']);
    expect(order.every((frame) => Number(frame.split(' ')[2]) <= 16 * 1024)).toBe(true);
  });

  it('keeps to the message size of the peer', () => {
    const pair = ready({ limits: { streams: 64, message: 1_024 } });
    openStreams(pair, 1);
    pair.offerer.write(1, new Uint8Array(50_000));
    const sizes: number[] = [];
    for (
      let message = pair.offerer.compose(0, 0);
      message !== undefined;
      message = pair.offerer.compose(0, 0)
    ) {
      sizes.push(message.byteLength);
    }
    expect(Math.max(...sizes)).toBeLessThanOrEqual(1_024);
    expect(sizes.length).toBeLessThanOrEqual(Math.ceil(50_000 / 1_000));
    const large = { ...post, headers: [['x', 'y'.repeat(2_000)] as const] };
    expect(pair.offerer.open(large)).toMatchObject({ ok: false, failure: { code: 'too_large' } });
  });

  it('stops at the credit of the stream, and goes on when there is more', () => {
    const pair = ready();
    openStreams(pair, 1);
    const { offerer, answerer } = pair;
    expect(offerer.write(1, new Uint8Array(400_000))).toBe(256 * 1024);
    // `writable` comes when half of the queue is free.
    exchange(pair);
    const received = (): number =>
      take(answerer).reduce((sum, event) => sum + (event.type === 'data' ? event.bytes.byteLength : 0), 0);
    expect(received()).toBe(initialStreamWindow);
    expect(take(offerer)).toEqual([{ type: 'writable', stream: 1 }]);
    expect(offerer.write(1, new Uint8Array(1_000))).toBe(1_000);
    exchange(pair);
    expect(received()).toBe(0);
    answerer.consumed(1, initialStreamWindow);
    exchange(pair);
    expect(received()).toBe(1_000);
  });

  it('is not held up by bodies that nobody reads', () => {
    const pair = ready();
    openStreams(pair, 10);
    const { offerer, answerer } = pair;
    for (let id = 1; id <= 9; id++) offerer.write(id, new Uint8Array(initialStreamWindow));
    exchange(pair);
    take(answerer);
    let received = 0;
    for (let round = 0; round < 40; round++) {
      // 5 MiB, of which 1.75 MiB fit beside the nine
      offerer.write(10, new Uint8Array(131_072));
      exchange(pair);
      for (const event of take(answerer)) {
        if (event.type !== 'data') continue;
        received += event.bytes.byteLength;
        answerer.consumed(10, event.bytes.byteLength);
      }
      exchange(pair);
    }
    expect(received).toBe(40 * 131_072);
  });

  it('is not held up by requests that were answered unread', () => {
    const pair = ready();
    const { offerer, answerer } = pair;
    for (let id = 1, received = 0; id <= 30; id++, received = 0) {
      expect(offerer.open(post)).toMatchObject({ ok: true, value: id });
      offerer.write(id, new Uint8Array(initialStreamWindow));
      offerer.end(id);
      exchange(pair, id * 1_000);
      for (const event of take(answerer)) if (event.type === 'data') received += event.bytes.byteLength;
      expect(received).toBe(initialStreamWindow);
      answerer.respond(id, { status: 404, headers: [] });
      answerer.end(id);
      exchange(pair, id * 1_000);
      take(offerer);
    }
  });

  it('opens many streams at a pace the peer bears', () => {
    const pair = ready({ limits: { streams: 500, message: 65_536 } });
    const { offerer, answerer } = pair;
    for (let id = 1; id <= 200; id++) offerer.open(post);
    offerer.write(200, new Uint8Array(10));
    offerer.end(200);
    exchange(pair);
    expect(take(answerer)).toHaveLength(64);
    const deadline = offerer.nextDeadline() ?? 0;
    expect(deadline).toBeGreaterThan(0);
    expect(deadline).toBeLessThan(100);
    for (let nowMs = deadline; nowMs < 2_400; nowMs += 20) {
      offerer.tick(nowMs);
      exchange(pair, nowMs);
    }
    const events = take(answerer);
    expect(events.filter(({ type }) => type === 'request')).toHaveLength(136);
    expect(events.slice(-2)).toMatchObject([
      { type: 'data', stream: 200 },
      { type: 'end', stream: 200 },
    ]);
  });

  it('says nothing of a stream that was reset before its head left', () => {
    const pair = ready({ limits: { streams: 500, message: 65_536 } });
    const { offerer, answerer } = pair;
    for (let id = 1; id <= 66; id++) offerer.open(post);
    offerer.reset(65, 'cancelled', '');
    exchange(pair);
    exchange(pair, 1_000);
    const opened = take(answerer).map((event) => (event.type === 'request' ? event.stream : event.type));
    expect(opened.slice(-2)).toEqual([64, 66]);
    expect(offerer.openStreams).toBe(65);
  });

  it('resets a stream before it opens the one that takes its place', () => {
    const pair = ready({ limits: { streams: 1, message: 65_536 } });
    openStreams(pair, 1);
    pair.offerer.reset(1, 'cancelled', '');
    pair.offerer.open(post);
    exchange(pair);
    expect(take(pair.answerer).map(({ type }) => type)).toEqual(['reset', 'request']);
    expect(take(pair.offerer)).toEqual([]);
  });

  it('resets many streams at a pace the peer bears', () => {
    const pair = ready({ limits: { streams: 500, message: 65_536 } });
    const { offerer, answerer } = pair;
    for (let nowMs = 0; nowMs < 5_000; nowMs += 20) {
      offerer.open(post);
      exchange(pair, nowMs);
    }
    for (let id = 1; id <= 250; id++) offerer.reset(id, 'cancelled', '');
    for (let nowMs = 5_000; nowMs < 10_000; nowMs += 20) exchange(pair, nowMs);
    expect(take(answerer).filter(({ type }) => type === 'reset')).toHaveLength(250);
    expect(answerer.closed).toBe(false);
  });

  it('stops an upload behind an answer that ends first', () => {
    const pair = ready();
    openStreams(pair, 1);
    pair.answerer.respond(1, { status: 413, headers: [] });
    pair.answerer.end(1);
    exchange(pair);
    expect(take(pair.offerer).map((event) => (event.type === 'reset' ? event.code : event.type))).toEqual([
      'response',
      'end',
      'no_error',
    ]);
    expect([pair.offerer.openStreams, pair.answerer.openStreams]).toEqual([0, 0]);
  });
});

describe('time', () => {
  it('ends a handshake that takes longer than 10 s', () => {
    const offerer = new LinkConnection(testConfig('offerer'), 0);
    expect(offerer.nextDeadline()).toBe(10_000);
    offerer.tick(9_999);
    expect(offerer.closed).toBe(false);
    offerer.tick(10_000);
    expect(take(offerer)).toMatchObject([{ type: 'closed', code: 'handshake_timeout', byPeer: false }]);
    expect(framesOf(offerer.compose(0, 10_000))[0]).toMatch(/^goAway/);
    expect(offerer.compose(0, 10_000)).toBeUndefined();
    expect(offerer.nextDeadline()).toBeUndefined();
  });

  it('pings after 15 s of silence, and is content with a pong', () => {
    const pair = ready();
    expect(pair.offerer.nextDeadline()).toBe(15_000);
    pair.offerer.tick(15_000);
    exchange(pair, 15_000);
    expect(pair.offerer.nextDeadline()).toBe(30_000);
    expect(pair.offerer.closed).toBe(false);
  });

  it('times out 10 s after a ping that nobody answers', () => {
    const { offerer } = ready();
    offerer.tick(15_000);
    expect(framesOf(offerer.compose(0, 15_000))).toEqual(['ping 0 8']);
    expect(offerer.nextDeadline()).toBe(25_000);
    offerer.tick(25_000);
    expect(take(offerer)).toMatchObject([{ type: 'closed', code: 'timed_out' }]);
  });
});

describe('the end', () => {
  it('tells the peer why, in one last message', () => {
    const pair = ready();
    openStreams(pair, 1);
    pair.offerer.goAway('internal', 'why not');
    exchange(pair);
    expect(take(pair.answerer)).toMatchObject([
      { type: 'closed', code: 'internal', message: 'why not', byPeer: true },
    ]);
    expect(take(pair.offerer)).toMatchObject([{ type: 'closed', byPeer: false }]);
    expect(pair.offerer.open(post)).toMatchObject({ ok: false });
    expect([pair.offerer.write(1, new Uint8Array(1)), pair.offerer.openStreams]).toEqual([0, 0]);
  });

  it('drops streams opened behind a GOAWAY of this side', () => {
    const pair = ready();
    openStreams(pair, 1);
    pair.answerer.goAway('no_error', '');
    pair.offerer.open(post);
    pair.offerer.write(2, new Uint8Array(10));
    exchange(pair);
    expect(take(pair.answerer)).toEqual([]);
    expect(take(pair.offerer)).toMatchObject([
      { type: 'reset', stream: 2, code: 'refused_stream' },
      { type: 'goAway', lastStream: 1, byPeer: true },
    ]);
    expect(pair.answerer.closed).toBe(false);
  });

  it('comes at once for a config that breaks its own rules', () => {
    const connection = new LinkConnection(testConfig('offerer', { nonce: new Uint8Array(31) }), 0);
    expect(take(connection)).toMatchObject([{ type: 'closed', code: 'internal' }]);
  });

  it('comes with a code, and never with an exception, for messages with a changed byte', () => {
    const pair = ready();
    pair.offerer.open(post);
    pair.offerer.write(1, new Uint8Array(5));
    pair.offerer.end(1);
    const message = pair.offerer.compose(0, 0)?.slice() ?? new Uint8Array(0);
    const ends = new Set<string>();
    for (let at = 0; at < message.byteLength; at++) {
      const { answerer } = ready();
      const changed = message.slice();
      changed[at] = (message[at] ?? 0) ^ (1 << (at % 8));
      answerer.receive(changed, 0);
      const closed = take(answerer).flatMap((event) => (event.type === 'closed' ? [event.code] : []));
      expect(closed).toHaveLength(answerer.closed ? 1 : 0);
      ends.add(closed[0] ?? 'open');
    }
    expect([...ends].sort()).toEqual(['open', 'protocol_error', 'unknown_critical_frame']);
  });

  it('is reached with a GOAWAY in the middle of a message, and nothing behind it counts', () => {
    const { answerer } = ready();
    const goAway = encodeFrame(FrameType.goAway, 0, encodeGoAway('internal', 0, ''));
    answerer.receive(new Uint8Array([...goAway, 0xff]), 0);
    expect(take(answerer)).toHaveLength(1);
  });
});

describe('push', () => {
  it('replaces one of the same kind that has not left', () => {
    const pair = ready();
    pair.answerer.push('hosting', { hosting: false });
    pair.answerer.push('hosting', { hosting: true });
    exchange(pair);
    expect(take(pair.offerer)).toEqual([{ type: 'push', kind: 'hosting', body: { hosting: true } }]);
  });

  it('says when it fits no message', () => {
    const { answerer } = ready();
    const pushed = answerer.push('catalogue', { text: 'x'.repeat(70_000) });
    expect(pushed).toMatchObject({ ok: false, failure: { code: 'too_large' } });
  });
});
