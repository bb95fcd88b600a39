import { join, resolve } from 'node:path';
import { Process, ROOT, type Exit } from '../../../e2e/src/support/process.js';
import { temporaryFolder } from './folder.js';

/** The native binary under test. */
export const BINARY = resolve(ROOT, process.env['PANTHEON_BINARY'] ?? 'build/dev/src/cli/pantheon');

export interface ServerOptions {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** The working directory; a new empty one by default. */
  readonly folder?: string;
}

/** Many sign-ins from one address are no attack here. */
const MANY = { CONNECTS_PER_SECOND: '10000' };

/** Runs `pantheon signal` in a folder of its own, with a data folder in it. */
export function runServer({ args = [], env = {}, folder = temporaryFolder() }: ServerOptions = {}): Process {
  const data = { PANTHEON_HOME: join(folder, 'data') };
  return new Process(BINARY, ['signal', ...args], { env: { ...MANY, ...data, ...env }, cwd: folder });
}

export interface Server {
  readonly process: Process;
  /** As it printed it, for example `http://localhost:3001`. */
  readonly origin: string;
  readonly port: number;
  /** Where this machine reaches it. */
  readonly url: string;
}

/** As runServer(); resolves when it listens. */
export async function startServer(options: ServerOptions = {}): Promise<Server> {
  return await listening(runServer(options));
}

/** Resolves when the process, a server or what started one, says where it listens. */
export async function listening(child: Process): Promise<Server> {
  const [, origin = ''] = await child.line(/^Signaling on (\S+)/);
  const { protocol, hostname, port } = new URL(origin);
  const host = hostname === 'localhost' ? '127.0.0.1' : hostname;
  return { process: child, origin, port: Number(port), url: `${protocol}//${host}:${port}` };
}

/** The exit of a server that cannot start, with what it said. */
export async function failedStart(options: ServerOptions): Promise<Exit & { readonly said: string }> {
  const child = runServer(options);
  const exit = await child.exited;
  return { ...exit, said: child.stderr.join('\n') };
}
