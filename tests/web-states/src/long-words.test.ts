import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { happen, open, picture, type Look } from './browser.js';
import { servedApp } from './served-app.js';

const app = servedApp();

const NARROW: Look = { name: 'narrow', width: 375, height: 700, scheme: 'light' };
const PAIR = '#pair=AAAAAAAAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAA';

/** What is wider than its place, so that it juts out or a finger can push it sideways, unless it is cut off on purpose. */
function tooWide(page: Page): Promise<readonly string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll('#root :not(svg, svg *)')]
      .filter((one) => {
        const { overflowX, display } = getComputedStyle(one);
        if (display === 'inline')
          return one.getBoundingClientRect().right > innerWidth && one.checkVisibility();
        return overflowX !== 'hidden' && one.scrollWidth > one.clientWidth;
      })
      .map((one) => `${one.tagName} ${one.className}`),
  );
}

async function ask(page: Page): Promise<void> {
  await page.getByTestId('composer').fill('hello');
  await page.getByTestId('send').click();
  await page.getByTestId('failure').waitFor();
}

const STATES: readonly (readonly [
  name: string,
  scenario: string,
  hash: string,
  act: (page: Page) => Promise<unknown>,
])[] = [
  ['the beginning of a chat', 'long-words', '', (page) => page.getByText('What is on').waitFor()],
  ['an answer that failed', 'long-words', '', ask],
  [
    'what stands in the way of a chat',
    'long-words',
    '',
    async (page) => {
      await ask(page);
      await happen(page, 'long-words');
      await page.getByTestId('state-banner').waitFor();
    },
  ],
  [
    'the models',
    'long-words',
    '',
    async (page) => {
      await page.getByTestId('model-picker').click();
      await page.getByTestId('model-option').first().waitFor();
    },
  ],
  ['the settings', 'long-words', '#/settings', (page) => page.getByText('This server runs on it').waitFor()],
  ['a server that is away', 'long-words-offline', '', (page) => page.getByTestId('state-banner').waitFor()],
  [
    'pairing that failed',
    'long-words-pairing',
    PAIR,
    async (page) => {
      await page.getByTestId('pair-button').click();
      await page.getByTestId('pair-error').waitFor();
    },
  ],
  [
    'a server that is not to be trusted',
    'long-words-untrusted',
    '',
    (page) => page.getByTestId('page-untrusted').waitFor(),
  ],
];

it.each(STATES)('break where they stand, on a phone: %s', async (name, scenario, hash, act) => {
  const { page, close } = await open(app.browser, app.port, scenario, NARROW, hash);
  await act(page);
  await picture(page, `long-words-${name.replaceAll(' ', '-')}`);
  expect(await tooWide(page)).toEqual([]);
  await close();
});
