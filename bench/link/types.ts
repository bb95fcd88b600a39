/** Times in milliseconds. */
export interface Summary {
  readonly count: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
  /** How many took over 500 ms. */
  readonly over_500: number;
}

export interface TokenLoad {
  readonly streams: number;
  /** Tokens a second of each stream. */
  readonly rate: number;
  /** Of each stream. */
  readonly tokens: number;
}

/** What the page in Chromium does for the benchmark. */
export interface PageApi {
  /** Pairs and signs in. */
  pair(link: string): Promise<void>;
  /** From each token's emission to its arrival at a reader of the answer; from the engine itself when its URL is given. */
  tokens(engine: string | undefined, load: TokenLoad): Promise<Summary>;
  /** Links to the host one after the other, each from the dial to a verified binding. */
  connects(count: number): Promise<Summary>;
}

declare global {
  interface Window {
    bench: PageApi;
  }
}
