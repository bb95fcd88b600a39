import { PantheonClient } from '../../../../packages/client/src/index.js';
import { deviceIdOfSeed, MiniHost, newSeed } from './mini-host.js';
import * as peers from './peers.js';

/** What tests find on the page as `testing`. */
export const testing = { ...peers, MiniHost, PantheonClient, deviceIdOfSeed, newSeed };

declare global {
  interface Window {
    testing: typeof testing;
    host: MiniHost;
    client: PantheonClient;
  }
}

window.testing = testing;
