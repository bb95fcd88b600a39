import { expect, it } from 'vitest';
import { DESKTOP, focused, open, PHONE, picture } from './browser.js';
import { servedApp } from './served-app.js';

const app = servedApp();

it.each([
  [PHONE, 'Choose a model'],
  [DESKTOP, 'Search models'],
])('opens the list of models without the keyboard of a phone: $name', async (look, focus) => {
  const { page, close } = await open(app.browser, app.port, 'ready', look);
  await page.getByTestId('model-picker').click();
  await page.getByTestId('model-option').first().waitFor();
  await expect.poll(() => focused(page)).toBe(focus);
  await page.keyboard.press('Escape');
  await page.getByTestId('model-option').first().waitFor({ state: 'detached' });
  await close();
});

it('has no field so small that a phone zooms into it: the name of a chat', async () => {
  const { page, close } = await open(app.browser, app.port, 'ready', PHONE);
  await page.getByTestId('composer').fill('bridges');
  await page.getByTestId('send').click();
  await page.locator('[data-testid=message-assistant][data-status=done]').waitFor();
  await page.getByTestId('open-sidebar').click();
  await page.getByRole('button', { name: 'Rename bridges' }).click();
  const field = page.getByRole('textbox', { name: 'Name of the chat' });
  expect(await field.evaluate((one) => parseFloat(getComputedStyle(one).fontSize))).toBeGreaterThanOrEqual(
    16,
  );
  await picture(page, 'rename-phone');
  await close();
});
