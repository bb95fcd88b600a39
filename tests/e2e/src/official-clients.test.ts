import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { openTestPage } from './support/browser.js';
import { startOllama, startSmallModel, type Engine } from './support/engines.js';
import { Up } from './support/pantheon.js';

const TOKENS = 8;

describe('the official clients in a browser', () => {
  let llama: Engine;
  let ollama: Engine;
  let page: Page;
  let models: readonly string[];

  beforeAll(async () => {
    llama = await startSmallModel();
    ollama = await startOllama();
    const up = await Up.start({ engines: [llama.url, ollama.url] });
    ({ page } = await openTestPage(up.origin));
    ({ models } = await page.evaluate((link) => window.e2e.pairAndConnect(link), up.link));
  });

  function chatWithOpenAI(model: string): Promise<{ text: string; times: readonly number[] }> {
    return page.evaluate(
      ([name, count]) => window.e2e.chatWithOpenAI(window.link, name, 'What is the moon?', count),
      [model, TOKENS] as const,
    );
  }

  it('both engines are in one catalogue', () => {
    expect([...models].sort()).toEqual([llama.model, ollama.model].sort());
  });

  it('openai streams from llama-server', async () => {
    const { text, times } = await chatWithOpenAI(llama.model);
    expect(text).not.toBe('');
    expect(times.length).toBeGreaterThan(3);
  });

  it('openai streams from Ollama', async () => {
    const { text, times } = await chatWithOpenAI(ollama.model);
    expect(text).not.toBe('');
    expect(times.length).toBeGreaterThan(3);
  });

  it('ollama streams from Ollama', async () => {
    const { text, times } = await page.evaluate(
      ([name, count]) => window.e2e.chatWithOllama(window.link, name, 'What is the moon?', count),
      [ollama.model, TOKENS] as const,
    );
    expect(text).not.toBe('');
    expect(times.length).toBeGreaterThan(3);
  });

  it('both list the models', async () => {
    const listed = await page.evaluate(async () => {
      const { data } = await new window.e2e.OpenAI(window.link.openai()).models.list();
      const { models: tags } = await new window.e2e.Ollama(window.link.ollama()).list();
      return { openai: data.map(({ id }) => id), ollama: tags.map(({ name }) => name) };
    });
    expect(listed.openai.sort()).toEqual([llama.model, ollama.model].sort());
    expect(listed.ollama.sort()).toEqual(listed.openai.sort()); // one list, whichever API asks for it
  });

  it('ollama is told in words when it asks for a model of an engine that does not speak its API', async () => {
    const message = await page.evaluate(
      (name) =>
        window.e2e.chatWithOllama(window.link, name, 'Hello', 1).then(
          () => '',
          ({ message }: Error) => message,
        ),
      llama.model,
    );
    expect(message).toContain('/v1/chat/completions');
  });
});
