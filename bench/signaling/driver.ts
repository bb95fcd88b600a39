/** Measures `pantheon signal` beside Node's socket.io and socketioxide, and prints one table. See README.md. */
import { cpus } from 'node:os';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { measure, temporaryFolder } from '../link/processes.js';
import { machine, median } from '../report.js';
import { makeCredentials, type Credentials } from './credentials.js';
import { SCENARIOS, type Measured, type Row, type Scenario } from './scenarios.js';
import { GENERATOR, servers, type Server } from './servers.js';

const ACCOUNTS = 500;
const TOKENS = 5000;
const SATURATED = 0.95;

type Results = ReadonlyMap<Server['name'], Measured[]>;

const USAGE = `Usage: bench/signaling/run [--only SCENARIO]... [--server NAME]... [--rounds N] [--quick] [--cores SERVER,LOAD]

  --only     one of ${SCENARIOS.map(({ name }) => name).join(', ')}
  --server   Pantheon, Node or socketioxide
  --rounds   how often; the median is shown (3, with --quick 1)
  --quick    smaller loads
  --cores    of the server and of the load (0,1)`;

function readOptions() {
  try {
    return parseArgs({
      options: {
        only: { type: 'string', multiple: true, default: [] },
        server: { type: 'string', multiple: true, default: [] },
        rounds: { type: 'string' },
        quick: { type: 'boolean', default: false },
        cores: { type: 'string', default: '0,1' },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}\n`);
    process.exit(64);
  }
}

const options = readOptions();
if (options.help) {
  process.stdout.write(`${USAGE}\n`);
  process.exit(0);
}
const rounds = Number(options.rounds ?? (options.quick ? 1 : 3));
const [serverCore = '0', generatorCore = '1'] = options.cores.split(',');

function say(line = ''): void {
  process.stdout.write(`${line}\n`);
}

async function once(server: Server, scenario: Scenario, credentials: Credentials): Promise<Measured> {
  const running = server.start(serverCore, credentials);
  try {
    const where = ['--port', await running.line(server.port), '--pid', `${running.pid}`];
    const args = [...scenario.args(options.quick), ...credentials.load[scenario.signIn], ...where];
    return await measure<Measured>('taskset', ['-c', generatorCore, GENERATOR, ...args]);
  } finally {
    await running.stop();
  }
}

/** Each round has all servers, each time another one first. */
async function run(
  scenario: Scenario,
  compared: readonly Server[],
  credentials: Credentials,
): Promise<Results> {
  const results = new Map<Server['name'], Measured[]>(compared.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    const turn = round % compared.length;
    for (const server of [...compared.slice(turn), ...compared.slice(0, turn)]) {
      results.get(server.name)?.push(await once(server, scenario, credentials));
    }
  }
  return results;
}

const figureOf = (row: Row, measured: readonly Measured[] = []) =>
  median(measured.map((one) => row.of(one) ?? NaN));

function verdict(row: Row, name: 'Node' | 'socketioxide', ratio: number): string {
  const goal = name === 'Node' ? row.toNode : row.toSocketioxide;
  if (goal === undefined || Number.isNaN(ratio)) return '';
  const met = row.less ? ratio <= goal : ratio >= goal;
  return ` (${row.less ? '<=' : '>='} ${Number(goal.toFixed(3))}${met ? '' : ', MISSED'})`;
}

function sayRow(row: Row, results: Results): void {
  const figures = (['Pantheon', 'Node', 'socketioxide'] as const).map((name) =>
    figureOf(row, results.get(name)),
  );
  const [ours = NaN, node = NaN, socketioxide = NaN] = figures;
  const text = (value: number) =>
    Number.isNaN(value)
      ? '-'
      : value.toLocaleString('en', { minimumFractionDigits: row.digits, maximumFractionDigits: row.digits });
  const ratio = (name: 'Node' | 'socketioxide', other: number) =>
    Number.isNaN(other / ours) ? '-' : `${(ours / other).toFixed(2)}${verdict(row, name, ours / other)}`;
  const cells = figures.map((value) => text(value).padStart(12)).join(' ');
  say(
    `${row.title.padEnd(56)} ${cells}   ${ratio('Node', node).padEnd(22)} ${ratio('socketioxide', socketioxide)}`,
  );
}

/** What would make the figures worthless; gives whether there is anything. */
function sayFaults(scenario: Scenario, results: Results): boolean {
  let faulty = false;
  for (const [name, measured] of results) {
    const sum = (of: (one: Measured) => number | undefined) =>
      measured.reduce((all, one) => all + (of(one) ?? 0), 0);
    const [lost, reordered, retries] = [sum((m) => m.lost), sum((m) => m.reordered), sum((m) => m.retries)];
    if (lost + reordered > 0) say(`  ${name}: ${lost} LOST, ${reordered} REORDERED`);
    if (retries > 0) say(`  ${name}: ${retries} connects broke off and were made again`);
    const busy = Math.max(...measured.map((one) => one.generator_cpu ?? 0));
    const share = Math.max(...measured.map((one) => one.server_cpu ?? 0));
    if (busy > SATURATED && !scenario.neverSleeps && share < SATURATED)
      say(`  ${name}: the generator was the limit (${(busy * 100).toFixed(0)} % of its core)`);
    faulty ||= lost + reordered > 0;
  }
  const shares = [...results].map(([name, measured]) => {
    const percent = (of: (one: Measured) => number | undefined) =>
      (median(measured.map((one) => of(one) ?? NaN)) * 100).toFixed(0);
    return `${name} ${percent((m) => m.server_cpu)}/${percent((m) => m.generator_cpu)}`;
  });
  if (scenario.name !== 'idle') say(`  CPU of server/generator, %: ${shares.join(', ')}`);
  return faulty;
}

async function main(): Promise<void> {
  if (cpus().length < 2)
    throw new Error('two processor cores are needed: one for the server, one for the load');
  const unknown = options.only.filter((name) => !SCENARIOS.some((scenario) => scenario.name === name));
  if (unknown.length > 0)
    throw new Error(
      `no scenario ${unknown.join(', ')}; there are ${SCENARIOS.map(({ name }) => name).join(', ')}`,
    );
  const wanted = SCENARIOS.filter(({ name }) => options.only.length === 0 || options.only.includes(name));
  const compared = servers().filter(
    ({ name }) => options.server.length === 0 || options.server.includes(name),
  );
  const tokens = wanted.some(({ signIn }) => signIn === 'token') ? TOKENS : 0;
  const credentials = await makeCredentials(temporaryFolder(), ACCOUNTS, tokens);
  say(`Signaling benchmark, ${new Date().toISOString().slice(0, 10)}; medians of ${rounds}`);
  say(`${machine()}; server on core ${serverCore}, load on core ${generatorCore}`);
  const names = ['Pantheon', 'Node', 'socketioxide'].map((name) => name.padStart(12)).join(' ');
  say(`\n${''.padEnd(56)} ${names}   ${'to Node'.padEnd(22)} to socketioxide`);
  try {
    for (const scenario of wanted) {
      const results = await run(scenario, compared, credentials);
      for (const row of scenario.rows) sayRow(row, results);
      if (sayFaults(scenario, results)) process.exitCode = 1;
    }
  } finally {
    credentials.close();
  }
}

await main();
