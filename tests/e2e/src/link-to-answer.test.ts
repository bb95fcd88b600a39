import { beforeAll, expect, it } from 'vitest';
import { openTestPage } from './support/browser.js';
import { startSmallModel, type Engine } from './support/engines.js';
import { Up } from './support/pantheon.js';

let engine: Engine;
let up: Up;

beforeAll(async () => {
  engine = await startSmallModel();
  up = await Up.start({ engines: [engine.url] });
});

it('a browser that knows only the printed link gets a streamed answer of a real model, peer to peer', async () => {
  const { page, requests, errors } = await openTestPage(up.origin);
  const paired = await page.evaluate((link) => window.e2e.pairAndConnect(link), up.link);
  expect(paired).toMatchObject({ models: [engine.model], trust: 'pinned' });

  const before = requests.length;
  const answer = await page.evaluate(
    (model) => window.e2e.chatWithOpenAI(window.link, model, 'What is the moon?', 24),
    engine.model,
  );
  expect(answer.text.length).toBeGreaterThan(10);
  expect(answer.times.length).toBeGreaterThan(5);
  const [first = 0, last = 0] = [answer.times[0], answer.times.at(-1)];
  expect(last - first).toBeGreaterThan(50); // it arrived over time, not at the end

  expect(requests.slice(before)).toEqual([]); // no byte of it over HTTP
  const [host] = await page.evaluate(() =>
    window.client.hosts.map(({ route, protocol }) => ({ route, protocol })),
  );
  expect(host).toEqual({ route: 'lan', protocol: 'link' });
  expect(errors).toEqual([]);
});
