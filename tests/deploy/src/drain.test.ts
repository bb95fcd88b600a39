// SIGTERM: what is new is refused, what is there is told and sent away in batches, and comes back elsewhere by itself.
import { readFileSync } from 'node:fs';
import { join as path } from 'node:path';
import type { Socket } from 'socket.io-client';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../../e2e/src/support/process.js';
import { client, connect, next, type Reconnection } from './support/client.js';
import { ask } from './support/http.js';
import { startServer, type Server } from './support/server.js';

const MANY = 100;
// The guide's clients: maxReconnectAttempts: 5, reconnectDelay: 2000. Some wait longer each time, as the official library
// does by itself, some do not.
const GUIDE = { reconnectionAttempts: 5, reconnectionDelay: 2000 };
const GUIDES: readonly Reconnection[] = [GUIDE, { ...GUIDE, reconnectionDelayMax: 2000 }];
const DEPLOYED = ['deploy/systemd/pantheon-signal.service', 'Dockerfile', 'server/Dockerfile'];
const RESTART_MS = 2000; // until the next process listens

type Reconnections = readonly (boolean | Reconnection)[];

/** Clients that come back in these ways by turns. */
async function crowd(server: Server, ways: Reconnections, many = MANY): Promise<Socket[]> {
  const sockets = Array.from({ length: many }, (_, index) =>
    client(server.url, {
      token: `dev:a${index % Math.ceil(many / 10)}`,
      device: `d${index}`,
      reconnection: ways[index % ways.length] ?? false,
    }),
  );
  await Promise.all(sockets.map(connect));
  return sockets;
}

function drainSecondsOf(file: string): number {
  const [, seconds] = /\bDRAIN_SECONDS=(\d+)/.exec(readFileSync(path(ROOT, file), 'utf8')) ?? [];
  if (seconds === undefined) throw new Error(`${file} does not say`);
  return Number(seconds);
}

/** Whether it came back before it gave up. */
async function cameBack(socket: Socket): Promise<boolean> {
  return await new Promise((resolve) => {
    socket.once('connect', () => resolve(true));
    socket.io.once('reconnect_failed', () => resolve(false));
  });
}

describe('SIGTERM', () => {
  // When is what the clients see: to a process that a busy machine leaves without time, two seconds look like one.
  it(
    'sends everyone away in batches, refuses new ones meanwhile, and ends with 0',
    { retry: 2 },
    async () => {
      const server = await startServer({ args: ['--dev', '--drain-seconds', '2'] });
      const sockets = await crowd(server, [false], 2 * MANY);
      const [first] = sockets;
      if (first === undefined) throw new Error('nobody');
      const told = next(first, 'server-draining');
      const gone = sockets.map(async (socket) => {
        const reason = await next(socket, 'disconnect');
        return { reason, at: performance.now() };
      });
      server.process.signal('SIGTERM');
      expect(await told).toEqual({ withinMs: 2000 });
      const ready = await ask(`${server.url}/ready`);
      expect(ready.status).toBe(503);
      expect(JSON.parse(ready.body)).toEqual({ status: 'unavailable', reasons: ['draining'] });
      const late = await ask(`${server.url}/socket.io/?EIO=4&transport=websocket`);
      expect(late.status).toBe(503);
      const ends = await Promise.all(gone);
      expect(await server.process.exited).toEqual({ code: 0, signal: null }); // also so that another try finds the port free
      // After "io server disconnect" the official client would stay away.
      expect(new Set(ends.map(({ reason }) => reason))).toEqual(new Set(['transport close']));
      // Over all of the two seconds: no tenth of them has more than a third of the clients.
      const times = ends.map(({ at }) => at);
      const tenths = Array<number>(10).fill(0);
      for (const at of times) {
        const tenth = Math.min(9, Math.floor((at - Math.min(...times)) / 200));
        tenths[tenth] = (tenths[tenth] ?? 0) + 1;
      }
      expect(Math.max(...tenths), tenths.join(' ')).toBeLessThan(times.length / 3);
    },
  );

  it('clients come back by themselves to the server that takes its place', async () => {
    const server = await startServer({ args: ['--dev', '--drain-seconds', '1'] });
    const sockets = await crowd(server, [true]);
    const back = sockets.map((socket) => next(socket, 'connect'));
    await server.process.stop('SIGTERM');
    const successor = await startServer({ args: ['--dev'] });
    await Promise.all(back);
    for (const socket of sockets) socket.disconnect();
    expect((await successor.process.stop('SIGINT')).code).toBe(0);
  });

  it("the guide's clients, which give up after five attempts, all come back after the longest drain that the unit and the images allow", async () => {
    const seconds = Math.max(...DEPLOYED.map(drainSecondsOf));
    const server = await startServer({ args: ['--dev', '--drain-seconds', `${seconds}`] });
    const sockets = await crowd(server, GUIDES, seconds * 100); // with fewer it is over sooner
    const back = sockets.map(cameBack);
    const begun = performance.now();
    await server.process.stop('SIGTERM');
    expect(performance.now() - begun).toBeGreaterThan(seconds * 900);
    await new Promise((resolve) => setTimeout(resolve, RESTART_MS));
    const successor = await startServer({ args: ['--dev'] });
    const gaveUp = (await Promise.all(back)).filter((is) => !is);
    expect(gaveUp).toHaveLength(0);
    for (const socket of sockets) socket.disconnect();
    await successor.process.stop('SIGINT');
  }, 90_000);

  it('a second signal ends it at once', async () => {
    const server = await startServer({ args: ['--dev', '--drain-seconds', '30'] });
    const sockets = await crowd(server, [false]);
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
