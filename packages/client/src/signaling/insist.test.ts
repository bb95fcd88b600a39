import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ClientError } from '../core/error.js';
import { signalingError } from './error.js';
import { insist } from './insist.js';

/** A server that refuses as often as it is told, noting when it was asked. */
class Refusing {
  readonly askedAt: number[] = [];
  private readonly begun = Date.now();
  private readonly refusals: ClientError[];

  constructor(refusals: ClientError[]) {
    this.refusals = refusals;
  }
  readonly ask = (): Promise<string> => {
    this.askedAt.push(Date.now() - this.begun);
    const refusal = this.refusals.shift();
    return refusal === undefined ? Promise.resolve('obeyed') : Promise.reject(refusal);
  };
}

describe('insist', () => {
  const never = new AbortController().signal;

  beforeEach(() => {
    vi.useFakeTimers();
    vi.spyOn(Math, 'random').mockReturnValue(0.5); // no chance in the waits
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  it('asks again after the time the server names, a minute at most', async () => {
    const limited = (retryAfterMs: number): ClientError => signalingError('rate_limited', { retryAfterMs });
    const server = new Refusing([limited(700), limited(-5), limited(1e9)]);
    const answer = insist(server.ask, never);
    await vi.runAllTimersAsync();
    expect(await answer).toBe('obeyed');
    expect(server.askedAt).toEqual([0, 700, 900, 60_900]);
  });

  it('waits longer and longer where no time is named', async () => {
    const server = new Refusing([
      signalingError('timeout'),
      signalingError('server_error'),
      signalingError('timeout'),
    ]);
    const answer = insist(server.ask, never);
    await vi.runAllTimersAsync();
    expect(await answer).toBe('obeyed');
    expect(server.askedAt).toEqual([0, 100, 300, 700]);
  });

  it('asks no more than it was told to, and once only who does not know the question', async () => {
    const failing = new Refusing(Array.from({ length: 9 }, () => signalingError('timeout')));
    const answer = insist(failing.ask, never, 3);
    await vi.runAllTimersAsync();
    expect(await answer).toBeUndefined();
    expect(failing.askedAt).toHaveLength(3);
    const older = new Refusing([signalingError('unknown_event')]);
    expect(await insist(older.ask, never)).toBeUndefined();
    expect(older.askedAt).toEqual([0]);
  });

  it('ends when it is told to while it waits', async () => {
    const server = new Refusing([signalingError('rate_limited', { retryAfterMs: 5_000 })]);
    const ending = new AbortController();
    const answer = insist(server.ask, ending.signal);
    await vi.advanceTimersByTimeAsync(1_000);
    ending.abort();
    expect(await answer).toBeUndefined();
    expect([server.askedAt, vi.getTimerCount()]).toEqual([[0], 0]);
  });
});
