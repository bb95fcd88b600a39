import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Process, ROOT, type Exit } from './process.js';

/** The native binary under test. */
export const BINARY = resolve(ROOT, process.env['PANTHEON_BINARY'] ?? 'build/dev/src/cli/pantheon');

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

/** The same in a terminal of its own: what is typed is read from there, and Ctrl-C (`\x03`) is a signal. */
export function startInTerminal(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Process {
  const words = [BINARY, ...args].map((word) => `'${word.replaceAll("'", `'\\''`)}'`);
  return new Process('script', ['-qefc', `exec ${words.join(' ')}`, '/dev/null'], { env });
}

export interface HomeOptions {
  /** Base URLs of the engines to share. */
  readonly engines?: readonly string[];
  /** Also looks for others where engines usually are. */
  readonly search?: boolean;
  readonly port?: number;
  /** Folder of keys and database; a new one by default. */
  readonly data?: string;
}

/** The arguments of `pantheon up` on loopback, alone with the engines that are named. */
export function atHome({
  engines = [],
  search = false,
  port = 0,
  data = temporaryFolder(),
}: HomeOptions = {}): readonly string[] {
  const where = ['--bind', '127.0.0.1', '--rtc-bind', '127.0.0.1', '--port', `${port}`, '--data', data];
  const named = engines.flatMap((url) => ['--engine', url]);
  return ['up', '--name', 'Study', ...where, ...(search ? [] : ['--no-search']), ...named];
}

/** The first pairing link that a process prints, from line number `from` on. */
export async function pairingLink(process: Process, from = 0): Promise<string> {
  const [, link = ''] = await process.line(LINK, from);
  return link;
}

export interface UpOptions extends HomeOptions {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** A running `pantheon up` on loopback, alone with the engines that are named. */
export class Up {
  readonly process: Process;
  /** The link it printed first: all that another device is told. */
  readonly link: string;
  readonly data: string;

  private constructor(process: Process, link: string, data: string) {
    this.process = process;
    this.link = link;
    this.data = data;
  }

  private readonly used = new Set<string>();

  /** Starts it; resolves when it has printed a pairing link. */
  static async start({
    args = [],
    env = {},
    data = temporaryFolder(),
    ...home
  }: UpOptions = {}): Promise<Up> {
    const child = new Process(BINARY, [...atHome({ ...home, data }), ...args], { env });
    return new Up(child, await pairingLink(child), data);
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
export async function startHost(
  origin: string,
  account: string,
  engine: string,
  data = temporaryFolder(),
): Promise<Process> {
  const where = ['--server', origin, '--token', `dev:${account}`, '--rtc-bind', '127.0.0.1', '--data', data];
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
