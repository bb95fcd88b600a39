import type { Server } from 'node:http';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';
import { serveApp } from './app-server.js';
import { launch } from './browser.js';
import { TESTING_APP } from './build.js';

/** The app of the tests and a browser, while a file's tests run. */
export interface ServedApp {
  readonly browser: Browser;
  readonly port: number;
}

/** Starts both before the tests of a file and ends them afterwards. What is returned holds them while tests run. */
export function servedApp(): ServedApp {
  let browser: Browser;
  let server: Server;
  let port: number;
  beforeAll(async () => {
    ({ port, server } = await serveApp(TESTING_APP));
    browser = await launch();
  });
  afterAll(async () => {
    await browser.close();
    server.close();
  });
  return {
    get browser() {
      return browser;
    },
    get port() {
      return port;
    },
  };
}
