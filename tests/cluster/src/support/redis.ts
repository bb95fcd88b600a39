import { existsSync } from 'node:fs';
import { createClient, type RedisClientType } from 'redis';
import { Program, freePort } from './process.js';

const clients: RedisClientType[] = [];

// Debian's redis-tools has the server under the name of a tool, and brings no daemon along.
const BINARY = existsSync('/usr/bin/redis-server') ? '/usr/bin/redis-server' : '/usr/bin/redis-check-rdb';

/** How a server that speaks TLS is set up: arguments beside the port, and its address without that. */
export interface Secured {
  readonly args: readonly string[];
  readonly login: string;
}

/** A Redis server of its own, without persistence. */
export class Redis {
  readonly port: number;
  private program: Program;
  private readonly secured: Secured | undefined;

  private constructor(port: number, program: Program, secured?: Secured) {
    this.port = port;
    this.program = program;
    this.secured = secured;
  }

  static async start(secured?: Secured): Promise<Redis> {
    const port = await freePort();
    return new Redis(port, await launch(port, secured), secured);
  }

  get url(): string {
    if (this.secured === undefined) return `redis://127.0.0.1:${this.port}`;
    return `rediss://${this.secured.login}@127.0.0.1:${this.port}`;
  }

  /** Ends it at once. */
  async stop(): Promise<void> {
    await this.program.stop('SIGKILL');
  }

  /** Back on the same port, empty. */
  async restart(): Promise<void> {
    this.program = await launch(this.port, this.secured);
  }
}

async function launch(port: number, secured?: Secured): Promise<Program> {
  const where =
    secured === undefined ? ['--port', `${port}`] : ['--port', '0', '--tls-port', `${port}`, ...secured.args];
  const args = [...where, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  const program = new Program(BINARY, args, 'redis-server');
  await program.line(/Ready to accept connections/);
  return program;
}

/** A connected client of the official package. */
export async function redisClient(redis: Redis): Promise<RedisClientType> {
  const client: RedisClientType = createClient({ url: redis.url });
  client.on('error', () => undefined); // the tests that stop Redis expect it
  await client.connect();
  clients.push(client);
  return client;
}

/** Closes every client. */
export async function quitClients(): Promise<void> {
  await Promise.all(clients.splice(0).map((client) => client.quit()));
}
