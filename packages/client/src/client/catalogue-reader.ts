import { Backoff } from '../core/backoff.js';
import { debugLog } from '../core/debug.js';
import { isClientError } from '../core/error.js';
import type { Link } from '../link/index.js';
import { parseCatalogue, type Catalogue } from './catalogue.js';
import { clientError } from './error.js';

const TIMEOUT_MS = 15_000;
const MAX_BYTES = 2 * 1024 * 1024;
const debug = debugLog('catalogue');

/** How a host is asked. `anew`: it shall not answer with what it has known for a while. */
export interface Asking {
  readonly timeoutMs: number;
  readonly anew: boolean;
}

/** Asks a host for its catalogue. Throws `catalogue_unavailable`. */
export async function fetchCatalogue(
  link: Pick<Link, 'fetch'>,
  { timeoutMs, anew }: Asking,
): Promise<Catalogue> {
  let catalogue: Catalogue | undefined;
  try {
    const headers: Record<string, string> = anew ? { 'cache-control': 'no-cache' } : {};
    const signal = AbortSignal.timeout(timeoutMs);
    const response = await link.fetch('/pantheon/catalogue', { headers, signal });
    if (!response.ok) await response.body?.cancel(); // nobody reads it
    const text = response.ok ? await response.text() : '';
    catalogue = text.length > MAX_BYTES ? undefined : parseCatalogue(JSON.parse(text));
  } catch (cause) {
    throw clientError('catalogue_unavailable', { cause });
  }
  if (catalogue === undefined) throw clientError('catalogue_unavailable');
  return catalogue;
}

/**
 * The catalogue of one connection, kept up to date: asked for until there is one, taken from what the host pushes, and asked for
 * again where a push does not hold it.
 */
export class CatalogueReader {
  private pushed = 0;
  private asking = false;
  private again = false;
  private stopped = false;
  private retry: ReturnType<typeof setTimeout> | undefined;

  private readonly get: (asking: Asking) => Promise<Catalogue>;
  private readonly told: (catalogue: Catalogue) => void;
  private readonly backoff: Backoff;

  /** `get` asks the host, `told` is given each catalogue. */
  constructor(
    get: (asking: Asking) => Promise<Catalogue>,
    told: (catalogue: Catalogue) => void,
    backoff = new Backoff(1_000, 60_000),
  ) {
    this.get = get;
    this.told = told;
    this.backoff = backoff;
  }

  /** Asks until there is an answer. */
  start(): void {
    void this.ask();
  }

  /** Asks once. Throws what `get` throws. */
  async load({ timeoutMs = TIMEOUT_MS, anew = false }: Partial<Asking> = {}): Promise<void> {
    const { pushed } = this;
    const catalogue = await this.get({ timeoutMs, anew });
    if (pushed === this.pushed) this.take(catalogue); // else what was pushed meanwhile is newer
  }

  /** Takes what the host pushed; undefined: only that there is something new. */
  push(catalogue: Catalogue | undefined): void {
    if (catalogue === undefined) return void this.ask();
    this.pushed++;
    this.take(catalogue);
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.retry);
  }

  private take(catalogue: Catalogue): void {
    if (this.stopped) return;
    clearTimeout(this.retry);
    this.backoff.reset();
    this.told(catalogue);
  }

  private async ask(): Promise<void> {
    clearTimeout(this.retry);
    this.again = this.asking;
    if (this.asking || this.stopped) return;
    this.asking = true;
    try {
      do {
        this.again = false;
        await this.load();
      } while (this.again);
    } catch (error) {
      debug('no catalogue', { code: isClientError(error) ? error.code : '' });
      if (!this.stopped) this.retry = setTimeout(() => void this.ask(), this.backoff.next());
    } finally {
      this.asking = false;
    }
  }
}
