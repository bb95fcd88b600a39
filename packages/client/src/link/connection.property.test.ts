import { describe, expect, it } from 'vitest';
import type { Bytes } from '../core/bytes.js';
import type { Role } from './binding.js';
import { LinkConnection } from './connection.js';
import type { LinkEvent } from './event.js';
import { linkWindow } from './flow.js';
import { testConfig } from './testing/answerer.js';

/** A small generator of random numbers, so that a failure can be repeated by its seed (mulberry32). */
class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** An integer from 0 to below `limit`. */
  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  }

  /** True once in `times`. */
  once(times: number): boolean {
    return this.below(times) === 0;
  }
}

/** The byte at a place of a body, so that a lost, repeated or misplaced byte shows. */
function byteAt(stream: number, role: Role, place: number): number {
  return (stream * 31 + (role === 'offerer' ? 0 : 101) + place * 7) & 0xff;
}

/** One direction of one stream, as its sender means it and its reader sees it. */
interface Direction {
  size: number;
  written: number;
  ended: boolean;
  read: number;
  unconsumed: number;
  endRead: boolean;
}

interface StreamModel {
  readonly directions: Record<Role, Direction>;
  responded: boolean;
  dead: boolean;
}

const opposite: Record<Role, Role> = { offerer: 'answerer', answerer: 'offerer' };

/** Two connections, the messages between them, and what they should tell. */
class World {
  readonly random: Random;
  readonly sides: Record<Role, LinkConnection>;
  readonly streams = new Map<number, StreamModel>();
  readonly wire: Record<Role, Bytes[]> = { offerer: [], answerer: [] };
  nowMs = 1_000;
  bytesRead = 0;

  constructor(seed: number) {
    this.random = new Random(seed);
    const message = this.random.once(3) ? 1_024 : 65_536;
    const limits = { streams: 1 + this.random.below(12), message };
    this.sides = {
      offerer: new LinkConnection(testConfig('offerer', { limits }), this.nowMs),
      answerer: new LinkConnection(testConfig('answerer', { limits }), this.nowMs),
    };
  }

  /** One random step. `finishing`: nothing new is begun, and bodies come to their end. */
  step(finishing: boolean): void {
    this.nowMs += this.random.below(30);
    const role: Role = this.random.once(2) ? 'offerer' : 'answerer';
    const choice = this.random.below(finishing ? 5 : 8);
    if (choice === 0) this.compose(role);
    else if (choice === 1) this.deliver(role);
    else if (choice === 2) this.consume(role);
    else if (choice === 3) this.write(role);
    else if (choice === 4) this.sides[role].tick(this.nowMs);
    else if (choice === 5) this.open();
    else if (choice === 6) this.write(role);
    else if (this.random.once(6)) this.reset(role);
    this.takeEvents('offerer');
    this.takeEvents('answerer');
  }

  private compose(role: Role): void {
    const buffered = this.random.once(4) ? this.random.below(40_000) : 0;
    const message = this.sides[role].compose(buffered, this.nowMs);
    if (message === undefined) return;
    expect(message.byteLength).toBeGreaterThan(0);
    expect(message.byteLength).toBeLessThanOrEqual(65_536);
    this.wire[role].push(message.slice());
  }

  private deliver(from: Role): void {
    for (let count = this.random.below(4); count >= 0; count--) {
      const message = this.wire[from].shift();
      if (message === undefined) return;
      this.sides[opposite[from]].receive(message, this.nowMs);
    }
  }

  private open(): void {
    const opened = this.sides.offerer.open({ method: 'POST', path: '/x', headers: [] });
    if (!opened.ok) {
      expect(['refused_stream', 'shutting_down']).toContain(opened.failure.code);
      return;
    }
    const direction = (): Direction => ({
      size: this.random.once(3) ? this.random.below(800_000) : this.random.below(2_000),
      written: 0,
      ended: false,
      read: 0,
      unconsumed: 0,
      endRead: false,
    });
    this.streams.set(opened.value, {
      directions: { offerer: direction(), answerer: direction() },
      responded: false,
      dead: false,
    });
  }

  private *live(): Generator<[number, StreamModel]> {
    for (const [id, stream] of this.streams) if (!stream.dead) yield [id, stream];
  }

