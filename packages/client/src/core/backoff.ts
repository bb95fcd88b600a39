/** How long to wait before the next attempt: doubling from `firstMs` to `mostMs`, each with up to 30 % of chance, so that many clients do not come back at once. */
export class Backoff {
  private attempts = 0;

  private readonly firstMs: number;
  private readonly mostMs: number;
  private readonly random: () => number;

  constructor(firstMs: number, mostMs: number, random: () => number = Math.random) {
    this.firstMs = firstMs;
    this.mostMs = mostMs;
    this.random = random;
  }

  /** The wait before the next attempt, in milliseconds. */
  next(): number {
    const base = Math.min(this.firstMs * 2 ** this.attempts, this.mostMs);
    this.attempts = Math.min(this.attempts + 1, 30);
    return Math.round(base * (0.85 + 0.3 * this.random()));
  }

  /** After a success that lasted. */
  reset(): void {
    this.attempts = 0;
  }
}
