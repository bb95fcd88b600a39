import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { openTestPage } from './support/browser.js';
import { startSmallModel, type Engine } from './support/engines.js';
import { startHost, startSignal } from './support/pantheon.js';

describe('a deployed web client (Socket.IO, simple-peer, JSON messages) and our host', () => {
  let engine: Engine;
  let page: Page;

  beforeAll(async () => {
    engine = await startSmallModel();
    const { origin } = await startSignal();
    await startHost(origin, 'alice', engine.url);
    ({ page } = await openTestPage(origin));
    await page.evaluate(async (server) => {
      window.deployed = await window.e2e.DeployedClient.connect(server, 'dev:alice');
    }, origin);
  });

  const ways = ['send', 'write'] as const;

  it('is told the models without asking', async () => {
    const pushed = await page.evaluate(() => window.deployed.pushed('models_available'));
    expect(JSON.stringify(pushed['models'])).toContain(engine.model);
  });

  it.each(ways)('asks for the models (%s)', async (how) => {
    const answer = await page.evaluate((way) => window.deployed.ask('get_models', {}, way), how);
    expect(answer['type']).toBe('response');
    expect(JSON.stringify(answer['data'])).toContain(engine.model);
  });

  it.each(ways)('chats with a real model and gets one whole completion (%s)', async (how) => {
    const answer = await page.evaluate(
      ([model, way]) => {
        const messages = [{ role: 'user', content: 'What is the moon?' }];
        return window.deployed.ask('chat', { model, messages, max_tokens: 6 }, way);
      },
      [engine.model, how] as const,
    );
    expect(answer).toMatchObject({ type: 'response', data: { object: 'chat.completion' } });
    const { choices } = answer['data'] as { choices: readonly { message: { content: string } }[] };
    expect(choices[0]?.message.content).not.toBe('');
  });

  it.each(ways)('pings (%s)', async (how) => {
    expect(await page.evaluate((way) => window.deployed.ask('ping', {}, way), how)).toMatchObject({
      type: 'response',
    });
  });

  it.each(ways)('sends what makes no sense, is told so, and is served as before (%s)', async (how) => {
    const unknown = await page.evaluate((way) => window.deployed.ask('format_disk', {}, way), how);
    expect(unknown).toMatchObject({ type: 'error' });
    expect(typeof unknown['error']).toBe('string');
    const noModel = await page.evaluate((way) => window.deployed.ask('chat', { messages: 5 }, way), how);
    expect(noModel).toMatchObject({ type: 'error' });
    await page.evaluate((way) => {
      for (const text of [
        '',
        '{',
        '[]',
        'null',
        '{"type":7}',
        '\u0000',
        `{"type":"${'x'.repeat(10_000)}"}`,
      ]) {
        if (text !== '') window.deployed.raw(text, way);
      }
    }, how);
    expect(await page.evaluate((way) => window.deployed.ask('ping', {}, way), how)).toMatchObject({
      type: 'response',
    });
  });
});
