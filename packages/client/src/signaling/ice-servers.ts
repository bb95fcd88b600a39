import { debugLog } from '../core/debug.js';
import { exchangeJson } from '../core/http.js';
import { integerOf } from '../core/json.js';
import { parseIceServers } from './server-config.js';
import type { TokenSource } from './tokens.js';

const TIMEOUT_MS = 3_000;
const RETRY_MS = 30_000;
const MAX_LIFE_MS = 3_600_000;
const debug = debugLog('ice');

/**
 * The STUN and TURN servers to connect through. Those with credentials are for who is signed in, and for a time: they are
 * asked for with our token, and again before they end.
 */
export class IceServers {
  private until = 0;
  private given: readonly RTCIceServer[] | undefined;
  private asking: Promise<void> | undefined;

  private readonly server: URL;
  private readonly tokens: TokenSource;
  private readonly open: () => readonly RTCIceServer[];

  /** `open` gives the ones of the server's configuration, used where it gives out no others. */
  constructor(server: URL, tokens: TokenSource, open: () => readonly RTCIceServer[]) {
    this.server = server;
    this.tokens = tokens;
    this.open = open;
  }

  /** Never rejects, and takes 3 s at most: connecting goes on with what was known. */
  async get(): Promise<readonly RTCIceServer[]> {
    if (Date.now() >= this.until) {
      this.asking ??= this.ask().finally(() => {
        this.asking = undefined;
      });
      await this.asksAtMost(TIMEOUT_MS);
    }
    return this.given ?? this.open();
  }

  /** The token to ask with may have to be renewed first, which takes longer than connecting should wait. */
  private async asksAtMost(milliseconds: number): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, milliseconds)));
    await Promise.race([this.asking, late]);
    clearTimeout(timer);
  }

  private async ask(): Promise<void> {
    let lastsMs = RETRY_MS;
    try {
      const bearer = await this.tokens.get();
      const answer = await exchangeJson(new URL('/turn-token', this.server), {
        body: {},
        bearer,
        timeoutMs: TIMEOUT_MS,
      });
      if (!answer.ok || answer.body === undefined) return debug('none given', { status: answer.status });
      this.given = parseIceServers(answer.body['ice_servers']);
      const ttlMs = (integerOf(answer.body, 'ttl') ?? 0) * 1_000;
      lastsMs = Math.min(Math.max(ttlMs * 0.8, RETRY_MS), MAX_LIFE_MS);
    } catch {
      debug('not reachable');
    } finally {
      this.until = Date.now() + lastsMs;
    }
  }
}
