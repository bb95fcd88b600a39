import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { DESKTOP, focused, happen, open } from './browser.js';
import { servedApp } from './served-app.js';

const app = servedApp();

const done = '[data-testid=message-assistant][data-status=done]';

async function chatWithOpenEdit(page: Page): Promise<void> {
  await page.getByTestId('composer').fill('the first question');
  await page.getByTestId('send').click();
  await page.locator(done).waitFor();
  await page.getByRole('button', { name: 'Edit', exact: true }).click();
  await page.getByRole('textbox', { name: 'Your message' }).waitFor();
}

it('leaves the focus in the composer when an answer ends while a message is open for editing', async () => {
  const { page, close } = await open(app.browser, app.port, 'ready', DESKTOP);
  await chatWithOpenEdit(page);
  await page.getByRole('textbox', { name: 'Your message' }).fill('an edit that is left');
  await page.getByTestId('composer').fill('the second question');
  await page.keyboard.press('Enter');
  await page.getByTestId('stop').waitFor();
  await page.keyboard.type('the third');
  await page.locator(done).nth(1).waitFor();
  await page.keyboard.type(' question');
  await expect.poll(() => page.getByTestId('composer').inputValue()).toBe('the third question');
  expect(await page.getByRole('textbox', { name: 'Your message' }).inputValue()).toBe('an edit that is left');
  await close();
});

it('closes an edit that changed nothing when something else is sent', async () => {
  const { page, close } = await open(app.browser, app.port, 'ready', DESKTOP);
  await chatWithOpenEdit(page);
  await page.getByTestId('composer').fill('the second question');
  await page.keyboard.press('Enter');
  await page.locator(done).nth(1).waitFor();
  expect(await page.getByRole('textbox', { name: 'Your message' }).count()).toBe(0);
  await close();
});

it('keeps an edit and the focus in it while the host is away, and asks once it is back', async () => {
  const { page, close } = await open(app.browser, app.port, 'ready', DESKTOP);
  await chatWithOpenEdit(page);
  const ask = page.getByRole('button', { name: 'Ask again', exact: true });
  await page.keyboard.press('Control+A');
  await page.keyboard.type('another ');
  await happen(page, 'host-lost');
  await page.getByTestId('state-banner').waitFor();
  await page.keyboard.type('question');
  expect(await ask.isDisabled()).toBe(true);
  await happen(page, 'host-back');
  await ask.click();
  await page.locator(done).waitFor();
  expect(await page.getByTestId('message-user').innerText()).toContain('another question');
  await close();
});

it.each(['the settings', 'another chat'])('keeps an edit while one looks at %s', async (what) => {
  const { page, close } = await open(app.browser, app.port, 'ready', DESKTOP);
  await chatWithOpenEdit(page);
  await page.getByRole('textbox', { name: 'Your message' }).fill('a better question');
  const name = what === 'the settings' ? 'Devices and settings' : 'New chat';
  await page.getByRole('button', { name, exact: true }).first().click();
  await page.getByTestId('message-assistant').waitFor({ state: 'detached' });
  await page.goBack();
  await expect
    .poll(() => page.getByRole('textbox', { name: 'Your message' }).inputValue())
    .toBe('a better question');
  await expect.poll(() => focused(page)).toBe('Message');
  await page.getByRole('button', { name: 'Ask again', exact: true }).click();
  await page.locator(done).waitFor();
  expect(await page.getByTestId('message-user').innerText()).toContain('a better question');
  await close();
});
