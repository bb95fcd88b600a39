import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readVectors, type VectorSides } from '../../../packages/client/src/link/testing/vectors.js';
import type { Side, SideEvent, SideSettings } from './side.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
/** The native program; `PANTHEON_BUILD_DIR` names another build folder than the development one, from the root of the project. */
const buildDir = resolve(ROOT, process.env['PANTHEON_BUILD_DIR'] ?? 'build/dev');
const program = `${buildDir}/tests/link/link_peer`;

/** Operations of link_peer.cpp, in its order. */
const operations = [
  'start',
  'receive',
  'tick',
  'compose',
  'open',
  'respond',
  'write',
  'end',
  'reset',
  'consumed',
  'push',
  'goAway',
] as const;
type Operation = (typeof operations)[number];

/** Code of `cancelled` in docs/link-protocol.md. */
const cancelledCode = 12;

interface Answer {
  readonly result: number | string | boolean | null;
  readonly events: readonly (SideEvent & { readonly length?: number })[];
  readonly openStreams: number;
}

/** The C++ implementation, driven call by call over the standard input and output of link_peer. */
export class NativeSide implements Side {
  readonly name = 'C++';
  readonly #program: ChildProcessWithoutNullStreams;
  #received = Buffer.alloc(0);
  #waiting: { resolve: (answer: Buffer) => void; reject: (error: Error) => void } | undefined;
  #events: SideEvent[] = [];
  #openStreams = 0;

  private constructor() {
    if (!existsSync(program))
      throw new Error(`${program} is missing: run "make test", or build the target link_peer`);
    this.#program = spawn(program, { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#program.stderr.pipe(process.stderr);
    this.#program.stdout.on('data', (bytes: Buffer) => this.#onBytes(bytes));
    this.#program.on('exit', (code, signal) =>
      this.#waiting?.reject(new Error(`link_peer ended: ${code ?? signal}`)),
    );
  }

  static async start(settings: SideSettings, nowMs: number): Promise<NativeSide> {
    const side = new NativeSide();
    const { account, offerer, answerer } = readVectors<VectorSides>('handshake');
    const text = JSON.stringify({ ...settings, sides: { account, offerer, answerer } });
    await side.#call('start', [nowMs], Buffer.from(text));
    return side;
  }

  /** Ends the program. */
  stop(): Promise<number | null> {
    const exited = new Promise<number | null>((resolve) => this.#program.on('exit', resolve));
    this.#program.stdin.end();
    return exited;
  }

  async receive(message: Uint8Array, nowMs: number): Promise<void> {
    await this.#call('receive', [nowMs], message);
  }

  async tick(nowMs: number): Promise<void> {
    await this.#call('tick', [nowMs]);
  }

  async compose(bufferedBytes: number, nowMs: number): Promise<Uint8Array | undefined> {
    const { bytes } = await this.#call('compose', [nowMs, bufferedBytes]);
    return bytes.byteLength === 0 ? undefined : bytes;
  }

  async open(): Promise<number | string> {
    const { result } = await this.#call('open', []);
    return typeof result === 'number' ? result : String(result);
  }

  async respond(stream: number, status: number): Promise<boolean> {
    return (await this.#call('respond', [stream, status])).result === true;
  }

  async write(stream: number, bytes: Uint8Array): Promise<number> {
    return Number((await this.#call('write', [stream], bytes)).result);
  }

  async end(stream: number): Promise<void> {
    await this.#call('end', [stream]);
  }

  async cancel(stream: number): Promise<void> {
    await this.#call('reset', [stream, cancelledCode]);
  }

  async consumed(stream: number, bytes: number): Promise<void> {
    await this.#call('consumed', [stream, bytes]);
  }

  async push(): Promise<boolean> {
    return (await this.#call('push', [])).result === true;
  }

  async goAway(): Promise<void> {
    await this.#call('goAway', []);
  }

  openStreams(): number {
    return this.#openStreams;
  }

  takeEvents(): SideEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }

  async #call(
    operation: Operation,
    numbers: number[],
    bytes: Uint8Array = new Uint8Array(0),
  ): Promise<Answer & { bytes: Buffer }> {
    const request = Buffer.alloc(5 + 4 * numbers.length);
    request.writeUInt32BE(1 + 4 * numbers.length + bytes.byteLength);
    request.writeUInt8(operations.indexOf(operation), 4);
    numbers.forEach((value, index) => request.writeUInt32BE(value, 5 + 4 * index));
    const answered = new Promise<Buffer>((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
    this.#program.stdin.write(Buffer.concat([request, bytes]));
    const answer = await answered;
    const jsonLength = answer.readUInt32BE(0);
    const parsed = JSON.parse(answer.toString('utf8', 4, 4 + jsonLength)) as Answer;
    return { ...parsed, bytes: this.#note(parsed, answer.subarray(4 + jsonLength)) };
  }

  /** Keeps the events with their bytes; returns the bytes that belong to none. */
  #note({ events, openStreams }: Answer, bytes: Buffer): Buffer {
    let rest = bytes;
    for (const { length, ...event } of events) {
      this.#events.push(length === undefined ? event : { ...event, bytes: rest.subarray(0, length) });
      rest = rest.subarray(length ?? 0);
    }
    this.#openStreams = openStreams;
    return rest;
  }

  #onBytes(bytes: Buffer): void {
    this.#received = Buffer.concat([this.#received, bytes]);
    if (this.#received.byteLength < 4) return;
    const length = this.#received.readUInt32BE(0);
    if (this.#received.byteLength < 4 + length) return;
    const answer = this.#received.subarray(4, 4 + length);
    this.#received = this.#received.subarray(4 + length);
    this.#waiting?.resolve(answer);
  }
}
