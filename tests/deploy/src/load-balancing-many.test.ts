// The setup guide's section "Load Balancing" with many clients: its nginx file as it is (deploy/nginx/guide.conf), two servers
// on one Redis by the names server1 and server2, on this machine or on others, and clients of many networks, so that the
// servers share them.
import type { Socket } from 'socket.io-client';
import { afterEach, describe, expect, it } from 'vitest';
import { stopAll } from '../../cluster/src/support/process.js';
import { Redis } from '../../cluster/src/support/redis.js';
import { client, closeAllClients, connect, join } from './support/client.js';
import { temporaryFolder } from './support/folder.js';
import { ask, askJson } from './support/http.js';
import { startNginx, type Machine } from './support/nginx.js';
import { startServer, type Server } from './support/server.js';

const ACCOUNTS = 10;
const DEVICES = 20; // of each account, polling and WebSocket by turns
const ROUNDS = 5; // of signals
const PATIENCE = { timeout: 15_000, interval: 20 };

const TOKEN = 'metrics of this test';

/** Where nginx and the servers run. */
interface Place {
  readonly binds: readonly string[];
  readonly nginx?: Machine;
}
const HERE: Place = { binds: ['127.0.0.11', '127.0.0.12'] };
const OTHER_MACHINES: Place = {
  binds: ['10.0.0.11', '10.0.0.12'],
  nginx: { address: '10.0.0.10', hosts: '127.0.0.1 localhost\n10.0.0.11 server1\n10.0.0.12 server2\n' },
};

let running: readonly { stop(): Promise<unknown> }[] = [];

/** Two servers and nginx in front of them. The limits are those that everybody has who sets none. */
async function start(
  { binds, nginx }: Place,
  more: Readonly<Record<string, string>> = {},
): Promise<Server[]> {
  const redis = await Redis.start();
  const devices = nginx === undefined ? 'on' : 'off'; // machines have nothing in common but Redis
  const basic = { CONNECTS_PER_SECOND: '5', REDIS_URL: redis.url, METRICS_TOKEN: TOKEN, DEVICES: devices };
  const env = { ...basic, ...more };
  const common = temporaryFolder();
  const servers: Server[] = [];
  for (const bind of binds) {
    const folder = nginx === undefined ? common : temporaryFolder();
    servers.push(await startServer({ args: ['--dev', '--bind', bind], env, folder }));
  }
  running = [...servers.map(({ process }) => process), await startNginx('guide.conf', {}, nginx)];
  return servers;
}
afterEach(async () => {
  closeAllClients();
  await Promise.all(running.map((each) => each.stop()));
  await stopAll();
});

/** A device in its account's room that keeps whom it knows of and what it is sent. */
class Device {
  readonly id: string;
  readonly peers = new Set<string>();
  readonly rounds: unknown[] = [];
  readonly socket: Socket;

  constructor(account: number, index: number) {
    this.id = `device-${index}`;
    this.socket = client('http://127.0.0.1', {
      token: `dev:account-${account}`,
      device: this.id,
      transports: [index % 2 === 0 ? 'polling' : 'websocket'],
      localAddress: `127.${index + 1}.${account}.1`, // nginx takes the first three numbers
    });
    const meet = ({ userId }: { readonly userId: string }): void => void this.peers.add(userId);
    this.socket.on('existing-peers', (list: { readonly userId: string }[]) => list.forEach(meet));
    this.socket.on('peer-joined', meet);
    this.socket.on('webrtc-signal', ({ signal }: { readonly signal: unknown }) => this.rounds.push(signal));
  }

  get transport(): string {
    return this.socket.io.engine.transport.name;
  }
}

/** How many answers of each status a server has given, and how often it told somebody to wait. */
async function answers(server: Server): Promise<{ statuses: Map<string, number>; limited: number }> {
  const { body } = await ask(`${server.url}/metrics`, {
    headers: { authorization: `Bearer ${TOKEN}` },
  });
  const statuses = new Map<string, number>();
  for (const [, status = '', count] of body.matchAll(
    /^pantheon_http_responses_total\{status="(\d+)"\} (\d+)$/gm,
  ))
    statuses.set(status, Number(count));
  const limited = [...body.matchAll(/^pantheon_rate_limited_total\{.*\} (\d+)$/gm)];
  return { statuses, limited: limited.reduce((sum, [, count]) => sum + Number(count), 0) };
}

