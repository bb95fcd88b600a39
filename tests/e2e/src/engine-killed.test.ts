import { beforeAll, describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { openTestPage } from './support/browser.js';
import { startSmallModel, type Engine } from './support/engines.js';
import { Up } from './support/pantheon.js';

const ENGINE_DOWN = 'The model engine on the host does not answer';

/** llama.cpp: the answer ends neither where the model would end it nor where the server's template does. */
const WITHOUT_END = { ignore_eos: true, stop: ['<no text has this>'] };

/** The host looks at its engines every 30 seconds anyway. */
const BEFORE_IT_COMES_BY_ITSELF_MS = 10_000;

const isDown = (): boolean =>
  window.client.hosts.some(({ state, engines }) => state === 'connected' && engines[0]?.online === false);

describe('an engine that is killed in the middle of an answer', () => {
  let engine: Engine;
  let page: Page;

  beforeAll(async () => {
    engine = await startSmallModel();
    const up = await Up.start({ engines: [engine.url] });
    ({ page } = await openTestPage(up.origin));
    await page.evaluate((link) => window.e2e.pairAndConnect(link), up.link);
  });

  it('ends the answer with an error that a person understands, and what had come is kept', async () => {
    await page.evaluate(
      async ([model, withoutEnd]) => {
        window.chat = new window.e2e.RunningChat(window.link, model, 'Tell me of the sea.', 1900, withoutEnd);
        await window.chat.pieces(4);
      },
      [engine.model, WITHOUT_END] as const,
    );
    await engine.process.stop('SIGKILL');
    const { ended, message, text } = await page.evaluate(() => window.chat.end());
    expect(ended).toBe('engine_failed');
    expect(message).toContain('engine');
    expect(text).not.toBe('');
  });

  it('is said to be down without anybody asking', async () => {
    await page.waitForFunction(isDown, undefined, { timeout: BEFORE_IT_COMES_BY_ITSELF_MS });
  });

  it('is said to be down to who asks it next, and the link lives on', async () => {
    const { ended, message } = await page.evaluate(
      (model) => new window.e2e.RunningChat(window.link, model, 'Hello', 5).end(),
      engine.model,
    );
    expect(ended).toBe('engine_unavailable');
    expect(message).toContain(ENGINE_DOWN);
    expect(await page.evaluate(isDown)).toBe(true);
  });

  it('works again when it is back, without anything else being done', async () => {
    await startSmallModel(Number(new URL(engine.url).port));
    await page.waitForFunction(() => window.client.hosts[0]?.engines[0]?.online === true);
    const { ended, text } = await page.evaluate(
      (model) => new window.e2e.RunningChat(window.link, model, 'Hello', 5).end(),
      engine.model,
    );
    expect(ended).toBe('done');
    expect(text).not.toBe('');
  });
});
