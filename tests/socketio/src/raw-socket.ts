import { once } from 'node:events';

import WebSocket from 'ws';

/** A bare WebSocket that says exactly what it is told, to be impolite with. */
export class RawSocket {
  private readonly messages: (string | Buffer)[] = [];
  private wake: (() => void) | undefined;
  readonly closed: Promise<number>;

  private readonly socket: WebSocket;

  private constructor(socket: WebSocket) {
    this.socket = socket;

    this.closed = new Promise((resolve) => {
      socket.once('close', resolve);
    });
    socket.on('message', (data, binary) => {
      this.messages.push(binary ? (data as Buffer) : (data as Buffer).toString());
      this.wake?.();
    });
  }

  static async open(url: string, protocols: string[] = [], headers = {}): Promise<RawSocket> {
    const socket = new WebSocket(url, protocols, { headers });
    const raw = new RawSocket(socket);
    await once(socket, 'open');
    return raw;
  }

  /** An Engine.IO session with the `open` packet taken off. */
  static async engine(base: string, path = '/engine.io/'): Promise<RawSocket> {
    const raw = await RawSocket.open(`${base}${path}?EIO=4&transport=websocket`);
    await raw.next();
    return raw;
  }

  /** A Socket.IO session that has joined `/`. */
  static async joined(base: string): Promise<RawSocket> {
    const raw = await RawSocket.engine(base, '/socket.io/');
    raw.send('40');
    await raw.next(); // CONNECT
    await raw.next(); // auth
    return raw;
  }

  /** The subprotocol that the server chose, or nothing. */
  get protocol(): string {
    return this.socket.protocol;
  }

  send(data: string | Buffer): void {
    this.socket.send(data);
  }

  async next(): Promise<string | Buffer> {
    for (;;) {
      const message = this.messages.shift();
      if (message !== undefined) return message;
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
  }

  end(): void {
    this.socket.terminate();
  }
}
