import { spawn, type ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

/** Root folder of the project. */
export const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));

/** How a process ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface ProcessOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** The working directory; ours by default. */
  readonly cwd?: string;
  /** In a process group of its own, as a shell starts a command. */
  readonly group?: boolean;
}

const MAX_LINES = 10_000;
const started = new Set<Process>();

/** A child process whose lines can be awaited. It has a pipe as standard input, so that what watches it ends with us. */
export class Process {
  /** Resolves when the process has ended and its output is read. */
  readonly exited: Promise<Exit>;
  readonly stdout: string[] = [];
  readonly stderr: string[] = [];
  private readonly child: ChildProcess;
  private readonly waiting = new Set<() => void>();
  private exit: Exit | undefined;

  constructor(command: string, args: readonly string[], { env = {}, cwd, group }: ProcessOptions = {}) {
    const child = spawn(command, args, {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, NO_COLOR: '1', ...env },
      cwd,
      detached: group === true,
    });
    this.child = child;
    started.add(this);
    this.read(child.stdout, this.stdout);
    this.read(child.stderr, this.stderr);
    this.exited = new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code, signal) => {
        this.exit = { code, signal };
        resolve(this.exit);
        this.wake();
      });
    });
    this.exited.catch(() => undefined); // whoever awaits a line or the end sees it
  }

  get pid(): number {
    return this.child.pid ?? -1;
  }

  get running(): boolean {
    return this.exit === undefined;
  }

  /** All it has said, for messages of failed tests. */
  get output(): string {
    return [...this.stdout, ...this.stderr].join('\n');
  }

  /** The first match in a line of standard output, from line number `from` on. Throws when the process ends without one. */
  async line(pattern: RegExp, from = 0): Promise<RegExpExecArray> {
    return await this.lineOf(this.stdout, pattern, from);
  }

  /** The same in standard error, where logs go. */
  async logLine(pattern: RegExp, from = 0): Promise<RegExpExecArray> {
    return await this.lineOf(this.stderr, pattern, from);
  }

  private async lineOf(lines: readonly string[], pattern: RegExp, from: number): Promise<RegExpExecArray> {
    let next = from;
    for (;;) {
      for (; next < lines.length; next++) {
        const match = pattern.exec(lines[next] ?? '');
        if (match !== null) return match;
      }
      if (this.exit !== undefined) throw new Error(`ended without ${String(pattern)}:\n${this.output}`);
      await new Promise<void>((resolve) => this.waiting.add(resolve));
    }
  }

  /** Sends a signal. */
  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Sends a signal to its group, of which it is the first, as Ctrl-C does; resolves when the process has ended. */
  async stopGroup(signal: NodeJS.Signals): Promise<Exit> {
    process.kill(-this.pid, signal);
    return await this.exited;
  }

  /** Writes to its standard input. */
  type(text: string): void {
    this.child.stdin?.write(text);
  }

  /** Sends a signal; resolves when the process has ended. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<Exit> {
    if (this.running) this.child.kill(signal);
    return await this.exited;
  }

  private read(stream: Readable | null, lines: string[]): void {
    if (stream === null) return;
    createInterface({ input: stream }).on('line', (line) => {
      if (lines.length < MAX_LINES) lines.push(line);
      this.wake();
    });
  }

  private wake(): void {
    const waiting = [...this.waiting];
    this.waiting.clear();
    for (const resolve of waiting) resolve();
  }
}

/** Ends every process that is still running. */
export async function stopAllProcesses(): Promise<void> {
  const all = [...started];
  started.clear();
  await Promise.allSettled(all.map((child) => child.stop()));
}

/** Whether a process of this id exists. */
export function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Process ids of the children of a process, and theirs. */
export function descendants(pid: number): readonly number[] {
  const parents = readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const [, parent = ''] = /\) \S (\d+)/.exec(readFileSync(`/proc/${name}/stat`, 'utf8')) ?? [];
      return [{ pid: Number(name), parent: Number(parent) }];
    } catch {
      return []; // it ended while we looked
    }
  });
  const children = parents.filter(({ parent }) => parent === pid).map((child) => child.pid);
  return children.flatMap((child) => [child, ...descendants(child)]);
}
