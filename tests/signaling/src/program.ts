import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const BINARY = resolve(ROOT, process.env['PANTHEON_BINARY'] ?? 'build/dev/src/cli/pantheon');

/** A running program whose lines can be awaited. */
export class Program {
  readonly lines: string[] = [];
  private readonly child: ChildProcess;
  private readonly ended: Promise<void>;
  private wake: () => void = () => undefined;
  private over = false;

  constructor(command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    this.child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NO_COLOR: '1', ...env },
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      if (stream === null) continue;
      createInterface({ input: stream }).on('line', (line) => {
        this.lines.push(line);
        this.wake();
      });
    }
    this.ended = new Promise((resolve, reject) => {
      this.child.on('error', reject);
      this.child.on('close', () => {
        this.over = true;
        this.wake();
        resolve();
      });
    });
    this.ended.catch(() => this.wake());
  }

  /** The first match in a line, come or to come. Throws when the program ends without one. */
  async line(pattern: RegExp): Promise<RegExpExecArray> {
    for (let next = 0; ; next++) {
      while (next >= this.lines.length) {
        if (this.over) throw new Error(`ended without ${String(pattern)}:\n${this.lines.join('\n')}`);
        await Promise.race([new Promise<void>((resolve) => (this.wake = resolve)), this.ended]);
      }
      const match = pattern.exec(this.lines[next] ?? '');
      if (match !== null) return match;
    }
  }

  async stop(): Promise<void> {
    if (!this.over) this.child.kill('SIGTERM');
    await this.ended;
  }

  /** How it ended; null while it runs, or when a signal killed it. */
  get exitCode(): number | null {
    return this.child.exitCode;
  }
}

/** A `pantheon signal --dev` of its own on loopback. */
export class Signal {
  private readonly program: Program;
  private readonly data: string;
  /** For example `http://127.0.0.1:40001`. */
  readonly origin: string;

  private constructor(program: Program, data: string, origin: string) {
    this.program = program;
    this.data = data;
    this.origin = origin;
  }

  static async start(...args: readonly string[]): Promise<Signal> {
    const data = mkdtempSync(join(tmpdir(), 'pantheon-signaling-'));
    const where = ['--bind', '127.0.0.1', '--port', '0', '--data', data];
    const program = new Program(BINARY, ['signal', '--dev', ...where, ...args]);
    const [, origin = ''] = await program.line(/^Signaling on (\S+)/);
    return new Signal(program, data, origin);
  }

  /** All it has said and logged. */
  get output(): string {
    return this.program.lines.join('\n');
  }

  async stop(): Promise<void> {
    await this.program.stop();
    rmSync(this.data, { recursive: true, force: true });
  }

  /** See Program. */
  get exitCode(): number | null {
    return this.program.exitCode;
  }

  async health(): Promise<unknown> {
    return await (await fetch(`${this.origin}/health`)).json();
  }

  /** What `POST /turn-token` answers to a development account. */
  async turnToken(account: string): Promise<TurnToken> {
    const headers = { authorization: `Bearer dev:${account}` };
    const response = await fetch(`${this.origin}/turn-token`, { method: 'POST', headers });
    return (await response.json()) as TurnToken;
  }
}

export interface TurnServer {
  readonly urls: readonly string[];
  readonly username?: string;
  readonly credential?: string;
}

export interface TurnToken {
  readonly ice_servers: readonly TurnServer[];
  readonly ttl: number;
}

/** A loopback port that was free a moment ago, for programs that cannot choose one themselves. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
