import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Process, ROOT, type Exit } from './process.js';

/** The native binary under test. */
export const BINARY = process.env['PANTHEON_BINARY'] ?? join(ROOT, 'build/dev/src/cli/pantheon');

/** A new folder, for keys and databases of one process. */
export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'pantheon-e2e-'));
}

/** Starts a verb of the binary. */
export function startPantheon(...args: readonly string[]): Process {
  return new Process(BINARY, args);
}

export interface UpOptions {
  /** Base URLs of the engines to share. */
  readonly engines?: readonly string[];
  readonly port?: number;
  /** Kept after stop(); a new one, removed at the end, by default. */
  readonly data?: string;
  readonly args?: readonly string[];
}

/** A running `pantheon up` on loopback, alone with the engines that are named. */
export class Up {
  private constructor(
    readonly process: Process,
    /** The link it printed first: all that another device is told. */
    readonly link: string,
    readonly data: string,
    private readonly temporary: boolean,
  ) {}

  /** Starts it; resolves when it has printed a pairing link. */
  static async start({ engines = [], port = 0, data, args = [] }: UpOptions = {}): Promise<Up> {
    const folder = data ?? temporaryFolder();
    const named = engines.flatMap((url) => ['--engine', url]);
    const where = ['--bind', '127.0.0.1', '--rtc-bind', '127.0.0.1', '--port', `${port}`, '--data', folder, '--no-search'];
    const child = startPantheon('up', '--name', 'Study', ...where, ...named, ...args);
    const [, link = ''] = await child.line(LINK);
    return new Up(child, link, folder, data === undefined);
  }

  /** For example `http://127.0.0.1:40001`. */
  get origin(): string {
    return new URL(this.link).origin;
  }

  get port(): number {
    return Number(new URL(this.link).port);
  }

  /** The link that follows those it has printed by now; each works once, and the next is printed then. */
  async nextLink(): Promise<string> {
    const [, link = ''] = await this.process.line(LINK, this.process.stdout.length);
    return link;
  }

  /** The newest link. */
  newestLink(): string {
    return this.process.stdout.flatMap((line) => LINK.exec(line)?.[1] ?? []).at(-1) ?? this.link;
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<Exit> {
    const exit = await this.process.stop(signal);
    if (this.temporary) rmSync(this.data, { recursive: true, force: true });
    return exit;
  }
}

const LINK = /^\s*(http:\/\/\S+#pair=\S+)$/;
