/** Counts how often something may happen: so many a second, and so many at once after a pause. */
export class Limiter {
  readonly #perSecond: number;
  readonly #burst: number;
  #tokens: number;
  #filledAtMs: number | undefined;

  constructor(perSecond: number, burst: number) {
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#tokens = burst;
  }

  /** Takes one; false, and nothing taken, when it is one too many. */
  take(nowMs: number): boolean {
    this.#fill(nowMs);
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }

  /** Milliseconds until the next one may be taken; 0 when it may be taken now. */
  waitMs(nowMs: number): number {
    this.#fill(nowMs);
    return this.#tokens >= 1 ? 0 : ((1 - this.#tokens) / this.#perSecond) * 1_000;
  }

  #fill(nowMs: number): void {
    const passedMs = Math.max(0, nowMs - (this.#filledAtMs ?? nowMs));
    // Rounded, so that a wait of exactly waitMs() is never short by a floating-point hair.
    const tokens = Math.round((this.#tokens + (passedMs / 1_000) * this.#perSecond) * 1e6) / 1e6;
    this.#tokens = Math.min(this.#burst, tokens);
    this.#filledAtMs = nowMs;
  }
}
