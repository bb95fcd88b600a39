import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Process, ROOT, type Exit } from './process.js';

/** The native binary under test. */
export const BINARY = process.env['PANTHEON_BINARY'] ?? join(ROOT, 'build/dev/src/cli/pantheon');

const folders: string[] = [];

/** A new folder, for keys and databases of one process; removed when the tests of the file are over. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'pantheon-e2e-'));
  folders.push(folder);
  return folder;
}

/** Removes all of them. */
export function removeTemporaryFolders(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

/** Starts a verb of the binary. */
export function startPantheon(...args: readonly string[]): Process {
  return new Process(BINARY, args);
}

export interface UpOptions {
  /** Base URLs of the engines to share. */
  readonly engines?: readonly string[];
  readonly port?: number;
  /** Folder of keys and database; a new one by default. */
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
  ) {}

  private readonly used = new Set<string>();

  /** Starts it; resolves when it has printed a pairing link. */
  static async start({
    engines = [],
    port = 0,
    data = temporaryFolder(),
    args = [],
  }: UpOptions = {}): Promise<Up> {
    const named = engines.flatMap((url) => ['--engine', url]);
    const where = [
      '--bind',
      '127.0.0.1',
      '--rtc-bind',
      '127.0.0.1',
      '--port',
      `${port}`,
      '--data',
      data,
      '--no-search',
    ];
    const child = startPantheon('up', '--name', 'Study', ...where, ...named, ...args);
    const [, link = ''] = await child.line(LINK);
    return new Up(child, link, data);
  }

  /** For example `http://127.0.0.1:40001`. */
  get origin(): string {
    return new URL(this.link).origin;
  }

  get port(): number {
    return Number(new URL(this.link).port);
  }

  /** The newest link of which no other device has been told; each works once, and the next is printed then. */
  async nextLink(): Promise<string> {
    for (let line = 0; ; line++) {
      const [, link = ''] = await this.process.line(LINK, line);
      line = this.process.stdout.findIndex((text) => text.includes(link));
      if (this.used.has(link)) continue;
      this.used.add(link);
      return link;
    }
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<Exit> {
    return await this.process.stop(signal);
  }
}

const LINK = /^\s*(http:\/\/\S+#pair=\S+)$/;

/** Starts `pantheon signal --dev` on a free loopback port: tokens of the form `dev:<account>` are accepted. */
export async function startSignal(
  ...flags: readonly string[]
): Promise<{ readonly process: Process; readonly origin: string }> {
  const where = ['--bind', '127.0.0.1', '--port', '0', '--data', temporaryFolder(), '--no-stun'];
  const child = startPantheon('signal', '--dev', ...where, ...flags);
  const [, origin = ''] = await child.line(/^Signaling on (\S+)/);
  return { process: child, origin };
}

/** Starts `pantheon host` in a development account; resolves when it is signed in. */
export async function startHost(origin: string, account: string, engine: string): Promise<Process> {
  const where = [
    '--server',
    origin,
    '--token',
    `dev:${account}`,
    '--rtc-bind',
    '127.0.0.1',
    '--data',
    temporaryFolder(),
  ];
  const child = startPantheon(
    'host',
    '--name',
    'Study',
    '--no-stun',
    '--no-search',
    '--engine',
    engine,
    ...where,
  );
  await child.line(/^ {2}Server/);
  return child;
}
