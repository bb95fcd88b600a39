// Runs every part of the link benchmark and prints one report. See docs/benchmarks.md for what each figure means.
import { join } from 'node:path';
import process from 'node:process';
import type { Browser, Page } from 'playwright-core';
import { machine, median } from '../report.js';
import { openBenchPage } from './chromium.js';
import { measure, Running, temporaryFolder, TOOLS } from './processes.js';
import type { Summary, TokenLoad } from './types.js';

const ROUNDS = 3;
/** Of bulk more: one bare run differs from the next by a tenth. */
const BULK_ROUNDS = 9;
const BULK_BYTES = 192 << 20;
const CONNECTS = 200;
const CHROMIUM_CONNECTS = 200;
const ONE_STREAM: TokenLoad = { streams: 1, rate: 100, tokens: 500 };
const TEN_STREAMS: TokenLoad = { streams: 10, rate: 100, tokens: 1000 };
const HUNDRED_STREAMS: TokenLoad = { streams: 100, rate: 10, tokens: 60 };

interface Tokens {
  readonly tokens: number;
  readonly failed: number;
  readonly delay_ms: Summary;
  readonly client_cpu_s: number;
  readonly watched_cpu_s?: number;
}
interface Bulk {
  readonly mib_per_second: number;
}
interface BarePaced {
  readonly delay_ms: Summary;
  readonly sender_cpu_s: number;
  readonly receiver_cpu_s: number;
}

const rounds = async <T>(work: () => Promise<T>, count = ROUNDS): Promise<T[]> => {
  const results: T[] = [];
  for (let i = 0; i < count; i++) results.push(await work());
  return results;
};

const report: string[] = [];
function say(line = ''): void {
  report.push(line);
  process.stdout.write(`${line}\n`);
}
const ms = (value: number) => value.toFixed(value < 10 ? 3 : 1);
/** One figure against its goal. */
function figure(name: string, value: string, goal = '', met?: boolean): void {
  const verdict = met === undefined ? '' : met ? '  met' : '  MISSED';
  say(`  ${name.padEnd(58)} ${value.padStart(12)}${goal && `   goal ${goal}`}${verdict}`);
}

/** The programs under test, and how to ask them. */
class Bench {
  readonly folders: string[];
  readonly engine: string;
  readonly up: Running;
  readonly origin: string;
  private readonly data: string;

  constructor(engine: string, up: Running, origin: string, data: string) {
    this.engine = engine;
    this.up = up;
    this.origin = origin;
    this.data = data;

    this.folders = [join(data, 'client-0'), join(data, 'client-1')];
  }

