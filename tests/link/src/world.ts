import type { Random } from './random.js';
import type { Role, Side, SideEvent } from './side.js';
import { Wire } from './wire.js';

/** One direction of one stream, as its sender means it and its reader sees it. */
interface Direction {
  /** Bytes of the whole body. */
  readonly size: number;
  written: number;
  ended: boolean;
  read: number;
  unconsumed: number;
  endRead: boolean;
}

interface StreamModel {
  readonly directions: Readonly<Record<Role, Direction>>;
  /** The answerer was told of it. */
  requested: boolean;
  responded: boolean;
  /** Why the answerer did not take it, as the offerer was told. */
  refusedWith: 'refused_stream' | 'resume_unsupported' | undefined;
  /** Roles that were told of a reset, or did it. */
  readonly over: Set<Role>;
  cancelledBy: Role | undefined;
  /** The answer ended before its request had: the rest of the upload is not wanted. */
  uploadStopped: boolean;
}

type Count =
  | 'streams'
  | 'bytes'
  | 'cancelled'
  | 'pushes'
  | 'leaving'
  | 'refused'
  | 'resumed'
  | 'stored'
  | 'creditsHeldBack';

const opposite: Readonly<Record<Role, Role>> = { offerer: 'answerer', answerer: 'offerer' };
const roles: readonly Role[] = ['offerer', 'answerer'];

/** The bytes of a body from a place on, so that a lost, repeated or misplaced byte shows. */
function pieceOf(stream: number, role: Role, place: number, length: number): Uint8Array {
  const piece = new Uint8Array(length);
  const first = stream * 31 + (role === 'offerer' ? 0 : 101);
  for (let at = 0; at < length; at++) piece[at] = (first + (place + at) * 7 + ((place + at) >>> 8)) & 0xff;
  return piece;
}

/** Two sides, the messages between them, and what they should tell: random steps, checked as they happen. */
export class World {
  readonly #random: Random;
  readonly #sides: Readonly<Record<Role, Side>>;
  readonly #streams = new Map<number, StreamModel>();
  readonly #wire: Wire;
  readonly #ready = new Set<Role>();
  /** Sides that said GOAWAY. */
  readonly #leaving = new Set<Role>();
  #takesStreams = true;
  #nowMs: number;
  #pushesRead = 0;

  constructor(random: Random, sides: Readonly<Record<Role, Side>>, nowMs: number) {
    this.#random = random;
    this.#sides = sides;
    this.#wire = new Wire(random);
    this.#nowMs = nowMs;
  }

