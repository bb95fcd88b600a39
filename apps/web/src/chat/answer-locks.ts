const PREFIX = 'pantheon.answer.';

/** Which answers are being written in some tab of this browser. */
export interface AnswerLocks {
  /** Marks an answer as written by this page, until the returned function is called or the page is gone. */
  hold(messageId: string): () => void;
  /** The answers that are marked, by any tab. Empty where the browser cannot tell. Never rejects. */
  held(): Promise<ReadonlySet<string>>;
}

/** Undefined on plain http, as of a local network: locks need a secure context. */
function browserLocks(): LockManager | undefined {
  return 'locks' in navigator ? navigator.locks : undefined;
}

/** Marks of answers as Web Locks, which end with the page that holds them, however it ends. */
export function answerLocks(locks: LockManager | undefined = browserLocks()): AnswerLocks {
  return {
    hold: (messageId) => {
      let release: () => void = () => undefined;
      const released = new Promise<void>((resolve) => (release = resolve));
      locks?.request(PREFIX + messageId, () => released).catch(() => undefined);
      return release;
    },
    held: async () => {
      try {
        const { held = [], pending = [] } = (await locks?.query()) ?? {};
        const names = [...held, ...pending].map(({ name = '' }) => name);
        return new Set(
          names.filter((name) => name.startsWith(PREFIX)).map((name) => name.slice(PREFIX.length)),
        );
      } catch {
        return new Set();
      }
    },
  };
}
