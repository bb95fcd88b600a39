import { existsSync } from 'node:fs';
import { createClient, type RedisClientType } from 'redis';
import { Program, freePort } from './process.js';

// Debian's redis-tools has the server under the name of a tool, and brings no daemon along.
const BINARY = existsSync('/usr/bin/redis-server') ? '/usr/bin/redis-server' : '/usr/bin/redis-check-rdb';

/** A Redis server of its own, without persistence. */
export class Redis {
  private constructor(
    readonly port: number,
    private program: Program,
  ) {}

  static async start(): Promise<Redis> {
    const port = await freePort();
    return new Redis(port, await launch(port));
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** Ends it at once. */
  async stop(): Promise<void> {
    await this.program.stop('SIGKILL');
  }

  /** Back on the same port, empty. */
  async restart(): Promise<void> {
    this.program = await launch(this.port);
  }
}

async function launch(port: number): Promise<Program> {
  const args = ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  const program = new Program(BINARY, args, 'redis-server');
  await program.line(/Ready to accept connections/);
  return program;
}

/** A connected client of the official package; close it with `quit()`. */
export async function redisClient(redis: Redis): Promise<RedisClientType> {
  const client: RedisClientType = createClient({ url: redis.url });
  client.on('error', () => undefined); // the tests that stop Redis expect it
  await client.connect();
  return client;
}
