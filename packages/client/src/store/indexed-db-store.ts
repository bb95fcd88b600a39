import type { Store } from './store.js';

const DATABASE = 'pantheon';
const OBJECTS = 'entries';

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('IndexedDB failed'));
  });
}

function openDatabase(factory: IDBFactory): Promise<IDBDatabase> {
  const request = factory.open(DATABASE, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(OBJECTS);
  return settled(request);
}

/**
 * Keeps entries in IndexedDB, where localStorage is blocked (or outside of pages). Tabs tell each other of changes over a
 * BroadcastChannel. A write that fails is kept in memory, and `persistent` turns false.
 */
export class IndexedDbStore implements Store {
  private readonly unsaved = new Map<string, string>();
  private readonly channel =
    typeof BroadcastChannel === 'undefined' ? undefined : new BroadcastChannel('pantheon-store');

  private readonly database: IDBDatabase;

  private constructor(database: IDBDatabase) {
    this.database = database;
  }

  /** Opens the database; undefined when the browser blocks it. */
  static async open(factory: IDBFactory | undefined): Promise<IndexedDbStore | undefined> {
    try {
      return factory === undefined ? undefined : new IndexedDbStore(await openDatabase(factory));
    } catch {
      return undefined;
    }
  }

  get persistent(): boolean {
    return this.unsaved.size === 0;
  }

  async get(name: string): Promise<string | undefined> {
    const unsaved = this.unsaved.get(name);
    if (unsaved !== undefined) return unsaved;
    try {
      const value: unknown = await settled(this.objects('readonly').get(name));
      return typeof value === 'string' ? value : undefined;
    } catch {
      return undefined;
    }
  }

  async set(name: string, value: string): Promise<void> {
    try {
      await settled(this.objects('readwrite').put(value, name));
      this.unsaved.delete(name);
      this.channel?.postMessage(name);
    } catch {
      this.unsaved.set(name, value);
    }
  }

  async replace(name: string, before: string, value: string): Promise<boolean> {
    const unsaved = this.unsaved.get(name);
    let found = unsaved === before;
    try {
      const objects = this.objects('readwrite'); // one transaction: nobody comes between reading and writing
      found = (unsaved ?? (await settled<unknown>(objects.get(name)))) === before;
      if (!found) return false;
      await settled(objects.put(value, name));
      this.unsaved.delete(name);
      this.channel?.postMessage(name);
    } catch {
      if (found) this.unsaved.set(name, value);
    }
    return found;
  }

  async remove(name: string): Promise<void> {
    this.unsaved.delete(name);
    try {
      await settled(this.objects('readwrite').delete(name));
      this.channel?.postMessage(name);
    } catch {
      // the database is gone: then so is the entry
    }
  }

  watch(listener: (name: string) => void): () => void {
    const onMessage = ({ data }: MessageEvent<unknown>): void => {
      if (typeof data === 'string') listener(data);
    };
    this.channel?.addEventListener('message', onMessage);
    return () => this.channel?.removeEventListener('message', onMessage);
  }

  /** Closes the database and stops telling other tabs. */
  close(): void {
    this.channel?.close();
    this.database.close();
  }

  private objects(mode: IDBTransactionMode): IDBObjectStore {
    return this.database.transaction(OBJECTS, mode).objectStore(OBJECTS);
  }
}
