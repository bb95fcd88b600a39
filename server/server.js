// Starts the native signaling server and stands in for it: the same arguments, environment, working directory, output,
// signals and exit code. Options: docs/configuration.md, also from the file .env here.
import { spawn } from 'node:child_process';
import process from 'node:process';
import { findOrBuild } from './binary.js';

const UNAVAILABLE = 69;

function run(binary) {
  const child = spawn(binary, ['signal', ...process.argv.slice(2)], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    process.stderr.write(`The server cannot be started: ${error.message}\n`);
    process.exit(UNAVAILABLE);
  });
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal); // as it ended, so do we
  });
}

const binary = findOrBuild();
if (binary === undefined) process.exit(UNAVAILABLE);
run(binary);
