import { describe, expect, it } from 'vitest';
import { Limiter } from './limiter.js';

describe('Limiter', () => {
  it('lets a burst through, then so many a second', () => {
    const limiter = new Limiter(10, 3);
    expect([1, 2, 3, 4].map(() => limiter.take(0))).toEqual([true, true, true, false]);
    expect(limiter.take(99)).toBe(false);
    expect(limiter.take(100)).toBe(true);
    expect(limiter.take(100)).toBe(false);
  });

  it('saves up no more than a burst', () => {
    const limiter = new Limiter(10, 2);
    expect([1, 2, 3].map(() => limiter.take(60_000))).toEqual([true, true, false]);
  });

  it('says how long to wait, and keeps its word', () => {
    const limiter = new Limiter(60, 1);
    for (let nowMs = 0, taken = 0; taken < 100; taken++) {
      nowMs += limiter.waitMs(nowMs);
      expect(limiter.take(nowMs)).toBe(true);
      expect(limiter.waitMs(nowMs)).toBeGreaterThan(16);
    }
  });

  it('does not mind a clock that stands or goes back', () => {
    const limiter = new Limiter(1, 1);
    expect(limiter.take(1_000)).toBe(true);
    expect(limiter.take(500)).toBe(false);
    expect(limiter.take(1_500)).toBe(true);
  });
});
