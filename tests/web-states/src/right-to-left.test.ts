import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { DESKTOP, open, picture } from './browser.js';
import { servedApp } from './served-app.js';

const app = servedApp();

const QUESTION = 'איך עומד גשר תלוי?';

function direction(page: Page, selector: string): Promise<string> {
  return page
    .locator(selector)
    .first()
    .evaluate((one) => getComputedStyle(one).direction);
}

it('lays out text by its own direction, and code from left to right', async () => {
  const { page, complaints, close } = await open(app.browser, app.port, 'right-to-left', DESKTOP);
  await page.getByTestId('composer').fill(QUESTION);
  expect(await direction(page, '[data-testid=composer]')).toBe('rtl');
  await page.getByTestId('send').click();
  await page.locator('[data-testid=message-assistant][data-status=done]').waitFor();
  await picture(page, 'right-to-left');
  const directions: Record<string, string> = {};
  for (const one of [
    'p',
    'h5',
    'ul',
    'li',
    'blockquote',
    'blockquote p',
    'table',
    'th',
    'th + th',
    'pre',
    '> p:last-child',
  ])
    directions[one] = await direction(page, `.markdown ${one}`);
  expect(directions).toEqual({
    p: 'rtl',
    h5: 'rtl',
    ul: 'rtl',
    li: 'rtl',
    blockquote: 'rtl',
    'blockquote p': 'rtl',
    table: 'rtl',
    th: 'rtl',
    'th + th': 'ltr',
    pre: 'ltr',
    '> p:last-child': 'ltr',
  });
  expect(await direction(page, '.bubble')).toBe('rtl');
  expect(await direction(page, '.chat-open > span')).toBe('rtl');
  await page.getByRole('button', { name: 'Edit', exact: true }).click();
  expect(await direction(page, '.editing textarea')).toBe('rtl');
  expect(complaints).toEqual([]);
  await close();
});
