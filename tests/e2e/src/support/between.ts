import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocket, WebSocketServer } from 'ws';

/** Which way a Socket.IO event goes. */
export type Direction = 'to-server' | 'to-page';

/** One event with its first argument. */
export interface SocketEvent {
  readonly name: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** What a hostile server changes. Both return what goes on; `undefined` holds an event back. */
export interface Changes {
  /** The body of an HTTP answer. */
  readonly http?: (path: string, body: string) => string;
  readonly event?: (direction: Direction, event: SocketEvent) => SocketEvent | undefined;
}

/** Passes HTTP and Socket.IO on between pages and a server, and changes it on the way. */
export class Between {
  changes: Changes = {};
  private readonly server: Server;
  private readonly sockets = new WebSocketServer({ noServer: true });
  private page: WebSocket | undefined;
  private upstream: WebSocket | undefined;

  private readonly origin: string;

  private constructor(origin: string) {
    this.origin = origin;

    this.server = createServer((request, response) => void this.serve(request, response));
    this.server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) =>
      this.upgrade(request, socket, head),
    );
  }

  /** Listens on a free loopback port, in front of the server at `origin`. */
  static async start(origin: string): Promise<Between> {
    const between = new Between(origin);
    between.server.listen(0, '127.0.0.1');
    await once(between.server, 'listening');
    return between;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Says something as if it came from the other side, on the newest socket. */
  say(direction: Direction, { name, payload }: SocketEvent): void {
    const socket = direction === 'to-server' ? this.upstream : this.page;
    socket?.send(`42${JSON.stringify([name, payload])}`);
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets.clients) socket.terminate();
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    const path = request.url ?? '/';
    const headers = {
      'content-type': request.headers['content-type'] ?? 'application/json',
      origin: this.origin,
    };
    const init =
      request.method === 'POST' ? { method: 'POST', body: Buffer.concat(pieces), headers } : { headers };
    const answer = await fetch(`${this.origin}${path}`, init);
    const body = await answer.text();
    response.statusCode = answer.status;
    response.setHeader('content-type', answer.headers.get('content-type') ?? 'text/plain');
    response.end(this.changes.http?.(path, body) ?? body);
  }

  private upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const upstream = new WebSocket(`${this.origin.replace('http', 'ws')}${request.url ?? '/'}`, {
      origin: this.origin,
    });
    upstream.once('open', () => {
      this.sockets.handleUpgrade(request, socket, head, (page) => {
        this.page = page;
        this.upstream = upstream;
        page.on('message', (data) => this.pass('to-server', upstream, String(data)));
        page.on('close', () => upstream.close());
        upstream.on('close', () => page.close());
      });
    });
    const early: string[] = [];
    upstream.on('message', (data) => {
      if (this.page === undefined || this.upstream !== upstream) return void early.push(String(data));
      for (const text of early.splice(0)) this.pass('to-page', this.page, text);
      this.pass('to-page', this.page, String(data));
    });
    upstream.on('error', () => socket.destroy());
  }

  private pass(direction: Direction, to: WebSocket, text: string): void {
    const [, prefix = '', json = ''] = /^(42)(\[.*\])$/s.exec(text) ?? [];
    if (prefix === '') return to.send(text);
    const [name, payload, ...rest] = JSON.parse(json) as [string, SocketEvent['payload'], ...unknown[]];
    const changed =
      this.changes.event === undefined ? { name, payload } : this.changes.event(direction, { name, payload });
    if (changed === undefined) return;
    const passed = payload === undefined ? [changed.name] : [changed.name, changed.payload, ...rest];
    to.send(`42${JSON.stringify(passed)}`);
  }
}
