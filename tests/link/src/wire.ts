import { encodeFrame, FrameReader, FrameType } from '../../../packages/client/src/link/frame.js';
import { encodeVarint, parseVarint } from '../../../packages/client/src/link/payload.js';
import type { Random } from './random.js';
import type { Role } from './side.js';

/** `key(16) offset(8)` of RESUME, `offset(8)` of STORED. */
const resumeSize = 24;
const storedSize = 8;

/**
 * The messages that lie between two sides, in order. What is put in may come out as something else that a peer of the
 * protocol could have sent: RESUME instead of a request's HEAD, STORED, credit in pieces and late.
 */
export class Wire {
  readonly #random: Random;
  readonly #messages: Readonly<Record<Role, Uint8Array[]>> = { offerer: [], answerer: [] };
  /** Frames of credit that are held back. */
  readonly #late: Readonly<Record<Role, Uint8Array[]>> = { offerer: [], answerer: [] };
  #newestStream = 0;
  /** Streams that are asked for by RESUME. */
  readonly resumed = new Set<number>();
  storedTold = 0;
  creditsHeldBack = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  /** Bytes on their way from a side. */
  bytesFrom(role: Role): number {
    return this.#messages[role].reduce((sum, message) => sum + message.byteLength, 0);
  }

  isEmptyFrom(role: Role): boolean {
    return this.#messages[role].length === 0;
  }

  /** The oldest message of a side. */
  take(from: Role): Uint8Array | undefined {
    return this.#messages[from].shift();
  }

  /** What a side composed; undefined: nothing, but what was held back may follow. */
  put(from: Role, message: Uint8Array | undefined): void {
    if (message !== undefined) this.#putFrames(from, message);
    const late = this.#late[from];
    while (late.length > 0 && this.#random.once(2)) this.#putFrame(from, late.shift());
    if (from === 'offerer' && this.#newestStream > 0 && this.#random.once(50)) this.#tellStored();
  }

  #putFrame(from: Role, frame: Uint8Array | undefined): void {
    if (frame !== undefined) this.#messages[from].push(frame);
  }

  #putFrames(from: Role, message: Uint8Array): void {
    const kept: Uint8Array[] = [];
    const apart: Uint8Array[] = [];
    const frames = new FrameReader(message.slice());
    while (frames.next()) {
      const { type, stream } = frames;
      if (type === FrameType.credit && this.#random.once(2)) {
        apart.push(this.#cutCredit(from, stream, parseVarint(frames.payload())));
      } else {
        const resumes = from === 'offerer' && type === FrameType.head && this.#opensByResume(stream);
        kept.push(
          resumes
            ? encodeFrame(FrameType.resume, stream, new Uint8Array(resumeSize).fill(stream))
            : encodeFrame(type, stream, frames.payload()),
        );
      }
    }
    if (kept.length > 0) this.#messages[from].push(Buffer.concat(kept));
    this.#messages[from].push(...apart);
  }

  #opensByResume(stream: number): boolean {
    if (stream <= this.#newestStream) return false;
    this.#newestStream = stream;
    if (!this.#random.once(12)) return false;
    this.resumed.add(stream);
    return true;
  }

  /** The first piece; the rest is held back. */
  #cutCredit(from: Role, stream: number, bytes: number): Uint8Array {
    const first = 1 + this.#random.below(bytes);
    if (first < bytes) {
      this.creditsHeldBack += 1;
      this.#late[from].push(encodeFrame(FrameType.credit, stream, encodeVarint(bytes - first)));
    }
    return encodeFrame(FrameType.credit, stream, encodeVarint(first));
  }

  #tellStored(): void {
    const stream = 1 + this.#random.below(this.#newestStream);
    this.storedTold += 1;
    this.#putFrame('offerer', encodeFrame(FrameType.stored, stream, new Uint8Array(storedSize)));
  }
}
