import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { DESKTOP, focused, open } from './browser.js';
import { servedApp } from './served-app.js';

const app = servedApp();

const DRAFT = 'half of the next mess';

/** An answer is coming in, and the next message is being written. */
async function streamingWithDraft(page: Page): Promise<void> {
  await page.getByTestId('composer').fill('hello');
  await page.getByTestId('send').click();
  await page.getByText('suspenders').waitFor();
  await page.getByTestId('composer').fill(DRAFT);
}

async function expectStoppedWithDraft(page: Page): Promise<void> {
  await page.locator('[data-status=stopped]').waitFor();
  await expect.poll(() => page.getByTestId('send').isEnabled()).toBe(true);
  expect(await page.getByTestId('message-user').count()).toBe(1);
  expect(await page.getByTestId('composer').inputValue()).toBe(DRAFT);
}

it('keeps the message that is being written, with the mouse', async () => {
  const { page, close } = await open(app.browser, app.port, 'streaming', DESKTOP);
  await streamingWithDraft(page);
  await page.getByTestId('stop').click();
  await expectStoppedWithDraft(page);
  await close();
});

it.each(['Space', 'Enter'])(
  'keeps the message that is being written, and the focus in its field, with %s',
  async (key) => {
    const { page, close } = await open(app.browser, app.port, 'streaming', DESKTOP);
    await streamingWithDraft(page);
    await page.getByTestId('stop').focus();
    await page.keyboard.press(key);
    await expectStoppedWithDraft(page);
    await expect.poll(() => focused(page)).toBe('Message');
    await close();
  },
);

it('sends nothing by the second click of a double click', async () => {
  const { page, close } = await open(app.browser, app.port, 'streaming', DESKTOP);
  await streamingWithDraft(page);
  await page.getByTestId('stop').dblclick();
  await expectStoppedWithDraft(page);
  await close();
});

it('is not done by the second click of a double click on Send', async () => {
  const { page, close } = await open(app.browser, app.port, 'ready', DESKTOP);
  const done = page.locator('[data-testid=message-assistant][data-status=done]');
  await page.getByTestId('composer').fill('hello');
  await page.getByTestId('send').click();
  await done.waitFor();
  await page.getByTestId('composer').fill('and more');
  await page.getByTestId('send').dblclick();
  await done.nth(1).waitFor();
  await close();
});

it('leaves the focus with the composer when the answer ends while the button has it', async () => {
  const { page, close } = await open(app.browser, app.port, 'ready', DESKTOP);
  await page.getByTestId('composer').fill('hello');
  await page.getByTestId('send').click();
  await page.getByTestId('stop').focus();
  await page.locator('[data-testid=message-assistant][data-status=done]').waitFor();
  await expect.poll(() => focused(page)).toBe('Message');
  await close();
});
