import type { Store } from './store.js';

const PREFIX = 'pantheon:';

/** The parts of a page that the store needs; `window` has them. */
export interface StorageWindow {
  readonly localStorage: Storage;
  addEventListener(type: 'storage', listener: (event: StorageEvent) => void): void;
  removeEventListener(type: 'storage', listener: (event: StorageEvent) => void): void;
}

/**
 * Keeps entries in localStorage, under the prefix `pantheon:`. A write the browser refuses (quota, blocked later on) is
 * kept in memory, and `persistent` turns false.
 */
export class LocalStorageStore implements Store {
  private readonly unsaved = new Map<string, string>();

  private readonly page: StorageWindow;

  constructor(page: StorageWindow) {
    this.page = page;
  }

  get persistent(): boolean {
    return this.unsaved.size === 0;
  }

  get(name: string): Promise<string | undefined> {
    return Promise.resolve(this.read(name));
  }

  set(name: string, value: string): Promise<void> {
    try {
      this.page.localStorage.setItem(PREFIX + name, value);
      this.unsaved.delete(name);
    } catch {
      this.unsaved.set(name, value);
    }
    return Promise.resolve();
  }

  async replace(name: string, before: string, value: string): Promise<boolean> {
    if (this.read(name) !== before) return false;
    await this.set(name, value);
    return true;
  }

  remove(name: string): Promise<void> {
    this.unsaved.delete(name);
    try {
      this.page.localStorage.removeItem(PREFIX + name);
    } catch {
      // blocked since: then there is nothing to remove either
    }
    return Promise.resolve();
  }

  watch(listener: (name: string) => void): () => void {
    const onStorage = ({ key }: StorageEvent): void => {
      if (key?.startsWith(PREFIX)) listener(key.slice(PREFIX.length));
    };
    this.page.addEventListener('storage', onStorage);
    return () => this.page.removeEventListener('storage', onStorage);
  }

  private read(name: string): string | undefined {
    const unsaved = this.unsaved.get(name);
    if (unsaved !== undefined) return unsaved;
    try {
      return this.page.localStorage.getItem(PREFIX + name) ?? undefined;
    } catch {
      return undefined;
    }
  }
}
