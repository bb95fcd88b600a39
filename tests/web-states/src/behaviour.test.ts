import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { DESKTOP as desktop, happen, open, PHONE as phone } from './browser.js';
import { servedApp } from './served-app.js';

const app = servedApp();

it('sends with Enter, makes a line with Shift+Enter, and keeps the chat over a reload', async () => {
  const { page, complaints, close } = await open(app.browser, app.port, 'ready', desktop);
  await page.getByTestId('composer').click();
  await page.keyboard.type('first line');
  await page.keyboard.press('Shift+Enter');
  await page.keyboard.type('second line');
  await page.keyboard.press('Enter');
  await page.locator('[data-testid=message-assistant][data-status=done]').waitFor();
  await expect.poll(() => page.getByTestId('message-user').innerText()).toContain('first line\nsecond line');
  await page.reload();
  await page.getByText('anchorages').waitFor();
  expect(complaints).toEqual([]);
  await close();
});

it('stops an answer, keeps what came, and asks again', async () => {
  const { page, close } = await open(app.browser, app.port, 'streaming', desktop);
  await page.getByTestId('composer').fill('hello');
  await page.getByTestId('send').click();
  await page.getByText('suspenders').waitFor();
  await page.getByTestId('stop').click();
  await page.locator('[data-status=stopped]').waitFor();
  await expect
    .poll(() => page.getByTestId('message-assistant').innerText())
    .toContain('You stopped this answer.');
  await page.getByRole('button', { name: 'Answer again' }).click();
  await page.locator('[data-status=streaming]').waitFor();
  await expect.poll(() => page.getByTestId('message-assistant').count()).toBe(1);
  await close();
});

it('goes on after an answer that is nothing but one mark over and over, also after a reload', async () => {
  const { page, complaints, close } = await open(app.browser, app.port, 'looping', desktop);
  for (const [at, question] of ['first', 'second'].entries()) {
    await page.getByTestId('composer').fill(question);
    await page.getByTestId('send').click();
    await page.locator('[data-testid=message-assistant][data-status=done]').nth(at).waitFor();
    await page.reload();
    await page.getByText(question, { exact: true }).last().waitFor();
  }
  expect(complaints).toEqual([]);
  await close();
});

it('says after a reload that the page was closed while the answer came in, and keeps what came', async () => {
  const { page, close } = await open(app.browser, app.port, 'streaming', desktop);
  await page.getByTestId('composer').fill('hello');
  await page.getByTestId('send').click();
  await page.getByText('suspenders').waitFor();
  await page.reload();
  await page.locator('[data-testid=failure][data-code=page_closed]').waitFor();
  await page.getByText('suspenders').waitFor();
  await close();
});

it('shows in a second tab that the first one streams, and stops the first when the second deletes all chats', async () => {
  const { page, close } = await open(app.browser, app.port, 'streaming', desktop);
  await page.getByTestId('composer').fill('hello');
  await page.getByTestId('send').click();
  await page.getByText('suspenders').waitFor();
  const second = await page.context().newPage();
  await second.goto(page.url());
  await second.getByText('This is being answered in another tab.').waitFor();
  await second.getByText('settle on about a tenth').waitFor(); // what comes in later comes here, too
  expect(await second.getByTestId('failure').count()).toBe(0);
  await second.getByRole('button', { name: 'Devices and settings' }).click();
  await second.getByRole('button', { name: 'Delete all chats' }).click();
  await second.getByRole('button', { name: 'Yes', exact: true }).click();
  await page.getByText('Your chats will be listed here.').waitFor();
  await page.getByTestId('stop').waitFor({ state: 'detached' });
  await close();
});

it('goes on by itself when a host comes back, with the draft kept', async () => {
  const { page, close } = await open(app.browser, app.port, 'ready', desktop);
  await page.getByTestId('model-picker').click();
  await page.getByTestId('model-option').first().click();
  await page.getByTestId('composer').fill('hello');
  await happen(page, 'host-away');
  await page.getByText('Workstation is offline.').waitFor();
  await happen(page, 'host-back');
  await page.getByTestId('state-banner').waitFor({ state: 'detached' });
  await expect.poll(() => page.getByTestId('composer').inputValue()).toBe('hello');
  await page.getByTestId('send').click();
  await page.locator('[data-testid=message-assistant][data-status=done]').waitFor();
  await close();
});

it('goes on over an open link while the host is away from the server', async () => {
  const { page, close } = await open(app.browser, app.port, 'ready', desktop);
  await page.getByTestId('composer').fill('hello');
  await happen(page, 'host-signaling-away');
  await page.getByTestId('send').click();
  await page.locator('[data-testid=message-assistant][data-status=done]').waitFor();
  expect(await page.getByTestId('state-banner').count()).toBe(0);
  await close();
});

it('chooses a model with the keyboard alone, and remembers it', async () => {
  const { page, close } = await open(app.browser, app.port, 'ready', desktop);
  await page.getByTestId('model-picker').focus();
  await page.keyboard.press('Enter');
  await page.keyboard.type('gemma');
  await page.keyboard.press('Enter');
  await page.reload();
  await page.getByTestId('model-picker').getByText('gemma3:4b').waitFor();
  await close();
});

