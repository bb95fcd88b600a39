import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What stands before a server in networks where plain HTTP passes and nothing else: it breaks WebSockets off. */
export class Firewall {
  /** Resolves at the first WebSocket. */
  readonly refused: Promise<void>;
  private readonly server: Server;

  private readonly target: string;

  private constructor(target: string) {
    this.target = target;

    this.server = createServer((asked, answer) => this.pass(asked, answer));
    this.refused = new Promise((resolve) => {
      this.server.on('upgrade', (_, socket) => {
        socket.destroy();
        resolve();
      });
    });
  }

  static async start(target: string): Promise<Firewall> {
    const firewall = new Firewall(target);
    firewall.server.listen(0, '127.0.0.1');
    await once(firewall.server, 'listening');
    return firewall;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  private pass(asked: IncomingMessage, answer: ServerResponse): void {
    const { method, headers, url = '' } = asked;
    const passed = request(this.target + url, { method, headers }, (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer);
    });
    passed.on('error', () => answer.destroy());
    answer.on('close', () => passed.destroy());
    asked.pipe(passed);
  }
}
