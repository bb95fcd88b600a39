import { IDBFactory } from 'fake-indexeddb';
import { describe, expect, it } from 'vitest';
import { IndexedDbStore } from './indexed-db-store.js';
import { LocalStorageStore, type StorageWindow } from './local-storage-store.js';
import { MemoryStore } from './memory-store.js';
import { openStore, type StorageHost } from './open-store.js';
import { withStoreLock } from './store-lock.js';
import type { Store } from './store.js';

/** Storage as a browser has it, with a switch for a full or blocked one. */
class PageStorage implements Storage {
  [name: string]: unknown;
  readonly entries = new Map<string, string>();
  full = false;
  get length(): number {
    return this.entries.size;
  }
  clear(): void {
    this.entries.clear();
  }
  key(index: number): string | null {
    return [...this.entries.keys()][index] ?? null;
  }
  getItem(name: string): string | null {
    return this.entries.get(name) ?? null;
  }
  removeItem(name: string): void {
    this.entries.delete(name);
  }
  setItem(name: string, value: string): void {
    if (this.full) throw new DOMException('full', 'QuotaExceededError');
    this.entries.set(name, value);
  }
}

class Page extends EventTarget {
  readonly localStorage = new PageStorage();
}

function page(): Page & StorageWindow {
  return new Page() as Page & StorageWindow;
}

async function eachStore(check: (store: Store) => Promise<void>): Promise<void> {
  await check(new MemoryStore());
  await check(new LocalStorageStore(page()));
  const database = await IndexedDbStore.open(new IDBFactory());
  await check(database ?? expect.fail('no database'));
  database?.close();
}

async function roundTrip(store: Store): Promise<void> {
  await store.set('a', '1');
  expect(await store.get('a')).toBe('1');
  await store.remove('a');
  expect(await store.get('a')).toBeUndefined();
}

describe('every store', () => {
  it('keeps, gives back and removes', async () => {
    await eachStore(roundTrip);
  });

  it('replaces what an entry holds, and nothing else', async () => {
    await eachStore(async (store) => {
      await store.set('a', '1');
      expect(await store.replace('a', '1', '2')).toBe(true);
      expect(await store.replace('a', '1', '3')).toBe(false);
      expect(await store.get('a')).toBe('2');
      const [replaced] = await Promise.all([store.replace('a', '2', '4'), store.remove('a')]);
      expect(replaced).toBe(true); // it came first, and the removal counts
      expect(await store.replace('a', '4', '5')).toBe(false);
      expect(await store.get('a')).toBeUndefined();
    });
  });
});

describe('LocalStorageStore', () => {
  it('goes on in memory when the storage is full, and says so', async () => {
    const window = page();
    const store = new LocalStorageStore(window);
    await store.set('a', 'old');
    window.localStorage.full = true;
    await store.set('a', 'new');
    expect(await store.get('a')).toBe('new');
    expect(store.persistent).toBe(false);
    window.localStorage.full = false;
    await store.set('a', 'newer');
    expect(store.persistent).toBe(true);
  });

  it('tells of what other tabs write, and not of entries of others', async () => {
    const window = page();
    const heard: string[] = [];
    const stop = new LocalStorageStore(window).watch((name) => heard.push(name));
    const tell = (key: string): boolean => window.dispatchEvent(Object.assign(new Event('storage'), { key }));
    tell('pantheon:tokens');
    tell('other');
    stop();
    tell('pantheon:pairing');
    expect(heard).toEqual(['tokens']);
  });
});

describe('IndexedDbStore', () => {
  it('is shared by tabs, which tell each other', async () => {
    const factory = new IDBFactory();
    const one = (await IndexedDbStore.open(factory)) ?? expect.fail('no database');
    const two = (await IndexedDbStore.open(factory)) ?? expect.fail('no database');
    const told = new Promise<string>((resolve) => two.watch(resolve));
    await one.set('tokens', 'x');
    expect(await told).toBe('tokens');
    expect(await two.get('tokens')).toBe('x');
    one.close();
    two.close();
  });
});

describe('openStore', () => {
  it('prefers localStorage', async () => {
    expect(await openStore(page())).toBeInstanceOf(LocalStorageStore);
  });

  it('keeps to localStorage that is full, as what it holds can be read', async () => {
    const host = page();
    await new LocalStorageStore(host).set('a', 'kept');
    host.localStorage.full = true;
    expect(await (await openStore(host)).get('a')).toBe('kept');
  });

  it('does without localStorage that has no room for anything', async () => {
    const host = page();
    host.localStorage.full = true;
    expect(await openStore(host)).toBeInstanceOf(MemoryStore);
  });

  it('takes IndexedDB where localStorage throws, and memory where both do', async () => {
    const blocked = {
      get localStorage(): Storage {
        throw new DOMException('blocked', 'SecurityError');
      },
    };
    const half: StorageHost = Object.defineProperty({ indexedDB: new IDBFactory() }, 'localStorage', {
      get: () => blocked.localStorage,
    });
    const store = await openStore(half);
    expect(store).toBeInstanceOf(IndexedDbStore);
    if (store instanceof IndexedDbStore) store.close();
    expect(await openStore(blocked as unknown as StorageHost)).toBeInstanceOf(MemoryStore);
    expect((await openStore({})).persistent).toBe(false);
  });
});

describe('withStoreLock', () => {
  it('lets one after the other work', async () => {
    const store = new MemoryStore();
    let working = 0;
    let most = 0;
    const work = async (): Promise<void> => {
      most = Math.max(most, ++working);
      await store.get('anything');
      await new Promise((resolve) => setTimeout(resolve, 20));
      working--;
    };
    await Promise.all(['a', 'b', 'c'].map((owner) => withStoreLock(store, 'lock', owner, work)));
    expect(most).toBe(1);
    expect(await store.get('lock')).toBeUndefined();
  });

  it('does not wait for a lease that has run out, or that is absurdly long', async () => {
    const store = new MemoryStore();
    await store.set('lock', `dead ${Date.now() - 1}`);
    expect(await withStoreLock(store, 'lock', 'a', () => Promise.resolve(1))).toBe(1);
    await store.set('lock', `dead ${Date.now() + 1e9}`);
    expect(await withStoreLock(store, 'lock', 'a', () => Promise.resolve(2))).toBe(2);
  });

  it('is free again after work that failed', async () => {
    const store = new MemoryStore();
    await expect(withStoreLock(store, 'lock', 'a', () => Promise.reject(new Error('no')))).rejects.toThrow(
      'no',
    );
    expect(await store.get('lock')).toBeUndefined();
  });
});