it('copies on plain http, where the clipboard API does not exist', async () => {
  const { page, close } = await open(app.browser, app.port, 'ready', desktop);
  await page.getByTestId('composer').fill('copy me');
  await page.getByTestId('send').click();
  await page.locator('[data-status=done]').waitFor();
  await page.getByRole('button', { name: 'Copy code' }).click();
  await page.getByRole('button', { name: 'Copied' }).waitFor();
  await page.getByTestId('composer').click();
  await page.keyboard.press('Control+V');
  await expect.poll(() => page.getByTestId('composer').inputValue()).toContain('def tension');
  await close();
});

it('lets a person scroll up while an answer comes in', async () => {
  const { page, close } = await open(app.browser, app.port, 'ready', { ...phone, height: 500 });
  await page.getByTestId('composer').fill('hello');
  await page.getByTestId('send').click();
  await page.getByText('def tension').waitFor();
  const top = await page.evaluate(() => {
    const log = document.querySelector('.log') as HTMLElement;
    log.scrollTop = 0;
    return log.scrollTop;
  });
  await page.locator('[data-status=done]').waitFor();
  expect(await page.evaluate(() => (document.querySelector('.log') as HTMLElement).scrollTop)).toBe(top);
  await page.getByRole('button', { name: 'To the newest message' }).click();
  await page.getByRole('button', { name: 'To the newest message' }).waitFor({ state: 'detached' });
  await close();
});

it('renames, searches and deletes chats', async () => {
  const { page, close } = await open(app.browser, app.port, 'ready', desktop);
  await page.getByTestId('composer').fill('a chat about bridges');
  await page.getByTestId('send').click();
  await page.locator('[data-status=done]').waitFor();
  await page.getByRole('button', { name: 'Rename a chat about bridges' }).click();
  await page.getByRole('textbox', { name: 'Name of the chat' }).fill('Engineering');
  await page.keyboard.press('Enter');
  await page.getByRole('textbox', { name: 'Search chats' }).fill('anchorages');
  await page.getByRole('button', { name: 'Engineering', exact: true }).waitFor();
  await page.getByRole('button', { name: 'Delete Engineering' }).click();
  await page.getByRole('button', { name: 'Delete', exact: true }).click();
  await page.getByText('Your chats will be listed here.').waitFor();
  await close();
});

it('pairs with one tap, and takes the secret out of the address', async () => {
  const { page, close } = await open(
    app.browser,
    app.port,
    'pairing',
    phone,
    '#pair=AAAAAAAAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAA',
  );
  await expect.poll(() => page.getByTestId('device-name').inputValue()).toBe('Chrome on Android');
  await page.getByTestId('pair-button').click();
  await page.getByText('What is on your mind?').waitFor();
  expect(page.url()).not.toContain('pair=');
  await close();
});

it('offers to remove other devices, but not the computer that runs the server', async () => {
  const { page, close } = await open(app.browser, app.port, 'ready', desktop, '#/settings');
  const entry = (name: string) =>
    page
      .getByRole('listitem')
      .filter({ hasText: name })
      .filter({ has: page.locator('code') });
  await expect.poll(() => entry('Firefox on iPad').getByRole('button', { name: 'Remove' }).count()).toBe(1);
  expect(await entry('Workstation').getByRole('button', { name: 'Remove' }).count()).toBe(0);
  expect(await entry('Workstation').textContent()).toContain('This server runs on it');
  expect(await entry('Chrome on Android').locator('code').textContent()).toBe('browser');
  await close();
});

it('switches the theme against that of the device', async () => {
  const { page, close } = await open(app.browser, app.port, 'ready', desktop, '#/settings');
  const ground = (): Promise<string> => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await ground();
  await page.getByText('Dark', { exact: true }).click();
  await expect.poll(ground).not.toBe(light);
  await close();
});

const inDrawer = (page: Page): Promise<boolean> =>
  page.evaluate(() => document.activeElement?.closest('#sidebar') !== null);

it.each(['reduce', 'no-preference'] as const)(
  'keeps the keyboard in the list of chats on a narrow screen, with motion: %s',
  async (reducedMotion) => {
    const { page, close } = await open(app.browser, app.port, 'ready', phone);
    await page.emulateMedia({ reducedMotion });
    const opener = page.getByTestId('open-sidebar');
    for (const leave of ['Escape', 'Enter']) {
      await opener.focus();
      await page.keyboard.press('Enter');
      await expect.poll(() => inDrawer(page)).toBe(true);
      for (let presses = 0; presses < 3; presses++) {
        await page.keyboard.press('Tab');
        expect(await page.evaluate(() => document.activeElement?.closest('main') ?? null)).toBeNull();
      }
      if (leave === 'Enter') await page.getByRole('button', { name: 'Close', exact: true }).focus();
      await page.keyboard.press(leave);
      await expect.poll(() => opener.evaluate((one) => one === document.activeElement)).toBe(true);
      await page.locator('.sidebar.open').waitFor({ state: 'detached' });
    }
    await close();
  },
);

it('lets the page be used when the window grows while the list of chats covers it', async () => {
  const { page, close } = await open(app.browser, app.port, 'ready', { ...desktop, width: 700 });
  await page.getByTestId('open-sidebar').click();
  await page.locator('main[inert]').waitFor();
  await page.setViewportSize({ width: 1200, height: 800 });
  await page.locator('main:not([inert])').waitFor();
  await page.getByTestId('composer').fill('hello');
  await close();
});
