import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { DESKTOP, focused, open, PHONE } from './browser.js';
import { servedApp } from './served-app.js';

const app = servedApp();

async function press(page: Page, name: string, key = 'Enter'): Promise<void> {
  await page.getByRole('button', { name, exact: true }).first().focus();
  await page.keyboard.press(key);
}

async function chats(page: Page, ...questions: readonly string[]): Promise<void> {
  for (const question of questions) {
    await page.goto(`${page.url().split('#')[0] ?? ''}#/`);
    await page.getByTestId('empty-chat').waitFor();
    await page.getByTestId('composer').fill(question);
    await page.getByTestId('send').click();
    await page.locator('[data-testid=message-assistant][data-status=done]').waitFor();
  }
}

it.each([DESKTOP, PHONE])(
  'stays in the list of chats when one is renamed, kept or deleted: $name',
  async (look) => {
    const { page, complaints, close } = await open(app.browser, app.port, 'ready', look);
    await chats(page, 'bridges', 'bread');
    if (look === PHONE) await press(page, 'Open the list of chats');
    await press(page, 'Delete bridges');
    await press(page, 'Keep');
    await expect.poll(() => focused(page)).toBe('Delete bridges');
    await press(page, 'Rename bridges');
    await page.keyboard.press('Escape');
    await expect.poll(() => focused(page)).toBe('Rename bridges');
    await page.keyboard.press('Enter');
    await page.keyboard.type('s over water');
    await page.keyboard.press('Enter');
    await expect.poll(() => focused(page)).toMatch(/^Rename .*over water/);
    await page.getByRole('button', { name: /^Delete .*over water/ }).focus();
    await page.keyboard.press('Enter');
    await press(page, 'Delete');
    await expect.poll(() => focused(page)).toContain('New chat');
    expect(complaints).toEqual([]);
    await close();
  },
);

it('goes where a press leads that ends the renaming of a chat', async () => {
  const { page, close } = await open(app.browser, app.port, 'ready', DESKTOP);
  await chats(page, 'bridges');
  await press(page, 'Rename bridges');
  await page.getByTestId('composer').click();
  await expect.poll(() => focused(page)).toBe('Message');
  await close();
});

it('goes back to the button that asked for a confirmation, on the page of settings', async () => {
  const { page, complaints, close } = await open(app.browser, app.port, 'ready', DESKTOP);
  await chats(page, 'bridges');
  await press(page, 'Devices and settings');
  for (const [asking, leaving] of [
    ['Remove', 'Keep'],
    ['Delete all chats', 'No'],
    ['Unpair this browser', 'No'],
  ] as const) {
    await press(page, asking);
    await press(page, leaving);
    await expect.poll(() => focused(page)).toBe(asking);
  }
  await press(page, 'Remove');
  await press(page, 'Remove');
  await expect.poll(() => focused(page)).toBe('Devices of the account');
  await press(page, 'Delete all chats');
  await press(page, 'Yes');
  await expect.poll(() => focused(page)).toBe('This browser');
  expect(complaints).toEqual([]);
  await close();
});

it('goes back to the pencil of a message whose edit is cancelled', async () => {
  const { page, close } = await open(app.browser, app.port, 'ready', DESKTOP);
  await chats(page, 'bridges');
  await press(page, 'Edit');
  await press(page, 'Cancel');
  await expect.poll(() => focused(page)).toBe('Edit');
  await close();
});

it('goes to the composer when an edited message is asked', async () => {
  const { page, close } = await open(app.browser, app.port, 'ready', DESKTOP);
  await chats(page, 'bridges');
  await press(page, 'Edit');
  await page.keyboard.press('Control+A');
  await page.keyboard.type('boats');
  await press(page, 'Ask again');
  await expect.poll(() => focused(page)).toBe('Message');
  await close();
});

async function expectHeading(page: Page, text: string, title: string): Promise<void> {
  await expect.poll(() => page.locator('main h1:focus').allInnerTexts()).toEqual([text]);
  expect(await page.title()).toBe(title);
}

it('goes to the heading of the page that takes the place of what had it: out of the list of chats', async () => {
  const { page, complaints, close } = await open(app.browser, app.port, 'ready', PHONE);
  await press(page, 'Open the list of chats');
  await press(page, 'Devices and settings');
  await expectHeading(page, 'Devices and settings', 'Devices and settings · Pantheon');
  await page.goBack();
  await expectHeading(page, 'What is on your mind?', 'Pantheon');
  expect(complaints).toEqual([]);
  await close();
});

it('goes to the heading of the page that takes the place of what had it: out of a chat, and back to its composer', async () => {
  const { page, close } = await open(app.browser, app.port, 'no-host', DESKTOP);
  await page.getByTestId('state-banner').getByRole('button').focus();
  await page.keyboard.press('Enter');
  await expectHeading(page, 'Devices and settings', 'Devices and settings · Pantheon');
  await page.goBack();
  await expect.poll(() => focused(page)).toBe('Message');
  await close();
});
