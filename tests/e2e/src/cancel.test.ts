import { beforeAll, afterAll, describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { openTestPage } from './support/browser.js';
import { Up } from './support/pantheon.js';
import { RecordingEngine } from './support/recording-engine.js';

/** The goal is 50 ms on an idle machine; a busy one that runs a browser and builds beside it needs more. */
const A_MOMENT_MS = 1000;

describe('an answer that nobody wants any more', () => {
  let engine: RecordingEngine;
  let up: Up;
  let chats = 0;

  beforeAll(async () => {
    engine = await RecordingEngine.start();
    up = await Up.start({ engines: [engine.url] });
  });
  afterAll(() => engine.stop());

  /** A paired page that receives an endless answer. */
  async function streamingPage(): Promise<{ page: Page; closed: Promise<number> }> {
    const { page } = await openTestPage(up.origin);
    await page.evaluate((link) => window.e2e.pairAndConnect(link), await up.nextLink());
    await page.evaluate(async (model) => {
      window.chat = new window.e2e.RunningChat(window.link, model);
      await window.chat.pieces(5);
    }, engine.model);
    const { closed } = await engine.chat(chats++);
    return { page, closed };
  }

  it('is stopped at the engine when the page stops it', async () => {
    const { page, closed } = await streamingPage();
    const asked = performance.now();
    await page.evaluate(() => window.chat.stop());
    expect((await closed) - asked).toBeLessThan(A_MOMENT_MS);
    expect((await page.evaluate(() => window.chat.end())).ended).toBe('stopped');
  });

  it('leaves the link in order: the next answer streams', async () => {
    const { page, closed } = await streamingPage();
    await page.evaluate(() => window.chat.stop());
    await closed;
    const text = await page.evaluate(async (model) => {
      window.chat = new window.e2e.RunningChat(window.link, model);
      return await window.chat.pieces(3);
    }, engine.model);
    expect(text).toMatch(/^0 1 2/);
    await page.evaluate(() => window.chat.stop());
    await (
      await engine.chat(chats++)
    ).closed;
  });

  it('is stopped at the engine when the tab is closed', async () => {
    const { page, closed } = await streamingPage();
    const asked = performance.now();
    await page.close();
    expect((await closed) - asked).toBeLessThan(A_MOMENT_MS);
  });
});
