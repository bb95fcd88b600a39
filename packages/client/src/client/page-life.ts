/** What a page goes through that matters for connections. */
export interface PageLife {
  /** The page goes away, or into the back-forward cache. */
  readonly hide: () => void;
  /** It came back out of that cache: everything that was open is closed. */
  readonly show: () => void;
  /** There may be a network again: it went online, or became visible after a sleep. */
  readonly online: () => void;
  /** What is open may be dead and not know it: the network is another one, or the page was out of sight for long. */
  readonly woke: () => void;
}

/** Who only looks into another tab comes back sooner, most of the time. */
const AWAY_MS = 10_000;

/** Calls at the events of the page; does nothing outside of one. Returns the way to stop it. */
export function onPageLife({ hide, show, online, woke }: PageLife): () => void {
  if (typeof window === 'undefined' || typeof document === 'undefined') return () => undefined;
  const stop = new AbortController();
  const { signal } = stop;
  window.addEventListener('pagehide', hide, { signal });
  const onOnline = (): void => {
    online();
    woke();
  };
  window.addEventListener('online', onOnline, { signal });
  const onShow = (event: PageTransitionEvent): void => {
    if (event.persisted) show();
  };
  window.addEventListener('pageshow', onShow, { signal });
  let hiddenSince = Number.POSITIVE_INFINITY; // by the clock: others stand still while a device sleeps
  const onVisibility = (): void => {
    if (document.visibilityState !== 'visible') {
      hiddenSince = Date.now();
      return;
    }
    online();
    if (Date.now() - hiddenSince >= AWAY_MS) woke();
    hiddenSince = Number.POSITIVE_INFINITY;
  };
  document.addEventListener('visibilitychange', onVisibility, { signal });
  return () => stop.abort();
}
