import type { Store } from './store.js';

/** Keeps everything in memory, for tests and for browsers that block storage. */
export class MemoryStore implements Store {
  readonly persistent = false;
  private readonly entries = new Map<string, string>();

  get(name: string): Promise<string | undefined> {
    return Promise.resolve(this.entries.get(name));
  }

  set(name: string, value: string): Promise<void> {
    this.entries.set(name, value);
    return Promise.resolve();
  }

  async replace(name: string, before: string, value: string): Promise<boolean> {
    if (this.entries.get(name) !== before) return false;
    await this.set(name, value);
    return true;
  }

  remove(name: string): Promise<void> {
    this.entries.delete(name);
    return Promise.resolve();
  }

  /** There are no other tabs. */
  watch(): () => void {
    return () => undefined;
  }
}