  /** What has happened so far, and so was tried. */
  get counts(): Readonly<Record<Count, number>> {
    const all = [...this.#streams.values()];
    const refusedWith = (code: string): number => all.filter((stream) => stream.refusedWith === code).length;
    return {
      streams: all.length,
      bytes: all
        .flatMap(({ directions }) => roles.map((role) => directions[role].read))
        .reduce((a, b) => a + b, 0),
      cancelled: all.filter(({ cancelledBy }) => cancelledBy !== undefined).length,
      pushes: this.#pushesRead,
      leaving: this.#leaving.size,
      refused: refusedWith('refused_stream'),
      resumed: refusedWith('resume_unsupported'),
      stored: this.#wire.storedTold,
      creditsHeldBack: this.#wire.creditsHeldBack,
    };
  }

  async run(steps: number): Promise<void> {
    const leavesAt = Object.fromEntries(roles.map((role) => [role, this.#drawLeave(steps)]));
    for (let step = 0; step < steps; step++) {
      for (const role of roles) if (leavesAt[role] === step) await this.#leave(role);
      await this.#step();
    }
    await this.#finish();
  }

  /** The step at which a side says GOAWAY: in the second half of the run, or never. */
  #drawLeave(steps: number): number | undefined {
    const half = steps >>> 1;
    return this.#random.once(4) ? undefined : half + this.#random.below(half);
  }

  async #step(): Promise<void> {
    const random = this.#random;
    this.#nowMs += random.below(20);
    if (random.once(400)) await this.#quietTime();
    const role: Role = random.once(2) ? 'offerer' : 'answerer';
    const choice = random.below(17);
    if (choice < 4) await this.#compose(role);
    else if (choice < 8) await this.#deliver(role);
    else if (choice < 10) await this.#consume(role, random.once(3));
    else if (choice < 13) await this.#write(role);
    else if (choice === 13) await this.#open();
    else if (choice === 14) await this.#sides[role].tick(this.#nowMs);
    else if (choice === 15) await this.#sometimes(() => this.#cancel(role));
    else await this.#sometimes(() => this.#sides[role].push());
    await this.#takeEvents();
  }

  /** Sixteen seconds without a message: both sides ask whether the other still lives, and hear that it does. */
  async #quietTime(): Promise<void> {
    await this.#pass();
    if (this.#ready.size < 2) return;
    this.#nowMs += 16_000;
    await this.#pass();
  }

  /** Ticks both sides and carries what they have to say, until both have heard each other. */
  async #pass(): Promise<void> {
    for (const role of roles) await this.#sides[role].tick(this.#nowMs);
    for (let round = 0; round < 4; round++) {
      for (const role of roles) {
        await this.#compose(role);
        while (!this.#wire.isEmptyFrom(role)) await this.#deliver(role);
      }
    }
    await this.#takeEvents();
  }

  async #sometimes(act: () => Promise<unknown>): Promise<void> {
    if (this.#random.once(3)) await act();
  }

  /** Lets everything come to its end, then checks what must be true of it. */
  async #finish(): Promise<void> {
    const busy = (): boolean =>
      roles.some((role) => this.#sides[role].openStreams() > 0 || !this.#wire.isEmptyFrom(role)) ||
      [...this.#streams.values()].some(({ cancelledBy, over }) => cancelledBy !== undefined && over.size < 2);
    for (let round = 0; round < 4000 && busy(); round++) {
      this.#nowMs += 10;
      for (const role of roles) {
        await this.#sides[role].tick(this.#nowMs);
        await this.#write(role);
        for (let count = 0; count < 16; count++) await this.#compose(role);
        while (!this.#wire.isEmptyFrom(role)) await this.#deliver(role);
        await this.#takeEvents();
        await this.#consume(role, false);
      }
    }
    for (const role of roles) {
      check(
        this.#sides[role].openStreams() === 0,
        `${this.#sides[role].name} (${role}) still has open streams`,
      );
    }
    for (const [id, stream] of this.#streams) {
      if (stream.cancelledBy === undefined && stream.refusedWith === undefined) checkComplete(id, stream);
    }
  }

  async #compose(role: Role): Promise<void> {
    const inFlight = this.#random.once(4) ? this.#wire.bytesFrom(role) : 0;
    const message = await this.#sides[role].compose(inFlight, this.#nowMs);
    check(message === undefined || message.byteLength <= 65_536, 'a message over 64 KiB');
    this.#wire.put(role, message);
  }

  async #deliver(from: Role): Promise<void> {
    for (let count = 1 + this.#random.below(4); count > 0; count--) {
      const message = this.#wire.take(from);
      if (message === undefined) return;
      await this.#sides[opposite[from]].receive(message, this.#nowMs);
    }
  }

  async #open(): Promise<void> {
    const opened = await this.#sides.offerer.open();
    if (typeof opened === 'string') {
      check(['refused_stream', 'shutting_down'].includes(opened), `open failed with ${opened}`);
      return;
    }
    check(this.#takesStreams, 'a stream was opened behind GOAWAY');
    const direction = (): Direction => ({
      size: this.#random.once(4) ? this.#random.below(1_500_000) : this.#random.below(2_000),
      written: 0,
      ended: false,
      read: 0,
      unconsumed: 0,
      endRead: false,
    });
    const directions = { offerer: direction(), answerer: direction() };
    this.#streams.set(opened, {
      directions,
      requested: false,
      responded: false,
      refusedWith: undefined,
      over: new Set(),
      cancelledBy: undefined,
      uploadStopped: false,
    });
  }

  async #write(role: Role): Promise<void> {
    for (const [id, stream] of this.#streams) {
      const direction = stream.directions[role];
      if (stream.over.has(role) || direction.ended || (role === 'answerer' && !stream.responded)) continue;
      if (this.#random.once(2)) continue;
      const length = Math.min(direction.size - direction.written, this.#random.below(60_000));
      const piece = pieceOf(id, role, direction.written, length);
      direction.written += await this.#sides[role].write(id, piece);
      if (direction.written < direction.size) continue;
      direction.ended = true;
      if (role === 'answerer' && !stream.directions.offerer.endRead) stream.uploadStopped = true;
      await this.#sides[role].end(id);
    }
  }

  async #consume(role: Role, part: boolean): Promise<void> {
    for (const [id, stream] of this.#streams) {
      const direction = stream.directions[opposite[role]];
      if (direction.unconsumed === 0) continue;
      const bytes = part ? 1 + this.#random.below(direction.unconsumed) : direction.unconsumed;
      direction.unconsumed -= bytes;
      await this.#sides[role].consumed(id, bytes);
    }
  }

