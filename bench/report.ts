import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, release } from 'node:os';
import process from 'node:process';

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? NaN)) / 2;
}

/** What the figures were measured on, in one line. */
export function machine(): string {
  const memory = /MemTotal:\s+(\d+)/.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1] ?? '0';
  const compiler = execFileSync('c++', ['--version'], { encoding: 'utf8' }).split('\n')[0] ?? '';
  const { model = 'unknown' } = cpus()[0] ?? {};
  return `${cpus().length} cores (${model.trim()}), ${Math.round(Number(memory) / 1048576)} GiB, Linux ${release()}, ${compiler}, Node ${process.version}`;
}
