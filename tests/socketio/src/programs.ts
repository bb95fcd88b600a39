import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
/** The native programs under test; `PANTHEON_BUILD_DIR` names another build folder than the development one, from the root of the project. */
const buildDir = resolve(ROOT, process.env['PANTHEON_BUILD_DIR'] ?? 'build/dev');

async function end(child: ChildProcessWithoutNullStreams): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  await gone;
}

/** A native server on a free port. */
class NativeServer {
  private readonly child: ChildProcessWithoutNullStreams;
  /** For example `http://127.0.0.1:40001`. */
  readonly url: string;

  protected constructor(child: ChildProcessWithoutNullStreams, url: string) {
    this.child = child;
    this.url = url;
  }

  /** Starts a program; resolves when it listens. */
  protected static async launch(
    program: string,
    flags: string[],
  ): Promise<[ChildProcessWithoutNullStreams, string]> {
    const child = spawn(`${buildDir}/${program}`, flags);
    child.stderr.pipe(process.stderr);
    const lines = createInterface({ input: child.stdout });
    const [line] = (await once(lines, 'line')) as [string];
    return [child, line.replace('listening on ', '')];
  }

  get webSocketUrl(): string {
    return this.url.replace('http', 'ws');
  }

  get alive(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  async stop(): Promise<void> {
    await end(this.child);
  }
}

/** The echo server of examples/socketio_echo. */
export class EchoServer extends NativeServer {
  static async start(...flags: string[]): Promise<EchoServer> {
    return new EchoServer(
      ...(await NativeServer.launch('examples/socketio_echo/socketio_echo', ['--port', '0', ...flags])),
    );
  }
}

/** The server of server_program.cpp. */
export class FeatureServer extends NativeServer {
  static async start(...flags: string[]): Promise<FeatureServer> {
    return new FeatureServer(...(await NativeServer.launch('tests/socketio/socketio_server', flags)));
  }
}

/** One line of the client program's output. */
export interface Line {
  type: string;
  [field: string]: unknown;
}

/** The native client, driven over standard input and output. */
export class NativeClient {
  private readonly seen: Line[] = [];
  private wake: (() => void) | undefined;

  private readonly child: ChildProcessWithoutNullStreams;

  private constructor(child: ChildProcessWithoutNullStreams) {
    this.child = child;

    child.stderr.pipe(process.stderr);
    createInterface({ input: child.stdout }).on('line', (line) => {
      this.seen.push(JSON.parse(line) as Line);
      this.wake?.();
    });
  }

  static start(url: string, ...flags: string[]): NativeClient {
    return new NativeClient(spawn(`${buildDir}/tests/socketio/socketio_client`, ['--url', url, ...flags]));
  }

  send(command: object): void {
    this.child.stdin.write(`${JSON.stringify(command)}\n`);
  }

  /** The next line of this type; lines of other types before it are dropped. */
  async next(type: string): Promise<Line> {
    for (;;) {
      const at = this.seen.findIndex((line) => line.type === type);
      const found = this.seen[at];
      if (found !== undefined) {
        this.seen.splice(0, at + 1);
        return found;
      }
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
  }

  async stop(): Promise<void> {
    await end(this.child);
  }
}
