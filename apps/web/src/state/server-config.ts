import { Observable } from './observable.js';

/** `home`: the server is reachable on its own network only. Undefined: not known yet. */
export type ServerMode = 'home' | 'anywhere' | undefined;

/** What lets a computer in that has not been there; of several the one that takes the least. Undefined: not known. */
export type WayIn = 'sharedKey' | 'provider' | 'link' | undefined;

/** What the server of this page says of itself to everybody (`GET /config.json`). */
export interface ServerConfig {
  readonly mode: ServerMode;
  /** Whether browsers can be paired at it. Not so at one that keeps no devices (`--devices=off`). */
  readonly pairing: boolean;
  readonly wayIn: WayIn;
}

interface SignIn {
  readonly pairing?: unknown;
  readonly sharedKey?: unknown;
  readonly devTokens?: unknown;
  readonly firebase?: unknown;
  readonly oidc?: unknown;
}

/** As long as the server has not been asked. */
const UNKNOWN: ServerConfig = { mode: undefined, pairing: true, wayIn: undefined };

function wayInOf(signIn: SignIn): WayIn {
  if (signIn.sharedKey === true) return 'sharedKey';
  if (signIn.firebase !== undefined || signIn.oidc !== undefined) return 'provider';
  return signIn.sharedKey === false && signIn.devTokens === false ? 'link' : undefined;
}

/** Reads an answer of `/config.json`; whatever is missing or of another type is as an older server means it. */
export function parseServerConfig(answer: unknown): ServerConfig {
  const { mode, signIn } = (answer ?? {}) as { readonly mode?: unknown; readonly signIn?: unknown };
  const ways = (signIn ?? {}) as SignIn;
  return {
    mode: mode === 'anywhere' ? 'anywhere' : 'home',
    pairing: ways.pairing !== false,
    wayIn: wayInOf(ways),
  };
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
