import { useCallback, useLayoutEffect, useRef, type RefObject } from 'react';

/** The button that opened something in its own place or near it, and what gives it the focus back. */
export interface FocusBack {
  readonly opener: RefObject<HTMLButtonElement | null>;
  /** To be called where what it opened is closed: the focus goes to `opener`, if the page that is drawn then has it. */
  readonly giveBack: () => void;
}

/** For what a button opens and its own buttons close: those vanish, and the focus would begin at the top of the page. */
export function useFocusBack(): FocusBack {
  const opener = useRef<HTMLButtonElement>(null);
  const wanted = useRef(false);
  useLayoutEffect(() => {
    if (!wanted.current) return;
    wanted.current = false; // later the person may be writing elsewhere
    opener.current?.focus({ preventScroll: true });
  });
  return { opener, giveBack: useCallback(() => void (wanted.current = true), []) };
}
