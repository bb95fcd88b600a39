import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';

const EXECUTABLE = '/usr/bin/chromium';
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

/** Starts the system's Chromium. */
export function launch(): Promise<Browser> {
  return chromium.launch({ executablePath: EXECUTABLE, args: ARGUMENTS });
}

/** The scripts of the test page: ours, and simple-peer as it is published. */
export async function scripts(): Promise<string> {
  const entryPoint = fileURLToPath(new URL('page/entry.ts', import.meta.url));
  const result = await build({ entryPoints: [entryPoint], bundle: true, write: false, format: 'iife', target: 'es2022' });
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
