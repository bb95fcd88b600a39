import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';
import puppeteer from 'puppeteer-core';
import { EventLog, type PeerEvent } from './events.js';

/** A page of a real browser that runs page.ts. */
export interface BrowserPeers {
  events: EventLog;
  start(peer: string, initiator: boolean): Promise<void>;
  signal(peer: string, signal: unknown): Promise<void>;
  /** Sends a message that is sent back; its size when it came back unchanged. */
  echoText(peer: string, text: string): Promise<number>;
  echoBytes(peer: string, size: number): Promise<number>;
  close(peer: string): Promise<void>;
  stop(): Promise<void>;
}

type Evaluate = (expression: string) => Promise<unknown>;

function executable(name: string, variable: string, path: string): string {
  const found = process.env[variable] ?? path;
  if (!existsSync(found))
    throw new Error(`${found} is missing: apt-get install -y ${name}, or set ${variable}`);
  return found;
}

function peersOf(events: EventLog, evaluate: Evaluate, stop: () => Promise<void>): BrowserPeers {
  const call = (method: string, ...values: unknown[]): Promise<unknown> =>
    evaluate(`peers.${method}(${values.map((value) => JSON.stringify(value)).join(', ')})`);
  return {
    events,
    start: async (...values) => void (await call('start', ...values)),
    signal: async (...values) => void (await call('signal', ...values)),
    echoText: async (...values) => (await call('echoText', ...values)) as number,
    echoBytes: async (...values) => (await call('echoBytes', ...values)) as number,
    close: async (...values) => void (await call('close', ...values)),
    stop,
  };
}

const reporter = (events: EventLog) => (event: string) => events.add(JSON.parse(event) as PeerEvent);

export async function openChromium(url: string): Promise<BrowserPeers> {
  const browser = await chromium.launch({
    executablePath: executable('chromium', 'PANTHEON_CHROMIUM', '/usr/bin/chromium'),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--allow-loopback-in-peer-connection',
    ],
  });
  const events = new EventLog();
  const page = await browser.newPage();
  await page.exposeFunction('report', reporter(events));
  await page.goto(url);
  return peersOf(
    events,
    (expression) => page.evaluate(expression),
    () => browser.close(),
  );
}

export async function openFirefox(url: string): Promise<BrowserPeers> {
  const browser = await puppeteer.launch({
    browser: 'firefox',
    executablePath: executable('firefox-esr', 'PANTHEON_FIREFOX', '/usr/bin/firefox-esr'),
    headless: true,
    extraPrefsFirefox: {
      'media.peerconnection.ice.loopback': true,
      'media.peerconnection.ice.obfuscate_host_addresses': false,
    },
  });
  const events = new EventLog();
  const page = await browser.newPage();
  await page.exposeFunction('report', reporter(events));
  await page.goto(url, { waitUntil: 'domcontentloaded' });
  return peersOf(
    events,
    (expression) => page.evaluate(expression),
    () => browser.close(),
  );
}
