import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** A line to a server that can go silent, as mobile networks do: neither end hears that the other has gone. */
export class Line {
  private readonly server: Server;
  private readonly connections = new Set<readonly [near: Socket, far: Socket]>();
  private silent = false;

  private constructor(target: URL) {
    this.server = createServer((near) => {
      const far = connect(Number(target.port), target.hostname);
      const connection = [near, far] as const;
      this.connections.add(connection);
      for (const [from, to] of [[near, far] as const, [far, near] as const]) {
        from.on('data', (data) => {
          if (!this.silent) to.write(data);
        });
        from.on('error', () => undefined); // 'close' follows
        from.on('close', () => {
          if (!this.silent) to.destroy();
        });
      }
      near.on('close', () => this.connections.delete(connection));
    });
  }

  static async start(target: string): Promise<Line> {
    const line = new Line(new URL(target));
    line.server.listen(0, '127.0.0.1');
    await once(line.server, 'listening');
    return line;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Nothing passes any more. */
  silence(): void {
    this.silent = true;
  }

  /** The server hears that its connections are broken. */
  breakOff(): void {
    for (const [, far] of this.connections) far.destroy();
  }

  async stop(): Promise<void> {
    for (const [near, far] of this.connections) {
      near.destroy();
      far.destroy();
    }
    this.server.close();
    await once(this.server, 'close');
  }
}
