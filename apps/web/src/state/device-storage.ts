import { usableLocalStorage } from '@pantheon/client';

/** Text by name on this device. Blocked or full storage loses nothing but persistence: `set` says so by false. */
export interface DeviceStorage {
  get(name: string): string | undefined;
  /** False: it could not be stored. */
  set(name: string, value: string): boolean;
  remove(name: string): void;
  /** The names that begin with `prefix`. */
  names(prefix: string): readonly string[];
  /**
   * Calls `listener` with the name another tab changed, until the returned function is called; with `undefined` when any may have
   * changed.
   */
  watch(listener: (name: string | undefined) => void): () => void;
}

/** Storage that ends with the page; for tests, and where the browser allows no other. */
export function memoryStorage(): DeviceStorage {
  const entries = new Map<string, string>();
  return {
    get: (name) => entries.get(name),
    set: (name, value) => {
      entries.set(name, value);
      return true;
    },
    remove: (name) => void entries.delete(name),
    names: (prefix) => [...entries.keys()].filter((name) => name.startsWith(prefix)),
    watch: () => () => undefined,
  };
}

/** The browser's localStorage, or memory where that is blocked. */
export function deviceStorage(): DeviceStorage {
  const storage = usableLocalStorage(window);
  if (storage === undefined) return memoryStorage();
  return {
    get: (name) => storage.getItem(name) ?? undefined,
    set: (name, value) => {
      try {
        storage.setItem(name, value);
        return true;
      } catch {
        return false;
      }
    },
    remove: (name) => storage.removeItem(name),
    names: (prefix) => Object.keys(storage).filter((name) => name.startsWith(prefix)),
    watch: (listener) => {
      const stop = new AbortController();
      const { signal } = stop;
      addEventListener('storage', ({ key }) => listener(key ?? undefined), { signal });
      // The browser had put the page aside, and told it nothing meanwhile.
      addEventListener('pageshow', ({ persisted }) => persisted && listener(undefined), { signal });
      return () => stop.abort();
    },
  };
}
