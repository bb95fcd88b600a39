import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';

const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--allow-loopback-in-peer-connection',
];

let running: Browser | undefined;

/** The system's Chromium, one for all tests of a file. */
export async function browser(): Promise<Browser> {
  return (running ??= await launch());
}

/** Ends it. */
export async function closeBrowser(): Promise<void> {
  await running?.close();
  running = undefined;
}

async function launch(): Promise<Browser> {
  const executablePath = process.env['PANTHEON_CHROMIUM'] ?? '/usr/bin/chromium';
  if (!existsSync(executablePath))
    throw new Error(`${executablePath} is missing: apt-get install -y chromium`);
  return await chromium.launch({ executablePath, args: ARGUMENTS });
}

let bundle: Promise<string> | undefined;

/** The script of the test page: the published client, and what deployed pages are made of. */
function script(): Promise<string> {
  bundle ??= bundled();
  return bundle;
}

async function bundled(): Promise<string> {
  const simplePeer = createRequire(import.meta.url).resolve('simple-peer/simplepeer.min.js');
  return `${await readFile(simplePeer, 'utf8')}\n${await bundleOf('entry.ts')}`;
}

/** A file of the folder `page` as a script for a page. */
export async function bundleOf(file: string): Promise<string> {
  const result = await build({
    entryPoints: [fileURLToPath(new URL(`page/${file}`, import.meta.url))],
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2022',
  });
  return result.outputFiles[0]?.text ?? '';
}

/** Shows what the client says about its doings: for finding out why a test fails. */
async function logConsole(page: Page): Promise<void> {
  page.on('console', (message) => process.stderr.write(`page: ${message.text()}\n`));
  await page.addInitScript(() => localStorage.setItem('debug', 'p2p:*'));
}

/** What a browser asked a server for over plain HTTP. */
export interface TestPage {
  readonly page: Page;
  /** Method and path of each HTTP request that left the page. */
  readonly requests: readonly string[];
  /** Errors that nobody on the page caught. */
  readonly errors: readonly Error[];
}

/** Opens a page of `origin` with the test's scripts in it, on a device of its own unless a context is given; every request goes to the real server there. */
export async function openTestPage(origin: string, context?: BrowserContext): Promise<TestPage> {
  const page = await (context ?? (await (await browser()).newContext())).newPage();
  const [requests, errors]: [string[], Error[]] = [[], []];
  page.on('pageerror', (error) => errors.push(error));
  if (process.env['PANTHEON_E2E_LOG'] !== undefined) await logConsole(page);
  await page.addInitScript({ content: await script() });
  await page.goto(`${origin}/health`);
  page.on('request', (request) => requests.push(`${request.method()} ${new URL(request.url()).pathname}`));
  return { page, requests, errors };
}
