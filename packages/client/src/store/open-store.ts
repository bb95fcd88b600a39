import { IndexedDbStore } from './indexed-db-store.js';
import { LocalStorageStore, type StorageWindow } from './local-storage-store.js';
import { MemoryStore } from './memory-store.js';
import type { Store } from './store.js';
import { usableLocalStorage } from './usable-local-storage.js';

/** What a browser offers for keeping things. Reading either property may throw where storage is blocked. */
export interface StorageHost extends Partial<StorageWindow> {
  readonly indexedDB?: IDBFactory;
}

function hasPage(host: StorageHost): host is StorageWindow {
  try {
    return host.localStorage !== undefined && host.addEventListener !== undefined;
  } catch {
    return false;
  }
}

function factoryOf(host: StorageHost): IDBFactory | undefined {
  try {
    return host.indexedDB;
  } catch {
    return undefined;
  }
}

/** The best store the browser allows: localStorage, else IndexedDB, else memory. Never rejects. */
export async function openStore(host: StorageHost = globalThis): Promise<Store> {
  if (hasPage(host) && usableLocalStorage(host) !== undefined) return new LocalStorageStore(host);
  return (await IndexedDbStore.open(factoryOf(host))) ?? new MemoryStore();
}
