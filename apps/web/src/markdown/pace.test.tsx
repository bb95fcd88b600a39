import { act, type ReactNode } from 'react';
import { createRoot } from 'react-dom/client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Pace, usePaced } from './pace.js';

describe('Pace', () => {
  it('draws at each change what is drawn quickly', () => {
    const pace = new Pace();
    for (const [at, text] of ['a', 'ab', 'abc'].entries()) {
      expect(pace.take(text, at * 16)).toBe(text);
      pace.drawn(at * 16 + 5);
    }
  });

  it('leaves three times as much time as a drawing took', () => {
    const pace = new Pace();
    pace.take('a', 0);
    pace.drawn(100);
    expect(pace.take('ab', 399)).toBe('a');
    expect(pace.waitMs(399)).toBe(1);
    expect(pace.take('abc', 400)).toBe('abc');
  });

  it('does not let another text wait', () => {
    const pace = new Pace();
    pace.take('a', 0);
    pace.drawn(100);
    expect(pace.take('b', 101)).toBe('b');
  });
});

describe('usePaced', () => {
  beforeEach(() => {
    (globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true;
    vi.useFakeTimers();
  });
  afterEach(() => vi.useRealTimers());

  it('rests between slow drawings while a text grows, and ends with all of it', () => {
    let drawings = 0;
    let now = 0;
    const clock = (): number => now;
    function Slow({ text }: { readonly text: string }): ReactNode {
      const shown = usePaced(text, clock);
      return <Drawn text={shown} />;
    }
    const seen: string[] = [];
    function Drawn({ text }: { readonly text: string }): ReactNode {
      if (seen.at(-1) !== text) {
        seen.push(text);
        drawings++;
        now += 100;
      }
      return text;
    }
    const box = document.createElement('div');
    const root = createRoot(box);
    for (let length = 1; length <= 50; length++) {
      act(() => root.render(<Slow text={'x'.repeat(length)} />));
      now += 16;
    }
    expect(drawings).toBeLessThan(10);
    expect(box.textContent?.length).toBeLessThan(50);
    now += 300;
    act(() => void vi.runOnlyPendingTimers());
    expect(box.textContent).toBe('x'.repeat(50));
    act(() => root.unmount());
  });
});
