import { useEffect, useRef, type ReactNode } from 'react';

/** Names the page in the browser's tab and history; without a name it is the app that is named. */
export function useTitle(title: string | undefined): void {
  useEffect(() => {
    document.title = title === undefined ? 'Pantheon' : `${title} · Pantheon`;
  }, [title]);
}

/**
 * When another page has taken the place of the one that had the focus, it goes to the heading of the new one, unless that
 * has put it somewhere itself. `page`: which it is; undefined while that is not known.
 */
export function useFocusOnChange(page: string | undefined): void {
  const before = useRef(page);
  useEffect(() => {
    const changed = before.current !== undefined && before.current !== page;
    before.current = page;
    if (changed && document.activeElement === document.body)
      document.querySelector<HTMLElement>('main h1')?.focus({ preventScroll: true });
  }, [page]);
}

/** The heading of a page, which names it in the browser's tab, too. */
export function PageHeading({ title }: { readonly title: string }): ReactNode {
  useTitle(title);
  return <h1 tabIndex={-1}>{title}</h1>;
}
