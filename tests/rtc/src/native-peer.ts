import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { EventLog, type PeerEvent } from './events.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const PROGRAM = resolve(ROOT, process.env['PANTHEON_NATIVE_PEER'] ?? 'build/dev/tests/rtc/native_peer');

/** The native program, with what it reports. */
export interface NativePeers {
  events: EventLog;
  start(peer: string, initiator: boolean, fields?: Record<string, unknown>): void;
  signal(peer: string, signal: unknown): void;
  close(peer: string): void;
  /** Ends the program; its exit code. */
  stop(): Promise<number | null>;
}

export function startNative(): NativePeers {
  if (!existsSync(PROGRAM))
    throw new Error(`${PROGRAM} is missing: run "make test", or build the target native_peer`);
  const child = spawn(PROGRAM, { stdio: ['pipe', 'pipe', 'inherit'] });
  const events = new EventLog();
  createInterface({ input: child.stdout }).on('line', (line) => events.add(JSON.parse(line) as PeerEvent));
  const exited = new Promise<number | null>((resolve) => child.on('exit', resolve));
  const tell = (command: object): void => void child.stdin.write(`${JSON.stringify(command)}\n`);
  return {
    events,
    start: (peer, initiator, fields = {}) => tell({ do: 'start', peer, initiator, fields }),
    signal: (peer, signal) => tell({ do: 'signal', peer, signal }),
    close: (peer) => tell({ do: 'close', peer }),
    stop: () => {
      child.stdin.end();
      return exited;
    },
  };
}
