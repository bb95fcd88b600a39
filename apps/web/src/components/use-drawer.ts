import { useEffect, type RefObject } from 'react';

/** From here on the list of chats stands beside the page; the same width as in shell.css. */
const WIDE = '(min-width: 52.01rem)';

/**
 * What makes a part that slides over the page usable without a mouse: the focus goes to `first` when it opens and back to
 * where it was when it closes, and Escape closes it from everywhere. It closes by itself when there is room for it.
 */
export function useDrawer(open: boolean, first: RefObject<HTMLElement | null>, onClose: () => void): void {
  useEffect(() => {
    if (!open) return undefined;
    const opener = document.activeElement;
    first.current?.focus();
    return () => {
      if (opener instanceof HTMLElement) opener.focus({ preventScroll: true });
    };
  }, [open, first]);
  useEffect(() => {
    if (!open) return undefined;
    const stop = new AbortController();
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.key === 'Escape') onClose();
    };
    document.addEventListener('keydown', onKeyDown, { signal: stop.signal });
    matchMedia(WIDE).addEventListener('change', onClose, { signal: stop.signal });
    return () => stop.abort();
  }, [open, onClose]);
}
