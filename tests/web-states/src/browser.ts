import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';

/** An address of a local network, for the browser: no secure context, as on a phone at home. */
export const HOST_NAME = 'pantheon.test';

const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  `--host-resolver-rules=MAP ${HOST_NAME} 127.0.0.1`,
];

/** A size and a colour scheme a person may have. */
export interface Look {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly scheme: 'light' | 'dark';
}

export const PHONE: Look = { name: 'phone-light', width: 390, height: 844, scheme: 'light' };
export const DESKTOP: Look = { name: 'desktop-light', width: 1280, height: 800, scheme: 'light' };
export const LOOKS: readonly Look[] = [
  PHONE,
  { name: 'phone-dark', width: 390, height: 844, scheme: 'dark' },
  DESKTOP,
  { name: 'desktop-dark', width: 1280, height: 800, scheme: 'dark' },
];

/** The system's Chromium. */
export function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env['PANTHEON_CHROMIUM'] ?? '/usr/bin/chromium',
    args: ARGS,
  });
}

/** An open page that collects what the browser complains about. */
export interface Opened {
  readonly page: Page;
  readonly complaints: string[];
  readonly close: () => Promise<void>;
}

/** Opens a scenario of the app. */
export async function open(
  browser: Browser,
  port: number,
  scenario: string,
  look: Look,
  hash = '',
): Promise<Opened> {
  const { width, height, scheme } = look;
  const phone = width < 600;
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: scheme,
    reducedMotion: 'reduce',
    hasTouch: phone,
    isMobile: phone,
    deviceScaleFactor: phone ? 2 : 1,
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.goto(`http://${HOST_NAME}:${port}/?state=${scenario}${hash}`);
  return { page, complaints, close: () => context.close() };
}

/** What has the focus: its accessible name or its text; `nothing` when it begins at the top. */
export function focused(page: Page): Promise<string> {
  return page.evaluate(() => {
    const one = document.activeElement;
    return one === document.body ? 'nothing' : (one?.getAttribute('aria-label') ?? one?.textContent ?? '');
  });
}

/** Lets one of the scenarios' happenings happen in an open page. */
export function happen(page: Page, happening: string): Promise<void> {
  return page.evaluate(
    (name) => (globalThis as unknown as { happen: (name: string) => void }).happen(name),
    happening,
  );
}

/** Writes a picture of the page into the folder named by PANTHEON_SCREENSHOTS; without it, does nothing. */
export async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env['PANTHEON_SCREENSHOTS'];
  if (folder === undefined || folder === '') return;
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`) });
}
