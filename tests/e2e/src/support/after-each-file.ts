import { afterAll } from 'vitest';
import { closeBrowser } from './browser.js';
import { stopAllProcesses } from './process.js';

afterAll(async () => {
  await closeBrowser();
  await stopAllProcesses();
});
