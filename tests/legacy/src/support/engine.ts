import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An OpenAI-compatible engine with one model, which says whole what it was asked. */
export class SmallEngine {
  readonly model = 'parrot';
  /** Bodies of the chats it was asked for. */
  readonly chats: Readonly<Record<string, unknown>>[] = [];
  private readonly server: Server;

  private constructor() {
    this.server = createServer((request, response) => void this.serve(request, response));
  }

  /** Starts one on a free loopback port. */
  static async start(): Promise<SmallEngine> {
    const engine = new SmallEngine();
    engine.server.listen(0, '127.0.0.1');
    await once(engine.server, 'listening');
    return engine;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = '';
    for await (const piece of request) body += String(piece);
    response.setHeader('content-type', 'application/json');
    if (request.url === '/v1/models') {
      response.end(JSON.stringify({ object: 'list', data: [{ id: this.model, object: 'model' }] }));
    } else if (request.url === '/v1/chat/completions') {
      const asked = JSON.parse(body) as { readonly messages: readonly { readonly content: string }[] };
      this.chats.push(asked as unknown as Record<string, unknown>);
      const message = { role: 'assistant', content: asked.messages.at(-1)?.content ?? '' };
      const choices = [{ index: 0, message, finish_reason: 'stop' }];
      response.end(JSON.stringify({ id: 'c1', object: 'chat.completion', model: this.model, choices }));
    } else {
      response.statusCode = 404;
      response.end('{}');
    }
  }
}
