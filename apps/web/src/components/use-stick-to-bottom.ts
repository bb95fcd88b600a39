import { useCallback, useEffect, useRef, useState, type RefObject } from 'react';

const NEAR_PX = 56;

/** What a scrolling log needs: where to put the references, whether the end is in view, and how to get there. */
export interface StickToBottom {
  readonly scroller: RefObject<HTMLDivElement | null>;
  readonly content: RefObject<HTMLDivElement | null>;
  readonly atEnd: boolean;
  readonly toEnd: () => void;
}

/** Keeps the end of a growing content in view, until the person scrolls up. `key`: a change begins at the end. */
export function useStickToBottom(key: string | undefined): StickToBottom {
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const stuck = useRef(true);
  const [atEnd, setAtEnd] = useState(true);
  const toEnd = useCallback(() => {
    stuck.current = true;
    setAtEnd(true);
    scroller.current?.scrollTo({ top: scroller.current.scrollHeight });
  }, []);
  useEffect(() => {
    const box = scroller.current;
    const inner = content.current;
    if (box === null || inner === null) return undefined;
    let top = box.scrollTop;
    const onScroll = (): void => {
      const near = box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_PX;
      // Growth moves the end away without a scroll: only a person scrolls up.
      if (near) stuck.current = true;
      else if (box.scrollTop < top - 1) stuck.current = false;
      top = box.scrollTop;
      setAtEnd(near || stuck.current);
    };
    const observer = new ResizeObserver(() => {
      if (stuck.current) box.scrollTop = box.scrollHeight;
    });
    observer.observe(inner);
    observer.observe(box);
    box.addEventListener('scroll', onScroll, { passive: true });
    return () => {
      observer.disconnect();
      box.removeEventListener('scroll', onScroll);
    };
  }, [key]);
  useEffect(() => toEnd(), [key, toEnd]);
  return { scroller, content, atEnd, toEnd };
}
