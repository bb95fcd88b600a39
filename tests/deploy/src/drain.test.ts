// SIGTERM: what is new is refused, what is there is told and sent away in batches, and comes back elsewhere by itself.
import type { Socket } from 'socket.io-client';
import { describe, expect, it } from 'vitest';
import { client, connect, next } from './support/client.js';
import { ask } from './support/http.js';
import { startServer, type Server } from './support/server.js';

const MANY = 100;

async function crowd(server: Server, reconnection: boolean): Promise<Socket[]> {
  const sockets = Array.from({ length: MANY }, (_, index) =>
    client(server.url, { token: `dev:a${index % 10}`, device: `d${index}`, reconnection }),
  );
  await Promise.all(sockets.map(connect));
  return sockets;
}

describe('SIGTERM', () => {
  it('sends everyone away in batches, refuses new ones meanwhile, and ends with 0', async () => {
    const server = await startServer({ args: ['--dev', '--drain-seconds', '1'] });
    const sockets = await crowd(server, false);
    const [first] = sockets;
    if (first === undefined) throw new Error('nobody');
    const told = next(first, 'server-draining');
    const gone = sockets.map(async (socket) => {
      const reason = await next(socket, 'disconnect');
      return { reason, at: performance.now() };
    });
    server.process.signal('SIGTERM');
    expect(await told).toEqual({ withinMs: 1000 });
    const ready = await ask(`${server.url}/ready`);
    expect(ready.status).toBe(503);
    expect(JSON.parse(ready.body)).toEqual({ status: 'unavailable', reasons: ['draining'] });
    const late = await ask(`${server.url}/socket.io/?EIO=4&transport=websocket`);
    expect(late.status).toBe(503);
    const ends = await Promise.all(gone);
    // After "io server disconnect" the official client would stay away.
    expect(new Set(ends.map(({ reason }) => reason))).toEqual(new Set(['transport close']));
    const times = ends.map(({ at }) => at);
    expect(Math.max(...times) - Math.min(...times)).toBeGreaterThan(500);
    expect(await server.process.exited).toEqual({ code: 0, signal: null });
  });

  it('clients come back by themselves to the server that takes its place', async () => {
    const server = await startServer({ args: ['--dev', '--drain-seconds', '1'] });
    const sockets = await crowd(server, true);
    const back = sockets.map((socket) => next(socket, 'connect'));
    await server.process.stop('SIGTERM');
    const successor = await startServer({ args: ['--dev'] });
    await Promise.all(back);
    for (const socket of sockets) socket.disconnect();
    expect((await successor.process.stop('SIGINT')).code).toBe(0);
  });

  it('a second signal ends it at once', async () => {
    const server = await startServer({ args: ['--dev', '--drain-seconds', '30'] });
    const sockets = await crowd(server, false);
    const begun = performance.now();
    server.process.signal('SIGTERM');
    server.process.signal('SIGTERM'); // as launchers repeat it: still the first
    await server.process.logLine(/draining/);
    await Promise.race(sockets.map((socket) => next(socket, 'disconnect')));
    await new Promise((resolve) => setTimeout(resolve, 550)); // what counts as a second one has to be this much later
    server.process.signal('SIGTERM');
    expect(await server.process.exited).toEqual({ code: 130, signal: null });
    expect(performance.now() - begun).toBeLessThan(5000);
  });

  it('long-polling clients are sent away in the same way', async () => {
    const server = await startServer({ args: ['--dev'] });
    const socket = await connect(client(server.url, { transports: ['polling'] }));
    const gone = next(socket, 'disconnect');
    server.process.signal('SIGTERM');
    expect(await gone).toBe('transport close');
    expect(await server.process.exited).toEqual({ code: 0, signal: null });
  });

  it('without clients it ends at once', async () => {
    const server = await startServer({ args: ['--drain-seconds', '30'] });
    const begun = performance.now();
    expect(await server.process.stop('SIGTERM')).toEqual({ code: 0, signal: null });
    expect(performance.now() - begun).toBeLessThan(5000);
  });
});
