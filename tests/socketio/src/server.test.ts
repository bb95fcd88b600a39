import { io, type Socket } from 'socket.io-client';
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
  for (const socket of sockets) socket.disconnect();
  sockets = [];
});

function open(nsp: string, options: object, url: string): Socket {
  const socket = io(url + nsp, {
    forceNew: true,
    reconnection: false,
    ...options,
  });
  sockets.push(socket);
  return socket;
}

function next(socket: Socket, event: string): Promise<unknown[]> {
  return new Promise((resolve) => {
    socket.once(event, (...args: unknown[]) => {
      resolve(args);
    });
  });
}

describe.each([['websocket'], ['polling'], ['polling', 'websocket']])(
  'the official client over %s %s',
  (...transports) => {
    const connect = (nsp = '/', options: object = {}, url = server.url): Socket =>
      open(nsp, { transports, ...options }, url);

    for (const nsp of ['/', '/custom']) {
      it(`connects to ${nsp} and is given its credentials back`, async () => {
        const socket = connect(nsp, { auth: { token: 'abc', nested: { a: [1, null] } } });
        expect(await next(socket, 'auth')).toEqual([{ token: 'abc', nested: { a: [1, null] } }]);
        expect(socket.id).toMatch(/^[\w-]{20,}$/);
      });

      it(`gets events back on ${nsp} with the same arguments`, async () => {
        const socket = connect(nsp);
        const args = [1, 'zwei', { drei: [true, null, 'ü€😀'] }, 4.5, [], {}];
        socket.emit('message', ...args);
        expect(await next(socket, 'message-back')).toEqual(args);
      });

      it(`gets binary back on ${nsp}`, async () => {
        const socket = connect(nsp);
        const big = Buffer.alloc(100_000, 7);
        socket.emit('message', Buffer.from([1, 2, 3]), 'between', { deep: [big] });
        const back = await next(socket, 'message-back');
        expect(back).toEqual([Buffer.from([1, 2, 3]), 'between', { deep: [big] }]);
      });

      it(`gets acknowledgements on ${nsp}, with binary`, async () => {
        const socket = connect(nsp);
        const answer = await new Promise((resolve) => {
          socket.emit('message-with-ack', 'a', Buffer.from([9]), (...args: unknown[]) => {
            resolve(args);
          });
        });
        expect(answer).toEqual(['a', Buffer.from([9])]);
      });
    }

    it('connects when it offers subprotocols', async () => {
      const socket = connect('/', { protocols: ['a', 'b'] });
      await next(socket, 'connect');
      const { engine } = socket.io;
      const last = transports.at(-1);
      if (engine.transport.name !== last) {
        await new Promise((resolve) => {
          engine.once('upgrade', resolve);
        });
      }
      expect(engine.transport.name).toBe(last);
    });

    it('gets numbers back as they were, in events and acknowledgements', async () => {
      const numbers = [
        ...Array.from({ length: 500 }, () => Math.random()),
        ...Array.from(
          { length: 100 },
          () => (Math.random() - 0.5) * 10 ** Math.round(Math.random() * 600 - 300),
        ),
        ...[0, 1, -1, 1.5, 0.1 + 0.2, 1e21, -1e-7, Number.EPSILON, Number.MIN_VALUE, Number.MAX_VALUE],
        ...[Number.MAX_SAFE_INTEGER, 2 ** 53, 2 ** 63, 2 ** 64, -(2 ** 63), 2 ** 60 + 2 ** 8],
      ];
      const socket = connect('/', { auth: { numbers } });
      expect(await next(socket, 'auth')).toEqual([{ numbers }]);
      socket.emit('message', ...numbers);
      expect(await next(socket, 'message-back')).toEqual(numbers);
      expect(await socket.emitWithAck('message-with-ack', numbers)).toEqual(numbers);
    });

    it('gets no credentials as an empty object', async () => {
      expect(await next(connect(), 'auth')).toEqual([{}]);
    });

    it('shares one connection between namespaces', async () => {
      const root = connect();
      const custom = root.io.socket('/custom', {});
      sockets.push(custom);
      await Promise.all([next(root, 'auth'), next(custom, 'auth')]);
      expect(root.id).not.toBe(custom.id);
      root.disconnect();
      custom.emit('message', 'still here');
      expect(await next(custom, 'message-back')).toEqual(['still here']);
    });

    it('is told that a namespace does not exist', async () => {
      const [error] = (await next(connect('/nowhere'), 'connect_error')) as [Error];
      expect(error.message).toBe('Invalid namespace');
    });

    it('is told by a code why a middleware refused it', async () => {
      const [error] = (await next(connect('/refused'), 'connect_error')) as [
        Error & { data: { code: string } },
      ];
      expect(error.data.code).toBe('connect_refused');
      expect(error.message).toContain('lets nobody in');
    });

    it('keeps the order of many events', async () => {
      const socket = connect();
      const got: unknown[] = [];
      const all = new Promise<void>((resolve) => {
        socket.on('message-back', (n: number) => {
          got.push(n);
          if (got.length === 3000) resolve();
        });
      });
      for (let i = 0; i < 3000; i++) socket.emit('message', i);
      await all;
      expect(got).toEqual(Array.from({ length: 3000 }, (_, i) => i));
    });

    it('connects again after it disconnected', async () => {
      const socket = connect();
      await next(socket, 'connect');
      const first = socket.id;
      socket.disconnect();
      socket.connect();
      await next(socket, 'connect');
      expect(socket.id).not.toBe(first);
    });

    it('loses the connection when the server stops', async () => {
      const other = await EchoServer.start();
      const socket = connect('/', {}, other.url);
      await next(socket, 'connect');
      const gone = next(socket, 'disconnect');
      await other.stop();
      expect((await gone)[0]).toBe('transport close');
    });

    it('stays connected over many pings', async () => {
      const other = await EchoServer.start('--ping-interval-ms', '30', '--ping-timeout-ms', '1000');
      const socket = connect('/', {}, other.url);
      await next(socket, 'connect');
      let pings = 0;
      await new Promise<void>((resolve) => {
        socket.io.on('ping', () => {
          if (++pings === 5) resolve();
        });
      });
      expect(socket.connected).toBe(true);
      await other.stop();
    });
  },
);
