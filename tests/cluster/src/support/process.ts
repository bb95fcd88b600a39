import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** Root folder of the project. */
export const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));

const running = new Set<Program>();

/** A child process whose lines can be awaited. */
export class Program {
  readonly lines: string[] = [];
  readonly exited: Promise<number | null>;
  private readonly child: ChildProcess;
  private readonly waiting = new Set<() => void>();
  private ended = false;

  constructor(command: string, args: readonly string[], argv0?: string) {
    this.child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NO_COLOR: '1' },
      ...(argv0 === undefined ? {} : { argv0 }),
    });
    running.add(this);
    for (const stream of [this.child.stdout, this.child.stderr]) {
      if (stream === null) continue;
      createInterface({ input: stream }).on('line', (line) => {
        this.lines.push(line);
        this.wake();
      });
    }
    this.exited = new Promise((resolve, reject) => {
      this.child.on('error', reject);
      this.child.on('close', (code) => {
        this.ended = true;
        running.delete(this);
        resolve(code);
        this.wake();
      });
    });
    this.exited.catch(() => undefined); // whoever awaits a line sees it
  }

  /** The first match in a line; throws when the program ends without one. */
  async line(pattern: RegExp): Promise<RegExpExecArray> {
    for (let next = 0; ;) {
      for (; next < this.lines.length; next++) {
        const match = pattern.exec(this.lines[next] ?? '');
        if (match !== null) return match;
      }
      if (this.ended) throw new Error(`ended without ${String(pattern)}:\n${this.lines.join('\n')}`);
      await new Promise<void>((resolve) => this.waiting.add(resolve));
    }
  }

  signal(name: NodeJS.Signals): void {
    this.child.kill(name);
  }

  async stop(name: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    if (!this.ended) this.child.kill(name);
    return await this.exited;
  }

  private wake(): void {
    const waiting = [...this.waiting];
    this.waiting.clear();
    for (const resolve of waiting) resolve();
  }
}

/** Ends every program that is still running. */
export async function stopAll(): Promise<void> {
  await Promise.all(
    [...running].map((program) => {
      program.signal('SIGCONT');
      return program.stop('SIGKILL');
    }),
  );
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