/** All devices meet and signal each other over both servers, and nobody is told to wait. */
async function expectAllMeet(servers: readonly Server[]): Promise<void> {
  const accounts = Array.from({ length: ACCOUNTS }, (_, account) =>
    Array.from({ length: DEVICES }, (_, index) => new Device(account, index)),
  );
  const devices = accounts.flat();
  await Promise.all(devices.map(({ socket }) => join(socket)));
  expect(devices.filter(({ transport }) => transport === 'polling')).toHaveLength(100);
  expect(devices.filter(({ transport }) => transport === 'websocket')).toHaveLength(100);
  await expect.poll(() => devices.filter(({ peers }) => peers.size < DEVICES - 1).length, PATIENCE).toBe(0);
  for (const account of accounts) {
    const ids = account.map(({ id }) => id);
    for (const { id, peers } of account) expect([...peers, id].sort()).toEqual([...ids].sort());
  }

  for (let round = 0; round < ROUNDS; round++) {
    for (const account of accounts) {
      for (const [index, { socket }] of account.entries())
        socket.emit('webrtc-signal', { to: `device-${(index + 1) % DEVICES}`, signal: round });
    }
    await expect.poll(() => devices.filter(({ rounds }) => rounds.length <= round).length, PATIENCE).toBe(0);
  }
  const rounds = Array.from({ length: ROUNDS }, (_, round) => round);
  for (const device of devices) expect(device.rounds).toEqual(rounds);

  for (const server of servers) {
    const health = (await askJson(`${server.url}/health`)) as { connectedUsers: number };
    expect(health.connectedUsers).toBeGreaterThan(20); // both have their part
    const { statuses, limited } = await answers(server);
    expect(statuses.get('200')).toBeGreaterThan(200);
    expect([...statuses.keys()].filter((status) => Number(status) >= 400)).toEqual([]);
    expect(limited).toBe(0);
  }
}

describe('Load Balancing', () => {
  it('For multiple server instances, use sticky sessions: 200 clients meet over both, and nobody is limited', async () => {
    await expectAllMeet(await start(HERE));
  });

  it('For multiple server instances, use sticky sessions: the same on other machines than nginx, which TRUST_PROXY names', async () => {
    await expectAllMeet(await start(OTHER_MACHINES, { TRUST_PROXY: '10.0.0.0/24' }));
  });

  it('For multiple server instances, use sticky sessions: on other machines without TRUST_PROXY its clients are one address, and the log says how to end that', async () => {
    const servers = await start(OTHER_MACHINES);
    const arrivals = Array.from({ length: 200 }, (_, index) =>
      connect(
        client('http://127.0.0.1', {
          token: `dev:account-${index % 10}`,
          device: `device-${index}`,
          caps: [],
        }),
      ),
    );
    const refused = (await Promise.allSettled(arrivals)).filter(({ status }) => status === 'rejected');
    expect(refused.length).toBeGreaterThan(50);
    expect(refused[0]).toMatchObject({ reason: { data: { code: 'rate_limited' } } });
    const lines = servers.flatMap(({ process }) => process.stderr).filter((line) => /TRUST_PROXY/.test(line));
    expect(lines).toHaveLength(1); // one server has all clients of this network
    expect(lines[0]).toMatch(/10\.0\.0\.10 is refused for coming too often: .* add it to TRUST_PROXY/);
  });

  it('a proxy on another machine that says whom it speaks for is named in the log at its first request, once', async () => {
    const server = await startServer({ args: ['--dev', '--bind', '10.0.0.11'] });
    const headers = { 'X-Forwarded-For': '203.0.113.9' };
    for (let asked = 0; asked < 3; asked++) await ask(`${server.url}/health`, { headers });
    const hint = /10\.0\.0\.11 sends X-Forwarded-For: .* add it to TRUST_PROXY/;
    await server.process.logLine(hint);
    await server.process.stop();
    expect(server.process.stderr.filter((line) => hint.test(line))).toHaveLength(1);
  });
});
