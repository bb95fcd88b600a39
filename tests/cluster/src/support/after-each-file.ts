import { afterAll } from 'vitest';
import { stopAll } from './process.js';
import { quitClients } from './redis.js';
import { disconnectDevices, removeFolders } from './signal.js';
import { disconnectAll } from './sockets.js';

afterAll(async () => {
  disconnectDevices();
  disconnectAll();
  await quitClients();
  await stopAll();
  removeFolders();
});
