/** Writes one line of detail; never hand it a prompt, an answer or a token. */
export type Debug = (message: string, details?: Readonly<Record<string, unknown>>) => void;

/** What `localStorage.debug` holds: names with `*`, separated by commas or spaces, `-` in front excludes. */
function setting(): string {
  try {
    return globalThis.localStorage.getItem('debug') ?? '';
  } catch {
    return '';
  }
}

/** Whether the setting (`p2p:*,-p2p:peer`) turns a name on. */
export function debugEnabled(name: string, value: string): boolean {
  const patterns = value.split(/[\s,]+/).filter((pattern) => pattern !== '');
  const matches = (pattern: string): boolean =>
    new RegExp(`^${pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replace(/\*/g, '.*')}$`).test(name);
  if (patterns.some((pattern) => pattern.startsWith('-') && matches(pattern.slice(1)))) return false;
  return patterns.some((pattern) => !pattern.startsWith('-') && matches(pattern));
}

/**
 * The detailed log of one part, on the console. `localStorage.debug = 'p2p:*'` turns all of them on; the setting is
 * read at each line, so that it works without a reload.
 */
export function debugLog(part: string): Debug {
  const name = `p2p:${part}`;
  return (message, details) => {
    const value = setting();
    if (value === '' || !debugEnabled(name, value)) return;
    if (details === undefined) console.debug(`${name} ${message}`);
    else console.debug(`${name} ${message}`, details);
  };
}