  async #cancel(role: Role): Promise<void> {
    const open = [...this.#streams].filter(([, { over, responded, directions }]) => {
      const complete = roles.every((one) => directions[one].ended && directions[one].endRead);
      return over.size === 0 && responded && !complete;
    });
    const chosen = open[this.#random.below(Math.max(1, open.length))];
    if (chosen === undefined) return;
    const [id, stream] = chosen;
    stream.cancelledBy ??= role;
    stream.over.add(role);
    await this.#sides[role].cancel(id);
  }

  async #leave(role: Role): Promise<void> {
    if (!this.#ready.has(role)) return;
    this.#leaving.add(role);
    // What is opened now, the other side has not heard of.
    for (let count = 1 + this.#random.below(3); count > 0; count--) await this.#open();
    if (role === 'offerer') this.#takesStreams = false;
    await this.#sides[role].goAway();
  }

  async #takeEvents(): Promise<void> {
    for (const role of roles)
      for (const event of this.#sides[role].takeEvents()) await this.#onEvent(role, event);
  }

  async #onEvent(role: Role, event: SideEvent): Promise<void> {
    const who = `${this.#sides[role].name} (${role})`;
    check(event.type !== 'closed', `${who} closed: ${event.code} ${event.message}`);
    if (event.type === 'push') this.#pushesRead += 1;
    if (event.type === 'ready') this.#ready.add(role);
    if (event.type === 'goAway') this.#onGoAway(who, role, event.lastStream ?? 0);
    if (event.stream === undefined) return;
    const stream = this.#streams.get(event.stream);
    if (stream === undefined)
      throw new Error(`${who} tells of stream ${event.stream}, which was never opened`);
    check(
      !stream.over.has(role) || event.type === 'writable',
      `${who}: ${event.type} on a stream that is over`,
    );
    if (event.type === 'request') await this.#onRequest(event.stream, stream);
    if (event.type === 'data') this.#onData(who, role, stream, event);
    if (event.type === 'end') this.#onEnd(who, role, stream);
    if (event.type === 'reset') this.#onReset(who, role, event.stream, stream, event.code);
  }

  #onGoAway(who: string, role: Role, lastStream: number): void {
    check(this.#leaving.has(opposite[role]), `${who}: a GOAWAY that nobody said`);
    if (role === 'answerer') return;
    this.#takesStreams = false;
    for (const [id, { requested, refusedWith }] of this.#streams) {
      check(
        !requested || id <= lastStream,
        `${who}: stream ${id} was taken, but the last one is ${lastStream}`,
      );
      check(
        (refusedWith === 'refused_stream') === (id > lastStream && refusedWith !== 'resume_unsupported'),
        `${who}: GOAWAY up to ${lastStream} left stream ${id} ${refusedWith ?? 'open'}`,
      );
    }
  }

  async #onRequest(id: number, stream: StreamModel): Promise<void> {
    check(!this.#wire.resumed.has(id), 'a RESUME was taken for a request');
    check(stream.refusedWith === undefined, `stream ${id} was refused and then taken`);
    stream.requested = true;
    if (this.#random.once(3))
      check(await this.#sides.answerer.respond(id, 102), 'an interim head was refused');
    check(await this.#sides.answerer.respond(id, 200), 'a final head was refused');
    stream.responded = true;
  }

  #onData(who: string, role: Role, stream: StreamModel, { stream: id, bytes }: SideEvent): void {
    if (bytes === undefined || id === undefined) throw new Error(`${who}: data without bytes`);
    const direction = stream.directions[opposite[role]];
    check(!direction.endRead, `${who}: bytes behind the end of stream ${id}`);
    const right = Buffer.from(pieceOf(id, opposite[role], direction.read, bytes.byteLength)).equals(bytes);
    check(right, `${who}: wrong bytes on stream ${id} from ${direction.read} on`);
    direction.read += bytes.byteLength;
    direction.unconsumed += bytes.byteLength;
  }

  #onEnd(who: string, role: Role, stream: StreamModel): void {
    const direction = stream.directions[opposite[role]];
    check(!direction.endRead, `${who}: a second end`);
    direction.endRead = true;
  }

  #onReset(who: string, role: Role, id: number, stream: StreamModel, code: string | undefined): void {
    stream.over.add(role);
    if (code === 'refused_stream' || code === 'resume_unsupported') {
      const expected = code === 'refused_stream' ? this.#leaving.has('answerer') : this.#wire.resumed.has(id);
      check(role === 'offerer' && expected && !stream.requested, `${who}: stream ${id} reset with ${code}`);
      stream.refusedWith = code;
      return;
    }
    if (code === 'no_error') {
      check(
        role === 'offerer' && stream.directions.answerer.endRead,
        `${who}: no_error before the answer's end`,
      );
      return;
    }
    check(code === 'cancelled', `${who}: reset with ${code}`);
    check(stream.cancelledBy !== undefined, `${who}: a reset that nobody asked for`);
  }
}

/** A stream that nobody cancelled: the answer is whole, and the request is, unless the answer stopped the upload. */
function checkComplete(id: number, { directions, uploadStopped }: StreamModel): void {
  const { offerer, answerer } = directions;
  check(answerer.endRead && answerer.read === answerer.size, `the answer of stream ${id} is not whole`);
  check(
    uploadStopped || (offerer.endRead && offerer.read === offerer.size),
    `the request of stream ${id} is not whole`,
  );
}

function check(condition: boolean, fault: string): void {
  if (!condition) throw new Error(fault);
}
