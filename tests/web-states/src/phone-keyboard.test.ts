import { expect, it } from 'vitest';
import { DESKTOP, focused, open, PHONE } from './browser.js';
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