  link(folders = this.folders.slice(0, 1)): string[] {
    return ['--server', this.origin, ...folders.flatMap((folder) => ['--data', folder])];
  }
  nextPairingLink(): Promise<string> {
    return this.up.line(/^\s*(http:\/\/\S+#pair=\S+)$/);
  }
  serve(link: string): Running {
    return Running.start(TOOLS.client, [
      'serve',
      '--server',
      this.origin,
      '--data',
      join(this.data, 'server'),
      '--pair',
      link,
    ]);
  }
  tokens(load: TokenLoad, where: readonly string[]): Promise<Tokens> {
    const args = ['--streams', `${load.streams}`, '--rate', `${load.rate}`, '--tokens', `${load.tokens}`];
    return measure<Tokens>(TOOLS.client, ['tokens', ...args, '--watch', `${this.up.pid}`, ...where]);
  }
}

async function delays(
  bench: Bench,
  title: string,
  load: TokenLoad,
  folders: string[],
  goals: boolean,
): Promise<void> {
  say(`\n${title}: milliseconds from a token's emission to its arrival at a native client`);
  const results = await rounds(async () => ({
    direct: await bench.tokens(load, ['--engine', bench.engine]),
    through: await bench.tokens(load, bench.link(folders)),
  }));
  const of = (pick: (result: (typeof results)[number]) => number) => median(results.map(pick));
  figure('straight from the engine, p50', ms(of(({ direct }) => direct.delay_ms.p50)));
  figure('straight from the engine, p99', ms(of(({ direct }) => direct.delay_ms.p99)));
  figure('through Pantheon, p50', ms(of(({ through }) => through.delay_ms.p50)));
  figure('through Pantheon, p99', ms(of(({ through }) => through.delay_ms.p99)));
  const p50 = of(({ direct, through }) => through.delay_ms.p50 - direct.delay_ms.p50);
  const p99 = of(({ direct, through }) => through.delay_ms.p99 - direct.delay_ms.p50);
  figure('added, p50', ms(p50), goals ? '<= 0.3' : '', goals ? p50 <= 0.3 : undefined);
  figure(
    "added, p99 (against the engine's median)",
    ms(p99),
    goals ? '<= 2' : '',
    goals ? p99 <= 2 : undefined,
  );
  const all = results.flatMap(({ direct, through }) => [direct, through]);
  const lost = all.filter(({ tokens, failed }) => failed > 0 || tokens !== load.streams * load.tokens).length;
  if (lost > 0) figure('rounds with tokens lost or streams refused', `${lost}`, '0', false);
}

async function firstToken(bench: Bench): Promise<void> {
  say('\nTime to first token, ms (the engine emits it at once)');
  const ask = async (where: readonly string[]) =>
    (await measure<{ first_token_ms: Summary }>(TOOLS.client, ['first-token', '--count', '200', ...where]))
      .first_token_ms;
  const direct = await ask(['--engine', bench.engine]);
  const through = await ask(bench.link());
  figure('straight from the engine, p50', ms(direct.p50));
  figure('through Pantheon, p50', ms(through.p50));
  figure('through Pantheon, p99', ms(through.p99));
}

async function processorTime(bench: Bench): Promise<void> {
  say('\nCPU seconds per million tokens: ten streams of 100 tokens/s at random phases, one connection');
  const count = TEN_STREAMS.streams * TEN_STREAMS.tokens;
  const results = await rounds(async () => ({
    bare: await measure<BarePaced>(TOOLS.bare, ['paced', '--tokens', `${count}`]),
    released: await measure<BarePaced>(TOOLS.released, ['paced', '--tokens', `${count}`]),
    direct: await bench.tokens(TEN_STREAMS, ['--engine', bench.engine]),
    through: await bench.tokens(TEN_STREAMS, bench.link()),
  }));
  const per = (seconds: number) => (seconds / count) * 1e6;
  const of = (pick: (result: (typeof results)[number]) => number) => median(results.map(pick));
  const bareOf = (bare: BarePaced) => per(bare.sender_cpu_s + bare.receiver_cpu_s);
  const throughOf = ({ through }: (typeof results)[number]) =>
    per(through.client_cpu_s + (through.watched_cpu_s ?? NaN));
  figure(
    'libdatachannel as released, one message a token, both ends',
    of((r) => bareOf(r.released)).toFixed(0),
  );
  figure('  delay p50, ms', ms(of(({ released }) => released.delay_ms.p50)));
  figure('the same with our patches', of((r) => bareOf(r.bare)).toFixed(0));
  figure('  delay p50, ms', ms(of(({ bare }) => bare.delay_ms.p50)));
  figure('a client straight at the engine', of(({ direct }) => per(direct.client_cpu_s)).toFixed(0));
  figure('Pantheon: host', of(({ through }) => per(through.watched_cpu_s ?? NaN)).toFixed(0));
  figure('Pantheon: client', of(({ through }) => per(through.client_cpu_s)).toFixed(0));
  figure('Pantheon, host and client', of(throughOf).toFixed(0));
  const ratio = of((result) => throughOf(result) / bareOf(result.released));
  figure('ratio to libdatachannel as released', ratio.toFixed(2), '<= 0.5', ratio <= 0.5);
  figure('ratio to patched libdatachannel', of((r) => throughOf(r) / bareOf(r.bare)).toFixed(2));
  figure(
    'added delay at this load, p50, ms',
    ms(of(({ direct, through }) => through.delay_ms.p50 - direct.delay_ms.p50)),
  );
  figure(
    'added delay at this load, p99, ms',
    ms(of(({ direct, through }) => through.delay_ms.p99 - direct.delay_ms.p50)),
  );
}

async function bulk(bench: Bench, server: string): Promise<void> {
  say(`\nBulk, MiB/s (${BULK_BYTES >> 20} MiB, 64 KiB messages, medians of ${BULK_ROUNDS} rounds)`);
  const ask = async (tool: string, where: readonly string[]) =>
    (await measure<Bulk>(tool, ['bulk', '--bytes', `${BULK_BYTES}`, ...where])).mib_per_second;
  const round = async () => ({
    bare: await ask(TOOLS.bare, []),
    link: await ask(TOOLS.client, [...bench.link(), '--to', server]),
    host: await ask(TOOLS.client, bench.link()),
  });
  const results = await rounds(round, BULK_ROUNDS);
  const of = (pick: (result: (typeof results)[number]) => number) => median(results.map(pick));
  figure('bare libdatachannel', of(({ bare }) => bare).toFixed(1));
  figure('a link between two devices', of(({ link }) => link).toFixed(1));
  figure('engine to client through a host', of(({ host }) => host).toFixed(1));
  const ratio = of(({ bare, link }) => link / bare);
  figure('link to bare', `${(ratio * 100).toFixed(0)} %`, '>= 95 %', ratio >= 0.95);
  figure('engine through a host to bare', `${(of(({ bare, host }) => host / bare) * 100).toFixed(0)} %`);
}

async function connects(bench: Bench): Promise<void> {
  say(`\nConnect, ms (${CONNECTS} each)`);
  const bare = await measure<{ parent_offers_ms: Summary; child_offers_ms: Summary }>(TOOLS.bare, [
    'connect',
    '--count',
    `${2 * CONNECTS}`,
  ]);
  for (const [name, times] of [
    ['first', bare.parent_offers_ms],
    ['second', bare.child_offers_ms],
  ] as const) {
    figure(`bare data channel, the ${name} process offers: p50`, ms(times.p50));
    figure('  max', ms(times.max));
    figure('  over 500 ms', `${times.over_500}`, '0', times.over_500 === 0);
  }
  const { connect_ms: link } = await measure<{ connect_ms: Summary }>(TOOLS.client, [
    'connect',
    '--count',
    `${CONNECTS}`,
    ...bench.link(),
  ]);
  figure('link to a host, dial to verified binding: p50', ms(link.p50), '<= 20', link.p50 <= 20);
  figure('  max', ms(link.max));
  figure('  over 500 ms', `${link.over_500}`, '0', link.over_500 === 0);
}

async function inChromium(bench: Bench, page: Page, browser: Browser): Promise<void> {
  say(`\nChromium ${browser.version()}`);
  const tokens = (engine: string | undefined, load: TokenLoad) =>
    page.evaluate(([url, order]) => window.bench.tokens(url, order), [engine, load] as const);
  await page.evaluate((link) => window.bench.pair(link), await bench.nextPairingLink());
  const results = await rounds(async () => ({
    native: await bench.tokens(ONE_STREAM, ['--engine', bench.engine]),
    direct: await tokens(bench.engine, ONE_STREAM),
    through: await tokens(undefined, ONE_STREAM),
  }));
  const of = (pick: (result: (typeof results)[number]) => number) => median(results.map(pick));
  figure('one stream, straight from the engine by fetch, p50 ms', ms(of(({ direct }) => direct.p50)));
  figure('one stream through Pantheon, p50 ms', ms(of(({ through }) => through.p50)));
  figure('one stream through Pantheon, p99 ms', ms(of(({ through }) => through.p99)));
  const added = of(({ direct, through }) => through.p50 - direct.p50);
  figure("added to the page's own fetch, p50 ms", ms(added), '<= 0.5', added <= 0.5);
  const strict = of(({ native, through }) => through.p50 - native.delay_ms.p50);
  figure('added to a native client at the engine, p50 ms', ms(strict), '<= 0.5', strict <= 0.5);
  const ten = { ...TEN_STREAMS, tokens: 500 };
  const [direct, through] = [
    await tokens(bench.engine, { ...ten, streams: 6 }),
    await tokens(undefined, ten),
  ];
  figure('fetch, 6 streams (its limit a host), p50 ms', ms(direct.p50));
  figure('ten streams through Pantheon, p50 ms', ms(through.p50));
  figure('ten streams through Pantheon, p99 ms', ms(through.p99));
  const times = await page.evaluate((count) => window.bench.connects(count), CHROMIUM_CONNECTS);
  figure(`connect, the page offers, ${CHROMIUM_CONNECTS}: p50 ms`, ms(times.p50), '<= 100', times.p50 <= 100);
  figure('  max', ms(times.max));
  figure('  over 500 ms', `${times.over_500}`, '0', times.over_500 === 0);
}

async function main(only: ReadonlySet<string>): Promise<void> {
  const wanted = (part: string) => only.size === 0 || only.has(part);
  const data = temporaryFolder();
  const engine = Running.start(TOOLS.engine, []);
  const engineUrl = `http://127.0.0.1:${await engine.line(/^listening (\d+)$/)}`;
  const where = [
    '--bind',
    '127.0.0.1',
    '--rtc-bind',
    '127.0.0.1',
    '--port',
    '0',
    '--data',
    join(data, 'host'),
  ];
  const up = Running.start(TOOLS.pantheon, [
    'up',
    '--name',
    'bench',
    ...where,
    '--no-search',
    '--engine',
    engineUrl,
  ]);
  const link = await up.line(/^\s*(http:\/\/\S+#pair=\S+)$/);
  const bench = new Bench(engineUrl, up, new URL(link).origin, data);
  say(`Pantheon link benchmark, ${new Date().toISOString().slice(0, 10)}`);
  say(machine());
  say(`medians of ${ROUNDS} rounds; everything over loopback, each program a process of its own`);
  await measure(TOOLS.client, ['pair', ...bench.link(), '--pair', link]);
  await measure(TOOLS.client, [
    'pair',
    ...bench.link(bench.folders.slice(1)),
    '--pair',
    await bench.nextPairingLink(),
  ]);
  const server = bench.serve(await bench.nextPairingLink());
  const serverId = await server.line(/^serving (\S+)$/);
  const chromium = wanted('chromium') ? await openBenchPage(bench.origin) : undefined;
  try {
    if (wanted('first')) await firstToken(bench);
    if (wanted('one'))
      await delays(bench, 'One stream of 100 tokens/s', ONE_STREAM, bench.folders.slice(0, 1), true);
    if (wanted('hundred'))
      await delays(
        bench,
        '100 streams of 10 tokens/s, two links of 50',
        HUNDRED_STREAMS,
        bench.folders,
        false,
      );
    if (wanted('cpu')) await processorTime(bench);
    if (wanted('bulk')) await bulk(bench, serverId);
    if (wanted('connect')) await connects(bench);
    if (chromium) await inChromium(bench, chromium.page, chromium.browser);
    else if (wanted('chromium')) say('\nNo Chromium here: its part is left out.');
  } finally {
    await chromium?.browser.close();
    for (const program of [server, up, engine]) await program.stop();
  }
}

const PARTS = ['first', 'one', 'hundred', 'cpu', 'bulk', 'connect', 'chromium'];
const asked = process.argv.slice(2);
const unknown = asked.filter((part) => !PARTS.includes(part));
if (unknown.length > 0) {
  const help = asked.includes('--help') || asked.includes('-h');
  const out = help ? process.stdout : process.stderr;
  if (!help) out.write(`There is no part "${unknown.join('", "')}".\n`);
  out.write(`Usage: bench/link/run [PART]...: all parts, or some of ${PARTS.join(', ')}\n`);
  process.exit(help ? 0 : 64);
}
await main(new Set(asked));
