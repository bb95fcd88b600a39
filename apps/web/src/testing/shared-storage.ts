import { memoryStorage, type DeviceStorage } from '../state/device-storage.js';

/** The storage of a browser for several tabs: each call opens it for one more, which is told what the others write. */
export function sharedStorage(): () => DeviceStorage {
  const entries = memoryStorage();
  const listeners = new Map<DeviceStorage, Set<(name: string | undefined) => void>>();
  const tell = (writer: DeviceStorage, name: string): void => {
    for (const [tab, watching] of listeners)
      if (tab !== writer) for (const listener of watching) listener(name);
  };
  return () => {
    const own = new Set<(name: string | undefined) => void>();
    const tab: DeviceStorage = {
      ...entries,
      set: (name, value) => {
        entries.set(name, value);
        tell(tab, name);
        return true;
      },
      remove: (name) => {
        entries.remove(name);
        tell(tab, name);
      },
      watch: (listener) => {
        own.add(listener);
        return () => void own.delete(listener);
      },
    };
    listeners.set(tab, own);
    return tab;
  };
}
