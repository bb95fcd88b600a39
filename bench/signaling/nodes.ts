/** Measures what a signal costs that goes from one shard, or one node, to another. See README.md. */
import { existsSync, mkdtempSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import type { Running } from '../link/processes.js';
import { measure, temporaryFolder } from '../link/processes.js';
import { machine, median } from '../report.js';
import { makeCredentials, type Credentials } from './credentials.js';
import type { Measured } from './scenarios.js';
import { GENERATOR, node, onCore, pantheon, type Server } from './servers.js';

const ACCOUNTS = 500;
const [SERVER_CORE, LOAD_CORE] = ['0', '1'];
// Debian's redis-tools has the server under the name of a tool.
const REDIS = existsSync('/usr/bin/redis-server') ? '/usr/bin/redis-server' : '/usr/bin/redis-check-rdb';

const USAGE = `Usage: bench/signaling/nodes [--rounds N]

  --rounds   how often; the median is shown (3)`;

/** Servers whose clients are dealt out in turn, so that each pair of devices is on two of them where there are two. */
interface Deployment {
  readonly title: string;
  readonly server: Server;
  readonly count: number;
  readonly args: readonly string[];
  readonly redis?: true;
}

const DEPLOYMENTS: readonly Deployment[] = [
  { title: 'Pantheon, one shard', server: pantheon, count: 1, args: [] },
  { title: 'Pantheon, two shards', server: pantheon, count: 1, args: ['--shards', '2'] },
  { title: 'Pantheon, two nodes over Redis', server: pantheon, count: 2, args: [], redis: true },
  { title: 'Node, one server', server: node, count: 1, args: [] },
  { title: 'Node, two servers over Redis', server: node, count: 2, args: [], redis: true },
];

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}

async function startRedis(): Promise<{ running: Running; url: string }> {
  const port = await freePort();
  const args = ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  const running = onCore(SERVER_CORE, ['bash', '-c', 'exec -a redis-server "$0" "$@"', REDIS, ...args]);
  await running.line(/(Ready to accept connections)/);
  return { running, url: `redis://127.0.0.1:${port}` };
}

async function once(
  deployment: Deployment,
  credentials: Credentials,
  load: readonly string[],
): Promise<Measured> {
  const redis = deployment.redis ? await startRedis() : undefined;
  const data = mkdtempSync(join(credentials.folder, 'data-'));
  const args = [
    ...deployment.args,
    ...(redis && deployment.server.redis ? [deployment.server.redis, redis.url] : []),
  ];
  const started = Array.from({ length: deployment.count }, () =>
    deployment.server.start(SERVER_CORE, credentials, args, data),
  );
  try {
    const where: string[] = [];
    for (const one of started) where.push('--port', await one.line(deployment.server.port));
    const counted = [...started, ...(redis ? [redis.running] : [])];
    for (const { pid } of counted) where.push('--pid', `${pid}`);
    return await measure<Measured>('taskset', [
      '-c',
      LOAD_CORE,
      GENERATOR,
      ...load,
      ...credentials.load.key,
      ...where,
    ]);
  } finally {
    await Promise.all(started.map((one) => one.stop()));
    await redis?.running.stop();
  }
}

const COLUMNS: readonly { title: string; load: string[]; of: (m: Measured) => string }[] = [
  {
    title: 'signals per CPU s',
    load: ['relay', '--pairs', '500', '--outstanding', '8', '--bytes', '200', '--time', '5'],
    of: (m) => Math.round(m.signals_per_cpu_second ?? NaN).toLocaleString('en'),
  },
  {
    title: 'at 1,000/s: p50 / p99 ms / CPU %',
    load: ['latency', '--pairs', '500', '--rate', '1000', '--bytes', '200', '--time', '5'],
    of: (m) =>
      [m.delay_ms?.p50.toFixed(3), m.delay_ms?.p99.toFixed(2), ((m.server_cpu ?? NaN) * 100).toFixed(1)].join(
        ' / ',
      ),
  },
];

/** The run in the middle, by what the servers used. */
function middle(measured: readonly Measured[]): Measured {
  const key = (one: Measured) => one.signals_per_cpu_second ?? one.server_cpu ?? NaN;
  const wanted = median(measured.map(key));
  const sorted = [...measured].sort((a, b) => Math.abs(key(a) - wanted) - Math.abs(key(b) - wanted));
  const [first] = sorted;
  if (first === undefined) throw new Error('nothing was measured');
  return first;
}

function readRounds(): number {
  try {
    const { values } = parseArgs({
      options: { rounds: { type: 'string', default: '3' }, help: { type: 'boolean' } },
    });
    if (values.help) {
      process.stdout.write(`${USAGE}\n`);
      process.exit(0);
    }
    if (!/^[1-9]\d?$/.test(values.rounds)) throw new Error('--rounds takes a number from 1 to 99');
    return Number(values.rounds);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}\n`);
    return process.exit(64);
  }
}

async function main(): Promise<void> {
  const rounds = readRounds();
  const credentials = await makeCredentials(temporaryFolder(), ACCOUNTS, 0);
  const say = (line: string) => process.stdout.write(`${line}\n`);
  say(`Signals between shards and nodes, ${new Date().toISOString().slice(0, 10)}; medians of ${rounds}`);
  say(`${machine()}; servers and Redis on core ${SERVER_CORE}, load on core ${LOAD_CORE}\n`);
  say(`${''.padEnd(34)}${COLUMNS.map(({ title }) => title.padStart(36)).join('')}`);
  try {
    for (const deployment of DEPLOYMENTS) {
      const cells: string[] = [];
      for (const column of COLUMNS) {
        const measured: Measured[] = [];
        for (let round = 0; round < rounds; round++)
          measured.push(await once(deployment, credentials, column.load));
        const bad = measured.reduce((all, one) => all + (one.lost ?? 0) + (one.reordered ?? 0), 0);
        if (bad > 0) process.exitCode = 1;
        cells.push(`${column.of(middle(measured))}${bad > 0 ? ` (${bad} LOST OR REORDERED)` : ''}`);
      }
      say(`${deployment.title.padEnd(34)}${cells.map((cell) => cell.padStart(36)).join('')}`);
    }
  } finally {
    credentials.close();
  }
}

await main();
