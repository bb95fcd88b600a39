import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** The source tree. */
export const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** What a script printed and how it ended. */
export interface Outcome {
  stdout: string;
  stderr: string;
  code: number;
}

interface ExecError {
  stdout: string;
  stderr: string;
  code: number;
}

function isExecError(error: unknown): error is ExecError {
  return typeof error === 'object' && error !== null && 'stdout' in error && 'code' in error;
}

/** Where and with what additions to the environment a command runs; by default in the source tree. */
export interface Surroundings {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
}

/** Runs a script of scripts/ to its end. */
export function run(script: string, args: readonly string[], options: Surroundings = {}): Promise<Outcome> {
  return command(`${ROOT}/scripts/${script}`, args, options);
}

/** Runs a command to its end. */
export async function command(
  program: string,
  args: readonly string[],
  options: Surroundings = {},
): Promise<Outcome> {
  const cwd = options.cwd ?? ROOT;
  const env = { ...process.env, ...options.env };
  try {
    return { ...(await promisify(execFile)(program, [...args], { cwd, env })), code: 0 };
  } catch (error) {
    if (isExecError(error)) return { stdout: error.stdout, stderr: error.stderr, code: error.code };
    throw error;
  }
}

/** The first line on a process's stdout that matches, or an error when it ends without one. */
export async function lineMatching(child: ChildProcess, pattern: RegExp): Promise<RegExpExecArray> {
  const output = child.stdout;
  if (output === null) throw new Error('the process has no pipe for its output');
  try {
    for await (const line of createInterface({ input: output })) {
      const match = pattern.exec(line);
      if (match) return match;
    }
  } finally {
    output.resume(); // so that its end is seen
  }
  throw new Error(`the process ended without printing ${String(pattern)}`);
}

/** Starts a process with pipes, and gives a promise of how it ends. */
export function start(
  command: string,
  args: readonly string[],
): { child: ChildProcess; ended: Promise<unknown> } {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  return { child, ended: once(child, 'exit') };
}
