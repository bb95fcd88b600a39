import { afterAll } from 'vitest';
import { removeTemporaryFolders } from '../../../e2e/src/support/pantheon.js';
import { stopAllProcesses } from '../../../e2e/src/support/process.js';
import { closeClients } from './clients.js';

afterAll(async () => {
  await closeClients();
  await stopAllProcesses();
  removeTemporaryFolders();
});
