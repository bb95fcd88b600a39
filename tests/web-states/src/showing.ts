import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { open, picture, type Look } from './browser.js';
import type { Case } from './cases.js';
import { servedApp, type ServedApp } from './served-app.js';

function scrollsSideways(page: Page): Promise<boolean> {
  return page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth');
}

async function show({ browser, port }: ServedApp, one: Case, look: Look): Promise<void> {
  const { page, complaints, close } = await open(browser, port, one.scenario, look, one.hash);
  await one.act?.(page);
  for (const text of one.texts)
    await page.getByText(text).and(page.locator(':visible')).first().waitFor({ timeout: 5_000 });
  await picture(page, `${one.name}-${look.name}`);
  expect(await scrollsSideways(page)).toBe(false);
  if (look.width < 600) {
    await page.setViewportSize({ width: 360, height: 640 });
    expect(await scrollsSideways(page), 'at a width of 360').toBe(false);
  }
  expect(complaints).toEqual([]);
  await close();
}

/** Tests that each state shows what it should in a look. */
export function describeStates(look: Look, cases: readonly Case[]): void {
  describe(look.name, () => {
    const app = servedApp();
    it.each(cases)('shows $name', (one) => show(app, one, look));
  });
}
