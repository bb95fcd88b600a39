import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestPage } from './support/browser.js';
import { startOllama, startSmallModel, type Engine } from './support/engines.js';
import { Up } from './support/pantheon.js';

let llama: Engine;
let ollama: Engine;

beforeAll(async () => {
  llama = await startSmallModel();
  ollama = await startOllama();
});

/** What the host answers the page. */
async function statusOf(page: Page, method: string, path: string, body: object): Promise<number> {
  return await page.evaluate(
    async ([how, where, text]) => {
      const headers = { 'content-type': 'application/json' };
      const response = await window.link.fetch(where, { method: how, headers, body: text });
      await response.text();
      return response.status;
    },
    [method, path, JSON.stringify(body)] as const,
  );
}

describe('pantheon up --share', () => {
  it('shares the models that are named and no others', async () => {
    const args = ['--share', ollama.model];
    const up = await Up.start({ engines: [llama.url, ollama.url], args });
    const { page } = await openTestPage(up.origin);
    const { models } = await page.evaluate((link) => window.e2e.pairAndConnect(link), up.link);
    expect(models).toEqual([ollama.model]);
    const ask = { model: llama.model, messages: [{ role: 'user', content: 'Hello' }], max_tokens: 1 };
    expect(await statusOf(page, 'POST', '/v1/chat/completions', ask)).toBe(404);
    expect(await statusOf(page, 'POST', '/v1/chat/completions', { ...ask, model: ollama.model })).toBe(200);
    await page.close();
    await up.stop();
  });
});

describe('pantheon up --manager', () => {
  const copy = 'copied:latest';
  let up: Up;
  let page: Page;
  let deviceId: string;

  beforeAll(async () => {
    up = await Up.start({ engines: [ollama.url] });
    ({ page } = await openTestPage(up.origin));
    await page.evaluate((link) => window.e2e.pairAndConnect(link), up.link);
    deviceId = await page.evaluate(async () => {
      const own = (await window.client.listDevices()).find(({ self }) => self);
      return own?.deviceId ?? '';
    });
  });
  afterAll(async () => {
    await page.close();
    await up.stop();
  });

  it('without it no device changes the models of the host', async () => {
    const wanted = { source: ollama.model, destination: copy };
    expect(await statusOf(page, 'POST', '/api/copy', wanted)).toBe(403);
  });

  it('lets the device that is named do so, over the official client', async () => {
    const { data, port } = up;
    await up.stop();
    up = await Up.start({ engines: [ollama.url], data, port, args: ['--manager', deviceId] });
    await page.waitForFunction(() => {
      const [host] = window.client.hosts;
      return window.client.state === 'online' && host?.state === 'connected';
    });
    const listed = await page.evaluate(
      async ([source, destination]) => {
        const [host] = window.client.hosts;
        window.link = await window.client.connect(host?.deviceId ?? '');
        const client = new window.e2e.Ollama(window.link.ollama());
        await client.copy({ source, destination });
        const names = (await client.list()).models.map(({ name }) => name);
        await client.delete({ model: destination });
        return { names, after: (await client.list()).models.map(({ name }) => name) };
      },
      [ollama.model, copy] as const,
    );
    expect(listed.after).toEqual([ollama.model]);
    expect(listed.names.sort()).toEqual([copy, ollama.model].sort());
  });
});
