// server/Dockerfile, without Docker: what it copies is put where it says and started as it says, with nothing else around it.
// scripts/try-deploy builds the image itself and runs it.
import { mkdirSync, readFileSync } from 'node:fs';
import { join as path } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { Process, ROOT } from '../../e2e/src/support/process.js';
import { temporaryFolder } from './support/folder.js';
import { askJson } from './support/http.js';
import { listening } from './support/server.js';

const DOCKERFILE = readFileSync(path(ROOT, 'server/Dockerfile'), 'utf8');
/** The final image, which begins with nothing. */
const IMAGE = DOCKERFILE.slice(DOCKERFILE.indexOf('\nFROM scratch\n'));

/** What stands behind a word at the beginning of a line of the final image. */
function instruction(word: string): string {
  return new RegExp(`^${word} (.*)$`, 'm').exec(IMAGE)?.[1] ?? '';
}

/** The words of a command in JSON. */
function words(text: string): string[] {
  return JSON.parse(text.slice(text.indexOf('['))) as string[];
}

let root = '';
beforeAll(async () => {
  root = temporaryFolder();
  const env = { PANTHEON_BUILD_PRESET: 'dev' };
  const build = new Process(path(ROOT, 'scripts/build-server'), [path(root, 'app')], { env });
  expect((await build.exited).code, build.output).toBe(0);
  mkdirSync(path(root, 'data'));
}, 60_000);

/** Runs a command in the image, with its environment and user, and with what `docker run -e` adds. */
function run(command: readonly string[], more: readonly string[]): Process {
  const [user = '', group = ''] = instruction('USER').split(':');
  const inside = ['--user', `--map-user=${user}`, `--map-group=${group}`];
  const there = [`--root=${root}`, `--wd=${instruction('WORKDIR')}`];
  const env = ['-i', ...instruction('ENV').split(' '), ...more];
  return new Process('env', [...env, '/usr/bin/unshare', ...inside, ...there, ...command]);
}

describe('docker build -t pantheon-signaling .', () => {
  it('makes an image that has all that the server needs and nothing else: it starts, is healthy, and ends with 0', async () => {
    expect(DOCKERFILE).toContain('\nCOPY bin /app\n');
    expect(IMAGE).toContain('\nCOPY --from=files /app /app\n');
    expect(Number(instruction('USER').split(':')[0])).toBeGreaterThan(0);
    const project = 'FIREBASE_DATABASE_URL=https://your-project.firebaseio.com';
    const server = await listening(run(words(instruction('ENTRYPOINT')), [project]));
    expect(server.origin).toBe(`http://localhost:${instruction('EXPOSE')}`);
    expect(await askJson('http://localhost:3001/health')).toMatchObject({ status: 'ok' });
    const check = run(words(instruction('HEALTHCHECK')), [project]);
    expect((await check.exited).code, check.output).toBe(0);
    expect(await server.process.stop('SIGTERM')).toEqual({ code: 0, signal: null });
    const late = run(words(instruction('HEALTHCHECK')), [project]);
    expect((await late.exited).code).toBe(69);
  });
});
