import { Socket, type SocketOptions } from 'engine.io-client';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { EchoServer } from './programs.js';

let server: EchoServer;
let sockets: Socket[] = [];

beforeAll(async () => {
  server = await EchoServer.start();
});
afterAll(async () => {
  await server.stop();
});
afterEach(() => {
  for (const socket of sockets) socket.close();
  sockets = [];
});

type Transports = ('polling' | 'websocket')[];

function open(transports: Transports, options: Partial<SocketOptions> = {}, url = server.url): Socket {
  const socket = new Socket(url, { transports, path: '/engine.io/', ...options });
  socket.binaryType = 'arraybuffer';
  sockets.push(socket);
  return socket;
}

function next(socket: Socket, event: 'open' | 'message' | 'upgrade' | 'close'): Promise<unknown> {
  return new Promise((resolve) => {
    socket.once(event, (value: unknown) => {
      resolve(value);
    });
  });
}

/** Sends numbered messages at a pace while they come back, until both are done. */
async function echoed(socket: Socket, count: number): Promise<string[]> {
  const got: string[] = [];
  const all = new Promise<void>((resolve) => {
    socket.on('message', (data: string) => {
      got.push(data);
      if (got.length === count) resolve();
    });
  });
  for (let i = 0; i < count; i++) {
    socket.send(String(i));
    // Lets requests and frames go out in between: traffic has to meet every step of the upgrade.
    if (i % 5 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  await all;
  return got;
}

const numbers = (count: number): string[] => Array.from({ length: count }, (_, i) => String(i));

describe.each([['polling'], ['websocket'], ['polling', 'websocket']] as Transports[])(
  'the official Engine.IO client over %s %s',
  (...transports) => {
    it('gets text and binary back', async () => {
      const socket = open(transports);
      await next(socket, 'open');
      socket.send('hellö');
      expect(await next(socket, 'message')).toBe('hellö');
      socket.send(Uint8Array.from([0, 1, 255]));
      expect(new Uint8Array((await next(socket, 'message')) as ArrayBuffer)).toEqual(
        Uint8Array.from([0, 1, 255]),
      );
    });

    it('loses, repeats and reorders nothing', async () => {
      const socket = open(transports);
      await next(socket, 'open');
      expect(await echoed(socket, 2000)).toEqual(numbers(2000));
      expect(socket.transport.name).toBe(transports.at(-1));
    });

    it('answers pings', async () => {
      const other = await EchoServer.start('--ping-interval-ms', '40', '--ping-timeout-ms', '200');
      const socket = open(transports, {}, other.url);
      let pings = 0;
      await new Promise<void>((resolve, reject) => {
        socket.on('close', reject);
        socket.on('ping', () => {
          if (++pings === 5) resolve();
        });
      });
      socket.off('close');
      await other.stop();
    });

    it('is told when the server stops', async () => {
      const other = await EchoServer.start();
      const socket = open(transports, {}, other.url);
      await next(socket, transports.length === 2 ? 'upgrade' : 'open');
      const closed = next(socket, 'close');
      await other.stop();
      expect(await closed).toBe('transport close');
    });
  },
);

describe('the upgrade of the official client', () => {
  it('keeps the order in many sessions with traffic at once', async () => {
    await Promise.all(
      Array.from({ length: 20 }, async () => {
        const socket = open(['polling', 'websocket']);
        const upgraded = next(socket, 'upgrade');
        await next(socket, 'open');
        expect(await echoed(socket, 500)).toEqual(numbers(500));
        await upgraded;
      }),
    );
  });
});

describe('the official Engine.IO client that sends no binary messages', () => {
  it.each([[['websocket']], [['polling', 'websocket']]] as [Transports][])(
    'gets its bytes back over %s',
    async (transports) => {
      const socket = open(transports, { forceBase64: true });
      await next(socket, transports.length === 1 ? 'open' : 'upgrade');
      const back = next(socket, 'message');
      socket.send(new Uint8Array([1, 2, 3]).buffer);
      expect(new Uint8Array((await back) as ArrayBuffer)).toEqual(new Uint8Array([1, 2, 3]));
    },
  );
});
