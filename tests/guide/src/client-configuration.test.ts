// The setup guide's section "Configuration", as far as what clients are set to meets the server.
import { execFileSync } from 'node:child_process';
import { setTimeout } from 'node:timers/promises';
import { io, type Socket } from 'socket.io-client';
import { afterEach, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../deploy/src/support/folder.js';
import { BINARY, startServer } from '../../deploy/src/support/server.js';
import { closeClients, Generation1 } from '../../legacy/src/support/clients.js';
import { PollingSession } from '../../socketio/src/polling-session.js';
import { join } from './support/devices.js';
import { stopServers } from './support/servers.js';

const HEARTBEAT_MS = 30_000;
const SERVER = 'http://localhost:3001';

const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.disconnect();
  await closeClients();
  await stopServers();
});

/** A time as options have it, in ms. */
function milliseconds(text: string): number {
  const [, count = '', unit = ''] = /^(\d+)([smh])$/.exec(text) ?? [];
  return Number(count) * { s: 1_000, m: 60_000, h: 3_600_000 }[unit as 's' | 'm' | 'h'];
}

/** What an option is by default. */
function defaultOf(flag: string): string {
  const page = execFileSync(BINARY, ['signal', '--reference'], { encoding: 'utf8' });
  const [, value = ''] =
    new RegExp(`^\\| \`${flag}\` .*?\\| \`([^\`|]*)\` \\|[^|]*\\|$`, 'm').exec(page) ?? [];
  return value;
}

describe('Configuration', () => {
  it('maxReconnectAttempts: 5, reconnectDelay: 2000: a client with these is back after a restart of the server', async () => {
    const folder = temporaryFolder();
    const server = await startServer({ args: ['--dev'], folder });
    const auth = { token: 'dev:anna', userId: 'anna', clientType: 'web', deviceId: 'anna_web' };
    const options = { reconnectionAttempts: 5, reconnectionDelay: 2_000 };
    const client = io(SERVER, { auth, transports: ['websocket'], forceNew: true, ...options });
    sockets.push(client);
    client.on('connect', () => client.emit('join-account'));
    await new Promise((resolve) => client.once('existing-peers', resolve));
    const tries: number[] = [];
    client.io.on('reconnect_attempt', (attempt) => tries.push(attempt));
    const outcome = new Promise((resolve) => {
      client.io.once('reconnect_failed', () => resolve('gave up'));
      client.once('existing-peers', resolve);
    });
    await server.process.stop('SIGTERM');
    await startServer({ args: ['--dev'], folder });
    expect(await outcome).toEqual([]);
    expect(tries.length).toBeLessThanOrEqual(5);
    const host = await join(SERVER, 'anna', 'anna_electron');
    expect(await host.list()).toMatchObject([{ userId: 'anna_web', socketId: client.id, online: true }]);
  });

  it('heartbeatInterval: 30000: a server that is set up no further waits longer for a sign of life', async () => {
    await startServer({ args: ['--dev'] });
    const { opening } = await PollingSession.open(SERVER, '/socket.io/');
    // Socket.IO has heartbeats of its own, in which the server asks; what a client says besides is not needed.
    expect(opening.pingInterval + opening.pingTimeout).toBeGreaterThan(HEARTBEAT_MS);
    // Generation 1 has those of the client alone. One may get lost.
    expect(milliseconds(defaultOf('--legacy-idle-timeout'))).toBeGreaterThanOrEqual(2 * HEARTBEAT_MS);
  });

  it('heartbeatInterval: 30000, a hundred times as fast: who sends them stays, who says nothing at all is cut', async () => {
    const scale = 100;
    const idle = 1_000; // the shortest that can be set; by default it is five minutes
    expect(milliseconds(defaultOf('--legacy-idle-timeout')) / scale).toBeGreaterThan(idle);
    await startServer({ args: ['--dev'], env: { LEGACY_IDLE_TIMEOUT: `${idle / 1_000}s` } });
    const beating = await Generation1.join(SERVER, 'anna', 'desk');
    const silent = await Generation1.join(SERVER, 'anna', 'silent');
    const page = await join(SERVER, 'anna', 'anna_web');
    const begun = performance.now();
    const cut = silent.closed.then(() => performance.now() - begun);
    while (performance.now() - begun < 3 * idle) {
      await beating.settle(); // one heartbeat, and its answer
      page.socket.emit('heartbeat'); // which Socket.IO clients need not send
      await setTimeout(HEARTBEAT_MS / scale);
    }
    expect(await cut).toBeLessThan(3 * idle);
    expect((await page.list()).map(({ userId }) => userId)).toEqual(['desk']);
    expect(page.disconnects).toEqual([]);
  });
});
