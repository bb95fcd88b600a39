import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { atTheEnd } from './cleanup.js';

export const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));
const BINARY = resolve(ROOT, process.env['PANTHEON_BINARY'] ?? 'build/dev/src/cli/pantheon');

/** A new folder that is removed in the end. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'pantheon-sign-in-'));
  atTheEnd(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

/** A child process whose output, of both kinds, can be waited for. */
export class Program {
  readonly lines: string[] = [];
  /** The exit code, when it has ended and its output is read. */
  readonly ended: Promise<number | null>;
  private readonly waiting = new Set<() => void>();

  private readonly child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.child = child;

    for (const stream of [child.stdout, child.stderr]) {
      if (stream === null) continue;
      createInterface({ input: stream }).on('line', (line) => {
        this.lines.push(line);
        for (const wake of this.waiting) wake();
      });
    }
    this.ended = new Promise((resolve) => {
      child.once('close', (code) => {
        resolve(code);
        for (const wake of this.waiting) wake();
      });
    });
    atTheEnd(() => this.stop());
  }

  static start(
    command: string,
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
    cwd?: string,
  ): Program {
    return new Program(
      spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ['pipe', 'pipe', 'pipe'] }),
    );
  }

  get output(): string {
    return this.lines.join('\n');
  }

  /** The first line that fits, also one that came before; an error when the program ends without it. */
  async line(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      for (const line of this.lines) {
        const found = pattern.exec(line);
        if (found !== null) return found;
      }
      if (this.child.exitCode !== null || this.child.signalCode !== null) {
        await this.ended;
        if (!this.lines.some((line) => pattern.test(line)))
          throw new Error(`ended without ${String(pattern)}:\n${this.output}`);
        continue;
      }
      await new Promise<void>((resolve) => {
        this.waiting.add(resolve);
      });
      this.waiting.clear();
    }
  }

  async stop(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill('SIGTERM');
    await this.ended;
  }
}

export type Settings = Readonly<Record<string, string>>;

/** Starts `pantheon signal` with these environment variables, or lets it refuse to start. */
export function startSignalProgram(settings: Settings, ...args: readonly string[]): Program {
  const where = ['--bind', '127.0.0.1', '--port', '0', '--data', temporaryFolder(), '--no-stun'];
  return Program.start(BINARY, ['signal', ...where, ...args], settings);
}

/** A signaling server that has started. */
export interface Signal {
  readonly url: string;
  readonly program: Program;
}

export async function startSignal(settings: Settings, ...args: readonly string[]): Promise<Signal> {
  const program = startSignalProgram(settings, ...args);
  const [, url = ''] = await program.line(/^Signaling on (\S+)/);
  return { url, program };
}

/** Starts `pantheon host`, signed in with a token, or one in a file; without an engine, but for what more options name. */
export function startHost(
  url: string,
  token: string | { readonly file: string },
  more: readonly string[] = [],
): Program {
  const options = ['--server', url, '--no-search', '--no-stun', '--rtc-bind', '127.0.0.1', ...more];
  return Program.start(BINARY, ['host', '--name', 'Study', '--data', temporaryFolder(), ...options], {
    ...(typeof token === 'string' ? { PANTHEON_TOKEN: token } : { PANTHEON_TOKEN_FILE: token.file }),
  });
}
