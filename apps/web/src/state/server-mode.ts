import { Observable } from './observable.js';

/** `home`: the server is reachable on its own network only. Undefined: not known yet. */
export type ServerMode = 'home' | 'anywhere' | undefined;

/** Where the server of this page can be reached from, for pages shown before there is a pairing. */
export class ServerModeInfo extends Observable<ServerMode> {
  constructor() {
    super(undefined);
  }

  /** Asks the server once. Never rejects. */
  async load(): Promise<void> {
    try {
      const response = await fetch('/config.json', { cache: 'no-store' });
      const config = (await response.json()) as { readonly mode?: unknown };
      this.set(config.mode === 'anywhere' ? 'anywhere' : 'home');
    } catch {
      // The pages do without.
    }
  }
}
