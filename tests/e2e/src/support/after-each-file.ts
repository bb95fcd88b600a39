import { afterAll } from 'vitest';
import { closeBrowser } from './browser.js';
import { removeTemporaryFolders } from './pantheon.js';
import { stopAllProcesses } from './process.js';

afterAll(async () => {
  await closeBrowser();
  await stopAllProcesses();
  removeTemporaryFolders();
});
