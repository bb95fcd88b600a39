import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Root of the repository, with a slash at its end. */
const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** The folder of the pages over the scripted client. */
export const TESTING_APP = `${ROOT}build/web-testing`;

/** Builds them; vitest calls it once before all files. */
export default function build(): void {
  execFileSync('npm', ['run', '--silent', 'build:testing', '-w', 'apps/web'], {
    cwd: ROOT,
    env: { ...process.env, NODE_ENV: 'development' }, // React's warnings are complaints, too
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}
