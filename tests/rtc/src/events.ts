/** What a peer reports: the native program (native_peer.cpp) and the page (page.ts) use the same form. */
export interface PeerEvent {
  event: 'signal' | 'open' | 'closed' | 'refused' | 'error';
  peer: string;
  signal?: { type: string; sdp?: string; [field: string]: unknown };
  connect_ms?: number;
  fields?: Record<string, unknown>;
  local_fingerprint?: string;
  remote_fingerprint?: string;
  max_message?: number;
  error?: string | null;
}

/** Events of one side: kept, so that a test may ask for one before or after it happens. */
export class EventLog {
  readonly #events: PeerEvent[] = [];
  readonly #waiting = new Set<() => void>();
  readonly #listeners: ((event: PeerEvent) => void)[] = [];

  /** Hears every event from now on. */
  listen(listener: (event: PeerEvent) => void): void {
    this.#listeners.push(listener);
  }

  add(event: PeerEvent): void {
    this.#events.push(event);
    for (const listener of this.#listeners) listener(event);
    for (const wake of [...this.#waiting]) wake();
  }

  all(peer: string, kind: PeerEvent['event']): PeerEvent[] {
    return this.#events.filter((event) => event.peer === peer && event.event === kind);
  }

  /**
   * The first event of that kind; rejects after 45 s without one: a goodbye that got lost is noticed
   * when ICE consent ends, after 30 s.
   */
  async first(peer: string, kind: PeerEvent['event']): Promise<PeerEvent> {
    const found = (): PeerEvent | undefined => this.all(peer, kind)[0];
    return new Promise((resolve, reject) => {
      const check = (): void => {
        const event = found();
        if (event === undefined) return;
        clearTimeout(alarm);
        this.#waiting.delete(check);
        resolve(event);
      };
      const alarm = setTimeout(() => {
        this.#waiting.delete(check);
        reject(new Error(`peer ${peer} reported no ${kind} within 45 s`));
      }, 45_000);
      this.#waiting.add(check);
      check();
    });
  }
}
