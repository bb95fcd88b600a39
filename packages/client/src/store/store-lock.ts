import type { Store } from './store.js';

const LEASE_MS = 20_000;
const SETTLE_MS = 40;
const POLL_MS = 100;

function wait(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

function expiryOf(lease: string | undefined): number {
  return Number(lease?.split(' ')[1] ?? 0);
}

async function take(store: Store, name: string, owner: string): Promise<string> {
  for (;;) {
    const held = await store.get(name);
    if (held !== undefined && expiryOf(held) > Date.now() && expiryOf(held) < Date.now() + 2 * LEASE_MS) {
      await wait(POLL_MS);
      continue;
    }
    const lease = `${owner} ${Date.now() + LEASE_MS}`;
    await store.set(name, lease);
    await wait(SETTLE_MS); // another tab may have written at the same moment: the later write wins
    if ((await store.get(name)) === lease) return lease;
  }
}

/**
 * Runs `work` while no other tab of the origin does the same under `name`. Without navigator.locks, which plain http
 * origins do not have: a lease in the shared store. It is a courtesy between tabs, not a guarantee; what it guards
 * has to survive a rare overlap. A lease of a tab that died ends after 20 s.
 */
export async function withStoreLock<T>(
  store: Store,
  name: string,
  owner: string,
  work: () => Promise<T>,
): Promise<T> {
  const lease = await take(store, name, owner);
  try {
    return await work();
  } finally {
    if ((await store.get(name)) === lease) await store.remove(name);
  }
}
