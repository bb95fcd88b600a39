import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { startSmallModel } from './support/engines.js';
import { freePort } from './support/free-port.js';
import { pairingLink, temporaryFolder } from './support/pantheon.js';
import { descendants, Process, processExists, ROOT } from './support/process.js';
import { WebApp } from './support/web-app.js';

/** The goal, of which the engine's start is about half; a busy machine has more time, as much as that takes longer on it. */
const QUICK_MS = 5000;
const USUAL_ENGINE_START_MS = 2500;

/** A first build takes minutes; `make test` has it behind it when it comes here. */
const BUILD_MS = 30 * 60_000;

/** Whether other devices could reach this machine: then the link has an address of its network. */
function isInANetwork(): boolean {
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  return addresses.some(({ internal, family }) => !internal && family === 'IPv4');
}

let slowness = 1;

beforeAll(async () => {
  const build = new Process(join(ROOT, 'scripts/build'), ['release', 'pantheon']);
  expect(await build.exited).toEqual({ code: 0, signal: null });
  const began = performance.now();
  const { process } = await startSmallModel();
  slowness = Math.max(1, (performance.now() - began) / USUAL_ENGINE_START_MS);
  await process.stop();
}, BUILD_MS);

it('make up, with nothing to build, soon prints a link that leads to an answer, and Ctrl-C ends all of it', async () => {
  const began = performance.now();
  const args = `ARGS=--port 0 --name Study --data ${temporaryFolder()}`;
  // Everything else is as shipped. An Ollama of whoever runs the tests is not asked.
  const env = { OLLAMA_HOST: `127.0.0.1:${await freePort()}` };
  const make = new Process('make', ['up', args], { cwd: ROOT, env, group: true });
  const link = await pairingLink(make);
  expect(performance.now() - began).toBeLessThan(QUICK_MS * slowness);
  await make.line(/^ {2}Models {3}gemma3-270m /);

  const app = await WebApp.open(link);
  expect(await app.page.evaluate(() => isSecureContext)).toBe(!isInANetwork()); // only loopback is over http
  await app.pair('Kitchen tablet');
  await app.send('What is the moon?');
  await app.answer(['streaming', 'done'], 10); // it chooses its words by chance, and may find no end
  await make.line(/paired with Kitchen tablet/);
  expect(app.complaints).toEqual([]);
  await app.close();

  const children = descendants(make.pid);
  expect(children.length).toBeGreaterThanOrEqual(2); // pantheon and the engine
  const exit = await make.stopGroup('SIGINT');
  expect(exit).toEqual({ code: null, signal: 'SIGINT' }); // make ends like this whatever its command said
  expect(make.output).not.toContain('Error');
  expect(children.filter(processExists)).toEqual([]);
});
