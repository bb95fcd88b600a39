/** What a page goes through that matters for connections. */
export interface PageLife {
  /** The page goes away, or into the back-forward cache. */
  readonly hide: () => void;
  /** It came back out of that cache: everything that was open is closed. */
  readonly show: () => void;
  /** There may be a network again: it went online, or became visible after a sleep. */
  readonly online: () => void;
}

/** Calls at the events of the page; does nothing outside of one. Returns the way to stop it. */
export function onPageLife({ hide, show, online }: PageLife): () => void {
  if (typeof window === 'undefined' || typeof document === 'undefined') return () => undefined;
  const stop = new AbortController();
  const { signal } = stop;
  window.addEventListener('pagehide', hide, { signal });
  window.addEventListener('online', online, { signal });
  const onShow = (event: PageTransitionEvent): void => {
    if (event.persisted) show();
  };
  window.addEventListener('pageshow', onShow, { signal });
  const onVisible = (): void => {
    if (document.visibilityState === 'visible') online();
  };
  document.addEventListener('visibilitychange', onVisible, { signal });
  return () => stop.abort();
}
