import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import process from 'node:process';
import { promisify } from 'node:util';

const BUILD = process.env['PANTHEON_BENCH_BUILD'] ?? 'build/release';
const LIMIT_MS = 300_000;
const run = promisify(execFile);

export const TOOLS = {
  pantheon: join(BUILD, 'src/cli/pantheon'),
  engine: join(BUILD, 'bench/paced_engine'),
  bare: join(BUILD, 'bench/bare_channel'),
  /** The same over libdatachannel as it was released, without our patches. */
  released: join(`${BUILD}-unpatched`, 'bench/bare_channel'),
  client: join(BUILD, 'bench/link_client'),
};

/** Runs a tool to its end; gives the JSON of its last line. */
export async function measure<Result>(tool: string, args: readonly string[]): Promise<Result> {
  const { stdout } = await run(tool, args, { timeout: LIMIT_MS });
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Result;
}

/** A tool that runs until it is stopped. */
export class Running {
  private readonly lines: string[] = [];
  private wake: () => void = () => undefined;
  private used = 0;

  private readonly child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.child = child;
  }

  static start(tool: string, args: readonly string[]): Running {
    const child = spawn(tool, args, {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, NO_COLOR: '1' },
    });
    const running = new Running(child);
    createInterface({ input: child.stdout }).on('line', (line) => {
      running.lines.push(line);
      running.wake();
    });
    child.on('close', () => running.wake());
    return running;
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** The first match in a line that no earlier call has passed. */
  async line(pattern: RegExp): Promise<string> {
    for (;;) {
      for (const line of this.lines.slice(this.used)) {
        this.used++;
        const found = pattern.exec(line)?.[1];
        if (found !== undefined) return found;
      }
      if (this.child.exitCode !== null)
        throw new Error(`${this.child.spawnfile} ended without ${String(pattern)}`);
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null) return;
    const ended = new Promise((resolve) => this.child.on('close', resolve));
    this.child.kill('SIGTERM');
    await ended;
  }
}

/** A folder that is gone after the run. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'pantheon-bench-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
