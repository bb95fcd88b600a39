import { existsSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { Running } from '../link/processes.js';
import type { Credentials } from './credentials.js';

const BUILD = process.env['PANTHEON_BENCH_BUILD'] ?? 'build/release';
export const GENERATOR = join(BUILD, 'bench/signaling_load');
const NODE_PEER = 'build/bench/node-peer.mjs';
const SOCKETIOXIDE_PEER = 'build/bench/cargo/release/socketioxide-peer';

/** One of the servers that are compared. */
export interface Server {
  readonly name: 'Pantheon' | 'Node' | 'socketioxide';
  /** Starts it on one core, with more arguments and in that data folder (its own where none is named); a line that it prints has its port. */
  start(core: string, credentials: Credentials, more?: readonly string[], folder?: string): Running;
  readonly port: RegExp;
  /** The argument in front of the address of the Redis that several of them share. */
  readonly redis?: string;
}

/** Starts a program on one core. */
export const onCore = (core: string, program: readonly string[]) =>
  Running.start('taskset', ['-c', core, ...program]);

// The limits of rates and numbers are raised out of the way; they are still counted.
const RAISED = [
  ...['--events-per-second', '1000000', '--connects-per-second', '1000000', '--lists-per-second', '1000000'],
  ...['--max-sockets-per-address', '1000000', '--max-accounts', '100000'],
];

export const pantheon: Server = {
  name: 'Pantheon',
  redis: '--redis-url',
  port: /^Signaling on http:\/\/127\.0\.0\.1:(\d+)/,
  start: (core, credentials, more = [], folder) => {
    const data = folder ?? mkdtempSync(join(credentials.folder, 'pantheon-'));
    const where = ['--bind', '127.0.0.1', '--port', '0', '--data', data, '--no-stun'];
    const program = [
      join(BUILD, 'src/cli/pantheon'),
      'signal',
      ...where,
      '--log-level',
      'error',
      '--drain-seconds',
      '0',
    ];
    return onCore(core, [...program, ...RAISED, ...credentials.pantheon, ...more]);
  },
};

export const node: Server = {
  name: 'Node',
  redis: '--redis',
  port: /^listening (\d+)$/,
  start: (core, credentials, more = []) =>
    onCore(core, [process.execPath, '--expose-gc', NODE_PEER, ...credentials.peers, ...more]),
};

const socketioxide: Server = {
  name: 'socketioxide',
  port: /^listening (\d+)$/,
  start: (core, credentials) => onCore(core, [SOCKETIOXIDE_PEER, ...credentials.peers]),
};

/** Those that could be built here. */
export const servers = (): Server[] => [
  pantheon,
  node,
  ...(existsSync(SOCKETIOXIDE_PEER) ? [socketioxide] : []),
];
