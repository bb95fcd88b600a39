import { afterAll } from 'vitest';
import { closeAllClients } from '../../../deploy/src/support/client.js';
import { removeTemporaryFolders } from '../../../deploy/src/support/folder.js';
import { removeTemporaryFolders as removeFoldersOfHosts } from '../../../e2e/src/support/pantheon.js';
import { stopAllProcesses } from '../../../e2e/src/support/process.js';
import { closeClients } from '../../../legacy/src/support/clients.js';
import { stopAll } from '../../../sign-in/src/support/cleanup.js';
import { closeDevices } from './devices.js';

afterAll(async () => {
  closeDevices();
  closeAllClients();
  await closeClients();
  await stopAllProcesses();
  await stopAll();
  removeTemporaryFolders();
  removeFoldersOfHosts();
});
