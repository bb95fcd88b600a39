import { useEffect, useLayoutEffect, useState } from 'react';

/** Drawing that fits into a frame with room to spare needs no rest. */
const FREE_MS = 6;

/** How many times as long as a drawing took nothing is drawn after it: that time is for what the person does. */
const REST = 3;

/** Says when a text that grows is to be drawn again, by how long it took the last time. Times are milliseconds of one clock. */
export class Pace {
  private shown = '';
  private beganAt = 0;
  private dueAt = 0;

  /** The text to draw at `now`: `text`, or the one before it while there is no time for another drawing. */
  take(text: string, now: number): string {
    const grows = text.startsWith(this.shown);
    if (text !== this.shown && (now >= this.dueAt || !grows)) {
      this.shown = text;
      this.beganAt = now;
    }
    return this.shown;
  }

  /** To be called when what take() gave has been drawn. */
  drawn(now: number): void {
    const took = now - this.beganAt;
    this.dueAt = took > FREE_MS ? now + REST * took : now;
  }

  /** How long until the next drawing. */
  waitMs(now: number): number {
    return Math.max(0, this.dueAt - now);
  }
}

const pageClock = (): number => performance.now();

/** `text` as often as there is time to draw it; the last one always comes. */
export function usePaced(text: string, clock: () => number = pageClock): string {
  const [pace] = useState(() => new Pace());
  const [, wake] = useState(0);
  const shown = pace.take(text, clock());
  useLayoutEffect(() => pace.drawn(clock()), [pace, clock, shown]);
  useEffect(() => {
    if (shown === text) return undefined;
    const timer = setTimeout(() => wake((count) => count + 1), pace.waitMs(clock()));
    return () => clearTimeout(timer);
  }, [pace, clock, shown, text]);
  return shown;
}
