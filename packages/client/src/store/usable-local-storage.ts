const PROBE = 'pantheon:probe';

/**
 * The localStorage of a page, or undefined where the browser blocks it, which it may do by throwing at any use. One that is
 * full is not blocked: what it holds can be read, and removed. A private window's that never had room counts as blocked.
 */
export function usableLocalStorage(page: { readonly localStorage: Storage }): Storage | undefined {
  let storage: Storage | undefined;
  try {
    storage = page.localStorage;
    storage.setItem(PROBE, '1');
    storage.removeItem(PROBE);
    return storage;
  } catch (error) {
    const full = error instanceof DOMException && error.name === 'QuotaExceededError';
    return full && storage !== undefined && storage.length > 0 ? storage : undefined;
  }
}
