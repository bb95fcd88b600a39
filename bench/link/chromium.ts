import { existsSync } from 'node:fs';
import process from 'node:process';
import { build } from 'esbuild';
import { chromium, type Browser, type Page } from 'playwright-core';

const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--allow-loopback-in-peer-connection',
  // The page is handed to the browser, not fetched, so it counts as public: asking loopback would need a person's yes.
  '--disable-features=LocalNetworkAccessChecks,LocalNetworkAccessChecksWebSockets,LocalNetworkAccessChecksWebRTC',
];
// Isolated, a page's clock counts in steps of 5 microseconds, else of 100.
const ISOLATED = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

/** Starts the system's Chromium with the page of the benchmark; nothing when there is none. */
export async function openBenchPage(origin: string): Promise<{ browser: Browser; page: Page } | undefined> {
  const executablePath = process.env['PANTHEON_CHROMIUM'] ?? '/usr/bin/chromium';
  if (!existsSync(executablePath)) return undefined;
  const bundle = await build({
    entryPoints: ['bench/link/page.ts'],
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2022',
  });
  const script = bundle.outputFiles[0]?.text ?? '';
  const browser = await chromium.launch({ executablePath, args: ARGUMENTS });
  const page = await browser.newPage();
  await page.route(`${origin}/`, (route) =>
    route.fulfill({
      contentType: 'text/html',
      headers: ISOLATED,
      body: '<!doctype html><script src="/bench.js"></script>',
    }),
  );
  await page.route(`${origin}/bench.js`, (route) =>
    route.fulfill({ contentType: 'text/javascript', body: script }),
  );
  await page.goto(`${origin}/`);
  return { browser, page };
}
