import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import puppeteer from 'puppeteer-core';

const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--allow-loopback-in-peer-connection',
  // A name that is not localhost, so that its http origin is as insecure as that of a machine on the network.
  '--host-resolver-rules=MAP lan.test 127.0.0.1',
];

function executable(name: string, variable: string, path: string): string {
  const found = process.env[variable] ?? path;
  if (!existsSync(found))
    throw new Error(`${found} is missing: apt-get install -y ${name}, or set ${variable}`);
  return found;
}

/** Starts the system's Chromium. */
export function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: executable('chromium', 'PANTHEON_CHROMIUM', '/usr/bin/chromium'),
    args: ARGUMENTS,
  });
}

/** A page of either browser. */
export interface AnyPage {
  /** Runs a function there that needs nothing from here but its argument. */
  run<Argument, Result>(
    work: (argument: Argument) => Result | Promise<Result>,
    argument: Argument,
  ): Promise<Result>;
  close(): Promise<void>;
}

/** Opens a page in a Chromium of its own. */
export async function chromiumPage(url: string): Promise<AnyPage> {
  const browser = await launch();
  const page = await browser.newPage();
  await page.goto(url);
  return {
    run: (work, argument) => page.evaluate(`(${work.toString()})(${JSON.stringify(argument)})`),
    close: () => browser.close(),
  };
}

/** Opens a page in a Firefox of its own. */
export async function firefoxPage(url: string): Promise<AnyPage> {
  const browser = await puppeteer.launch({
    browser: 'firefox',
    executablePath: executable('firefox-esr', 'PANTHEON_FIREFOX', '/usr/bin/firefox-esr'),
    headless: true,
    extraPrefsFirefox: {
      'media.peerconnection.ice.loopback': true,
      'media.peerconnection.ice.obfuscate_host_addresses': false,
    },
  });
  const page = await browser.newPage();
  await page.goto(url, { waitUntil: 'domcontentloaded' });
  return {
    run: async <Argument, Result>(
      work: (argument: Argument) => Result | Promise<Result>,
      argument: Argument,
    ) => (await page.evaluate(`(${work.toString()})(${JSON.stringify(argument)})`)) as Result,
    close: () => browser.close(),
  };
}

/** The scripts of the test page: ours, and simple-peer as it is published. */
export async function scripts(): Promise<string> {
  const entryPoint = fileURLToPath(new URL('page/entry.ts', import.meta.url));
  const result = await build({
    entryPoints: [entryPoint],
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2022',
  });
  const simplePeer = createRequire(import.meta.url).resolve('simple-peer/simplepeer.min.js');
  return `${await readFile(simplePeer, 'utf8')}\n${result.outputFiles[0]?.text ?? ''}`;
}

/** The files of the test page, by path: content type and body. */
export function pageFiles(script: string): ReadonlyMap<string, readonly [contentType: string, body: string]> {
  return new Map([
    ['/', ['text/html; charset=utf-8', '<!doctype html><script src="/page.js"></script>']],
    ['/page.js', ['text/javascript; charset=utf-8', script]],
  ]);
}

/** Opens the test page of an origin. An error on the page that nobody caught fails the test. */
export async function openPage(context: BrowserContext, origin: string): Promise<Page> {
  const page = await context.newPage();
  page.on('pageerror', (error) => {
    throw error;
  });
  await page.goto(`${origin}/`);
  return page;
}
