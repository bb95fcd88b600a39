/** Between the packets of a payload. */
export const SEPARATOR = '\x1e';

export interface Opening {
  sid: string;
  upgrades: string[];
  pingInterval: number;
  pingTimeout: number;
  maxPayload: number;
}

/** A session of long-polling that says exactly what it is told. */
export class PollingSession {
  private readonly base: string;
  private readonly path: string;
  readonly opening: Opening;

  private constructor(base: string, path: string, opening: Opening) {
    this.base = base;
    this.path = path;
    this.opening = opening;
  }

  static async open(base: string, path = '/engine.io/'): Promise<PollingSession> {
    const response = await fetch(`${base}${path}?EIO=4&transport=polling`);
    const text = await response.text();
    if (response.status !== 200 || !text.startsWith('0')) throw new Error(`no session: ${text}`);
    return new PollingSession(base, path, JSON.parse(text.slice(1)) as Opening);
  }

  get url(): string {
    return `${this.base}${this.path}?EIO=4&transport=polling&sid=${this.opening.sid}`;
  }

  get webSocketUrl(): string {
    return this.url.replace('http', 'ws').replace('polling', 'websocket');
  }

  get(): Promise<Response> {
    return fetch(this.url);
  }

  /** The payload of one poll; fails unless it is answered with 200. */
  async poll(): Promise<string> {
    const response = await this.get();
    if (response.status !== 200) throw new Error(`poll: ${String(response.status)}`);
    return response.text();
  }

  post(body: string, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(this.url, { method: 'POST', body, headers });
  }
}
