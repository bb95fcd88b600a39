import { afterAll } from 'vitest';
import { stopAllProcesses } from '../../../e2e/src/support/process.js';
import { closeAllClients } from './client.js';
import { removeTemporaryFolders } from './folder.js';

afterAll(async () => {
  closeAllClients();
  await stopAllProcesses();
  removeTemporaryFolders();
});
