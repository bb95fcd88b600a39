import { expect, it } from 'vitest';
import { openTestPage } from './support/browser.js';
import { Up } from './support/pantheon.js';
import { RecordingEngine } from './support/recording-engine.js';

it('a page whose host is killed goes offline, and comes back by itself when the host does', async () => {
  const engine = await RecordingEngine.start();
  const first = await Up.start({ engines: [engine.url] });
  const { page, errors } = await openTestPage(first.origin);
  await page.evaluate((link) => window.e2e.pairAndConnect(link), first.link);
  await page.evaluate(async (model) => {
    window.chat = new window.e2e.RunningChat(window.link, model);
    await window.chat.pieces(3);
  }, engine.model);

  await first.stop('SIGKILL');
  const killed = performance.now();
  await page.waitForFunction(() => window.client.state === 'offline');
  const broken = await page.evaluate(() => window.chat.end());
  expect(performance.now() - killed).toBeLessThan(12_000); // ICE alone takes 16 seconds to notice
  expect(broken.text).toMatch(/^0 1 2/); // what had come is kept
  expect(broken.ended).not.toBe('done');
  expect(broken.message).not.toBe('');

  const { data, port } = first;
  await Up.start({ engines: [engine.url], data, port });
  await page.waitForFunction(() => {
    const [host] = window.client.hosts;
    return window.client.state === 'online' && host?.state === 'connected' && host.models.length > 0;
  });
  const text = await page.evaluate(async (model) => {
    const [host] = window.client.hosts;
    window.link = await window.client.connect(host?.deviceId ?? '');
    window.chat = new window.e2e.RunningChat(window.link, model);
    return await window.chat.pieces(3);
  }, engine.model);
  expect(text).toMatch(/^0 1 2/);
  expect(errors).toEqual([]);
  await page.close();
  await engine.stop();
});
