import { Observable } from './observable.js';

/** `home`: the server is reachable on its own network only. Undefined: not known yet. */
export type ServerMode = 'home' | 'anywhere' | undefined;

/** What the server of this page says of itself to everybody (`GET /config.json`). */
export interface ServerConfig {
  readonly mode: ServerMode;
  /** Whether browsers can be paired at it. Not so at one that keeps no devices (`--devices=off`). */
  readonly pairing: boolean;
}

/** As long as the server has not been asked. */
const UNKNOWN: ServerConfig = { mode: undefined, pairing: true };

/** Reads an answer of `/config.json`; whatever is missing or of another type is as an older server means it. */
export function parseServerConfig(answer: unknown): ServerConfig {
  const { mode, signIn } = (answer ?? {}) as { readonly mode?: unknown; readonly signIn?: unknown };
  const { pairing } = (signIn ?? {}) as { readonly pairing?: unknown };
  return { mode: mode === 'anywhere' ? 'anywhere' : 'home', pairing: pairing !== false };
}

/** What the server says of itself, for pages shown before there is a pairing. */
export class ServerConfigInfo extends Observable<ServerConfig> {
  constructor() {
    super(UNKNOWN);
  }

  /** Asks the server once. Never rejects. */
  async load(): Promise<void> {
    try {
      const response = await fetch('/config.json', { cache: 'no-store' });
      this.set(parseServerConfig(await response.json()));
    } catch {
      // The pages do without.
    }
  }
}
