import { expect, it } from 'vitest';
import { Backoff } from './backoff.js';

it('doubles up to the limit, and begins anew after a reset', () => {
  const backoff = new Backoff(500, 3_000, () => 0.5);
  expect([1, 2, 3, 4, 5].map(() => backoff.next())).toEqual([500, 1000, 2000, 3000, 3000]);
  backoff.reset();
  expect(backoff.next()).toBe(500);
});

it('spreads by chance, so that many clients do not come back at once', () => {
  expect(new Backoff(1000, 9000, () => 0).next()).toBe(850);
  expect(new Backoff(1000, 9000, () => 1).next()).toBe(1150);
});
