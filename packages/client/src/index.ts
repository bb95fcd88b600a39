export { ClientError, isClientError } from './core/error.js';
export { PantheonClient } from './client/client.js';
export type * from './client/types.js';
export type { Link } from './client/link.js';
export type { Store } from './store/store.js';
