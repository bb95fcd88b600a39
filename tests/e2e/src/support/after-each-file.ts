import { afterAll } from 'vitest';
import { stopAll } from '../../../sign-in/src/support/cleanup.js';
import { closeBrowser } from './browser.js';
import { removeTemporaryFolders } from './pantheon.js';
import { stopAllProcesses } from './process.js';

afterAll(async () => {
  await closeBrowser();
  await stopAll();
  await stopAllProcesses();
  removeTemporaryFolders();
});
