import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What an engine saw of one chat. */
export interface RecordedChat {
  /** The request's body. */
  readonly body: Readonly<Record<string, unknown>>;
  /** Resolves when the connection of its client is closed; with the time of performance.now(). */
  readonly closed: Promise<number>;
}

const TICK_MS = 20;

/** An OpenAI-compatible engine whose answers never end by themselves, and which tells when it is left. */
export class RecordingEngine {
  readonly model = 'endless';
  /** What it lists. */
  models: readonly string[] = [this.model];
  private readonly server: Server;
  private readonly chats: RecordedChat[] = [];
  private readonly waiting: (() => void)[] = [];

  private constructor() {
    this.server = createServer((request, response) => void this.serve(request, response));
  }

  /** Starts one on a free loopback port. */
  static async start(): Promise<RecordingEngine> {
    const engine = new RecordingEngine();
    engine.server.listen(0, '127.0.0.1');
    await once(engine.server, 'listening');
    return engine;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** The chat number `index`, as soon as it has begun. */
  async chat(index: number): Promise<RecordedChat> {
    for (;;) {
      const chat = this.chats[index];
      if (chat !== undefined) return chat;
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = '';
    for await (const piece of request) body += String(piece);
    if (request.url === '/v1/models') {
      response.setHeader('content-type', 'application/json');
      response.end(
        JSON.stringify({ object: 'list', data: this.models.map((id) => ({ id, object: 'model' })) }),
      );
    } else if (request.url === '/v1/chat/completions') {
      this.stream(JSON.parse(body) as Record<string, unknown>, response);
    } else {
      response.statusCode = 404;
      response.end();
    }
  }

  private stream(body: Record<string, unknown>, response: ServerResponse): void {
    response.setHeader('content-type', 'text/event-stream');
    let count = 0;
    const tick = setInterval(() => {
      const choice = { index: 0, delta: { content: `${count++} ` } };
      response.write(`data: ${JSON.stringify({ object: 'chat.completion.chunk', choices: [choice] })}\n\n`);
    }, TICK_MS);
    const closed = new Promise<number>((resolve) => {
      response.on('close', () => {
        clearInterval(tick);
        resolve(performance.now());
      });
    });
    this.chats.push({ body, closed });
    for (const wake of this.waiting.splice(0)) wake();
  }
}
