import type { Summary } from '../link/types.js';

/** One line of `signaling_load`; which figures there are depends on the scenario. */
export interface Measured {
  readonly bytes_per_connection?: number;
  readonly connects_per_second?: number;
  readonly connects_per_cpu_second?: number;
  readonly signals_per_cpu_second?: number;
  readonly signals_per_second?: number;
  readonly back_seconds?: number;
  readonly delay_ms?: Summary & { readonly p999: number };
  /** In `storm`, before the others come. */
  readonly calm_delay_ms?: Summary;
  readonly lateness_ms?: Summary;
  readonly server_cpu?: number;
  readonly generator_cpu?: number;
  readonly lost?: number;
  readonly reordered?: number;
  readonly retries?: number;
}

/** One row of the table. */
export interface Row {
  readonly title: string;
  readonly of: (measured: Measured) => number | undefined;
  readonly digits: number;
  /** Pantheon's figure over that of Node and of socketioxide; at least so much, or at most where less is better. */
  readonly less?: boolean;
  readonly toNode?: number;
  readonly toSocketioxide?: number;
}

export interface Scenario {
  readonly name: string;
  readonly signIn: 'key' | 'token' | 'none';
  readonly args: (quick: boolean) => string[];
  readonly rows: readonly Row[];
  /** The generator takes its whole core, whatever there is to do. */
  readonly neverSleeps?: boolean;
}

const connectRows = (how: string, goals: Partial<Row>): Row[] => [
  { title: `connects a second, ${how}`, of: (m) => m.connects_per_second, digits: 0, ...goals },
  { title: '  per second of server CPU', of: (m) => m.connects_per_cpu_second, digits: 0 },
];
const LATENESS: Row = {
  title: '  sent late by the generator, p99, ms',
  of: (m) => m.lateness_ms?.p99,
  digits: 3,
  less: true,
};
const relayRows = (bytes: string): Row[] => [
  {
    title: `relayed signals per second of server CPU, ${bytes} B`,
    of: (m) => m.signals_per_cpu_second,
    digits: 0,
    toNode: 6,
    toSocketioxide: 2.5,
  },
  { title: '  relayed a second', of: (m) => m.signals_per_second, digits: 0 },
];
const relay = (bytes: number): Scenario => ({
  name: `relay-${bytes}`,
  signIn: 'key',
  args: (quick) => [
    'relay',
    '--pairs',
    '500',
    '--outstanding',
    '8',
    '--bytes',
    `${bytes}`,
    '--time',
    quick ? '2' : '5',
  ],
  rows: relayRows(bytes.toLocaleString('en')),
});

/** Delays between clients that are there while new ones come as fast as they are let in. */
const storm = (name: string, signIn: Scenario['signIn'], how: string): Scenario => ({
  name,
  signIn,
  neverSleeps: true,
  args: (quick) => [
    ...['storm', '--rate', '5000', '--bytes', '200', '--time', quick ? '2' : '5'],
    ...['--count', quick ? '1000' : '4000', '--in-flight', '200'],
  ],
  rows: [
    { title: `delay while others come, ${how}, p50, ms`, of: (m) => m.delay_ms?.p50, digits: 3, less: true },
    { title: '  p99, ms', of: (m) => m.delay_ms?.p99, digits: 3, less: true },
    { title: '  the longest, ms', of: (m) => m.delay_ms?.max, digits: 3, less: true },
    { title: '  p99 just before, ms', of: (m) => m.calm_delay_ms?.p99, digits: 3, less: true },
    { title: '  connects a second meanwhile', of: (m) => m.connects_per_second, digits: 0 },
    LATENESS,
  ],
});

export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'idle',
    signIn: 'none',
    args: (quick) => ['idle', '--count', quick ? '5000' : '19000'],
    rows: [
      {
        title: 'bytes of memory per idle connection',
        of: (m) => m.bytes_per_connection,
        digits: 0,
        less: true,
        toNode: 1 / 4,
        toSocketioxide: 1 / 8,
      },
    ],
  },
  {
    name: 'connects',
    signIn: 'key',
    args: (quick) => [
      'connects',
      '--count',
      quick ? '4000' : '10000',
      '--hold',
      '1000',
      '--in-flight',
      '200',
    ],
    rows: connectRows('shared key, 1,000 held', { toNode: 8, toSocketioxide: 1.5 }),
  },
  {
    name: 'connects-held',
    signIn: 'none',
    args: (quick) => ['connects', '--count', quick ? '4000' : '10000', '--in-flight', '200'],
    rows: connectRows('development tokens, all held', { toNode: 8, toSocketioxide: 1.5 }),
  },
  {
    name: 'connects-rs256',
    signIn: 'token',
    args: (quick) => ['connects', '--count', quick ? '2000' : '5000', '--in-flight', '200'],
    rows: connectRows('Firebase tokens (RS256), all held', {}),
  },
  relay(1200),
  relay(200),
  {
    name: 'latency',
    signIn: 'key',
    neverSleeps: true,
    args: (quick) => ['latency', '--rate', '5000', '--bytes', '200', '--time', quick ? '3' : '10'],
    rows: [
      {
        title: 'delay at 5,000 signals/s, p50, ms',
        of: (m) => m.delay_ms?.p50,
        digits: 3,
        less: true,
        toNode: 1,
        toSocketioxide: 1,
      },
      { title: '  p99, ms', of: (m) => m.delay_ms?.p99, digits: 3, less: true, toNode: 1, toSocketioxide: 1 },
      { title: '  p99.9, ms', of: (m) => m.delay_ms?.p999, digits: 3, less: true },
      {
        title: '  server CPU, % of a core',
        of: (m) => m.server_cpu && m.server_cpu * 100,
        digits: 1,
        less: true,
        toNode: 1 / 2,
        toSocketioxide: 1 / 2,
      },
      LATENESS,
    ],
  },
  storm('storm', 'none', 'development tokens'),
  storm('storm-rs256', 'token', 'Firebase tokens (RS256)'),
  {
    name: 'return',
    signIn: 'none',
    args: (quick) => ['return', '--count', quick ? '2000' : '5000', '--in-flight', '2000'],
    rows: [
      {
        title: 'seconds until all dropped clients are back',
        of: (m) => m.back_seconds,
        digits: 2,
        less: true,
        toSocketioxide: 1 / 2,
      },
    ],
  },
];
