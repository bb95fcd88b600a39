import { expect, it } from 'vitest';
import { DESKTOP, open, PHONE } from './browser.js';
import { servedApp } from './served-app.js';

const app = servedApp();

it.each([DESKTOP, PHONE])(
  'keeps what is being written while the settings are looked at: $name',
  async (look) => {
    const { page, complaints, close } = await open(app.browser, app.port, 'no-host', look);
    await page.getByTestId('composer').fill('a long question');
    await page.getByTestId('state-banner').getByRole('button', { name: 'Devices and settings' }).click();
    await page.getByTestId('page-settings').waitFor();
    await page.goBack();
    await expect.poll(() => page.getByTestId('composer').inputValue()).toBe('a long question');
    expect(complaints).toEqual([]);
    await close();
  },
);

it('keeps what is being written with its chat, and takes it away when it is sent', async () => {
  const { page, close } = await open(app.browser, app.port, 'ready', DESKTOP);
  const composer = page.getByTestId('composer');
  await composer.fill('first chat');
  await page.getByTestId('send').click();
  await page.locator('[data-status=done]').waitFor();
  await expect.poll(() => composer.inputValue()).toBe('');
  await composer.fill('more for the first');
  await page.getByRole('button', { name: 'New chat', exact: true }).first().click();
  await page.getByTestId('empty-chat').waitFor();
  await expect.poll(() => composer.inputValue()).toBe('');
  await composer.fill('for a new one');
  await page.getByRole('button', { name: 'first chat', exact: true }).click();
  await expect.poll(() => composer.inputValue()).toBe('more for the first');
  await page.goBack();
  await expect.poll(() => composer.inputValue()).toBe('for a new one');
  await close();
});
