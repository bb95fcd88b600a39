import type { BrowserContextOptions, Locator, Page } from 'playwright-core';
import { browser } from './browser.js';

/** A real model on a busy machine may take a while over a sentence. */
const PATIENCE_MS = 90_000;

/** The web app that the binary serves, as a person uses it. */
export class WebApp {
  /** What the browser had to complain about, errors of the network left out. */
  readonly complaints: string[] = [];
  /** Origins that the page asked for anything. */
  readonly origins = new Set<string>();

  readonly page: Page;

  private constructor(page: Page) {
    this.page = page;

    page.on('pageerror', (error) => this.complaints.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error' && !message.text().includes('net::'))
        this.complaints.push(message.text());
    });
    page.on('request', (request) => this.origins.add(new URL(request.url()).origin));
  }

  /** Opens an address in a browser of its own. */
  static async open(url: string, options: BrowserContextOptions = {}): Promise<WebApp> {
    const context = await (await browser()).newContext(options);
    context.setDefaultTimeout(PATIENCE_MS);
    const app = new WebApp(await context.newPage());
    await app.page.goto(url);
    return app;
  }

  /** On the page of a pairing link: says how this device is called, and asks to be paired. */
  async askToPair(name: string): Promise<void> {
    await this.part('device-name').fill(name);
    await this.part('pair-button').click();
  }

  /** The same, until there is a model to ask. */
  async pair(name: string): Promise<void> {
    await this.askToPair(name);
    await this.part('model-picker').locator('.picker-host').waitFor(); // it has chosen a model of a host
  }

  /** Writes a message and sends it. */
  async send(text: string): Promise<void> {
    await this.part('composer').fill(text);
    await this.part('send').click();
  }

  /** Resolves when the newest answer has one of these statuses and more than `length` characters. */
  async answer(status: string | readonly string[], length = 0): Promise<string> {
    const found = this.page.waitForFunction(
      ([wanted, count]) => {
        const last = [...document.querySelectorAll<HTMLElement>('[data-testid=message-assistant]')].at(-1);
        const waiting = last?.querySelector('[data-testid=waiting]') ?? null; // it has words for screen readers
        const text = last?.querySelector<HTMLElement>('[data-testid=message-text]')?.innerText ?? '';
        return (
          wanted.includes(last?.dataset['status'] ?? '') && waiting === null && text.trim().length > count
        );
      },
      [[status].flat(), length] as const,
    );
    await found.catch(async (cause: unknown) => {
      throw new Error(`the page says: ${await this.page.locator('body').innerText()}`, { cause });
    });
    return await this.part('message-text').last().innerText();
  }

  /** Waits for the line or card that tells of a situation. */
  async situation(kind: string | RegExp): Promise<string> {
    const shown = this.part('state-banner');
    await this.page.waitForFunction(
      (pattern) =>
        [...document.querySelectorAll<HTMLElement>('[data-testid=state-banner]')].some(({ dataset }) =>
          new RegExp(pattern).test(dataset['state'] ?? ''),
        ),
      typeof kind === 'string' ? `^${kind}$` : kind.source,
    );
    return await shown.first().innerText();
  }

  /** A part of the app by its name for tests. */
  part(name: string): Locator {
    return this.page.getByTestId(name);
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }
}
