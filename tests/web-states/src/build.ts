import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Root of the repository, with a slash at its end. */
export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** Builds the pages over the scripted client; returns their folder. */
export function buildTestingApp(): string {
  execFileSync('npm', ['run', '--silent', 'build:testing', '-w', 'apps/web'], {
    cwd: ROOT,
    env: { ...process.env, NODE_ENV: 'development' }, // React's warnings are complaints, too
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return `${ROOT}build/web-testing`;
}
