export { ClientError, isClientError } from './core/error.js';
export { PantheonClient } from './client/client.js';
export type * from './client/types.js';
export { LegacyChannel, type LegacyModel } from './legacy/legacy-channel.js';
export { Link, LinkError } from './link/index.js';
export { readPairingLink, type PairingLink } from './pairing/pairing-link.js';
export { MemoryStore } from './store/memory-store.js';
export { openStore } from './store/open-store.js';
export type { Store } from './store/store.js';