  private write(role: Role): void {
    for (const [id, { directions, responded }] of this.live()) {
      const direction = directions[role];
      if (direction.ended || (role === 'answerer' && !responded) || this.random.once(3)) continue;
      const length = Math.min(direction.size - direction.written, 1 + this.random.below(120_000));
      const bytes = new Uint8Array(length);
      for (let at = 0; at < length; at++) bytes[at] = byteAt(id, role, direction.written + at);
      direction.written += this.sides[role].write(id, bytes);
      // Half of the answers end only behind their request, so that uploads come to their end too.
      const behind = role === 'answerer' && id % 2 === 0 && !directions.offerer.endRead;
      if (direction.written === direction.size && !behind) {
        direction.ended = true;
        this.sides[role].end(id);
      }
    }
  }

  private consume(role: Role): void {
    for (const [id, { directions }] of this.live()) {
      const direction = directions[opposite[role]];
      if (direction.unconsumed === 0 || this.random.once(4)) continue;
      const bytes = this.random.once(2) ? direction.unconsumed : 1 + this.random.below(direction.unconsumed);
      direction.unconsumed -= bytes;
      this.sides[role].consumed(id, bytes);
    }
  }

  private reset(role: Role): void {
    for (const [id, stream] of this.live()) {
      if (role === 'answerer' && !stream.responded) continue;
      stream.dead = true;
      this.sides[role].reset(id, 'cancelled', 'random');
      return;
    }
  }

  private takeEvents(role: Role): void {
    const side = this.sides[role];
    for (let event = side.nextEvent(); event !== undefined; event = side.nextEvent())
      this.onEvent(role, event);
  }

  private onEvent(role: Role, event: LinkEvent): void {
    if (event.type === 'closed') throw new Error(`closed: ${event.code} ${event.message}`);
    if (event.type === 'request') {
      const stream = this.streams.get(event.stream);
      expect(stream).toBeDefined();
      if (stream === undefined || stream.dead) return;
      expect(this.sides.answerer.respond(event.stream, { status: 200, headers: [] }).ok).toBe(true);
      stream.responded = true;
    }
    if (event.type === 'data') this.onData(role, event.stream, event.bytes);
    if (event.type === 'end') this.onEnd(role, event.stream);
    if (event.type === 'reset') this.onReset(event.stream, event.code);
  }

  private onData(role: Role, id: number, bytes: Bytes): void {
    const direction = this.streams.get(id)?.directions[opposite[role]];
    if (direction === undefined) throw new Error('data for an unknown stream');
    for (const [at, byte] of bytes.entries()) {
      if (byte !== byteAt(id, opposite[role], direction.read + at)) throw new Error(`a wrong byte on ${id}`);
    }
    direction.read += bytes.byteLength;
    direction.unconsumed += bytes.byteLength;
    this.bytesRead += bytes.byteLength;
    expect(direction.unconsumed).toBeLessThanOrEqual(linkWindow);
    expect(direction.read).toBeLessThanOrEqual(direction.size);
  }

  private onEnd(role: Role, id: number): void {
    const stream = this.streams.get(id);
    const direction = stream?.directions[opposite[role]];
    if (stream === undefined || direction === undefined) throw new Error('end of an unknown stream');
    expect(direction.endRead).toBe(false);
    direction.endRead = true;
    if (!stream.dead) expect(direction.read).toBe(direction.size);
  }

  private onReset(id: number, code: string): void {
    const stream = this.streams.get(id);
    if (stream === undefined) throw new Error('reset of an unknown stream');
    // The answer is whole and the upload was stopped, or either side gave up.
    if (code === 'no_error') expect(stream.directions.answerer.endRead).toBe(true);
    else expect(['cancelled', 'refused_stream']).toContain(code);
    stream.directions.offerer.ended = true;
    if (code !== 'no_error') stream.dead = true;
  }
}

describe('two connections under random scheduling', () => {
  it.each(Array.from({ length: 12 }, (_, seed) => seed))(
    'lose, repeat and mix up nothing (seed %i)',
    (seed) => {
      const world = new World(seed);
      for (let step = 0; step < 1_500; step++) world.step(false);
      for (let step = 0; step < 200_000; step++) {
        world.step(true);
        if (world.sides.offerer.openStreams + world.sides.answerer.openStreams === 0) break;
      }
      expect(world.sides.offerer.openStreams).toBe(0);
      expect(world.sides.answerer.openStreams).toBe(0);
      expect(world.bytesRead).toBeGreaterThan(10_000);
      for (const { directions, dead } of world.streams.values()) {
        if (dead) continue;
        expect(directions.answerer.read).toBe(directions.answerer.size);
      }
    },
  );
});
