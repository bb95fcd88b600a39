// deploy/nginx/pantheon.conf and deploy/Caddyfile as they are, in front of two servers, with TLS.
import { writeFileSync } from 'node:fs';
import { join as path } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Process, ROOT } from '../../e2e/src/support/process.js';
import { client, join, next } from './support/client.js';
import { temporaryFolder } from './support/folder.js';
import { ask, askJson } from './support/http.js';
import { selfSigned, startNginx } from './support/nginx.js';
import { startServer, type Server } from './support/server.js';

const SITE = 'https://signal.example.org';
let servers: Server[];

beforeAll(async () => {
  const ports = ['3001', '3002'];
  servers = await Promise.all(ports.map((port) => startServer({ args: ['--dev', '--port', port] })));
});
afterAll(async () => {
  await Promise.all(servers.map(({ process }) => process.stop()));
});

/** nginx with the example, and its certificate where it expects it. */
async function startOurNginx(): Promise<Process> {
  const { certificate, key } = selfSigned();
  return await startNginx('pantheon.conf', {
    'pantheon/fullchain.pem': certificate,
    'pantheon/privkey.pem': key,
  });
}

/** Caddy with the example; certificates come from an authority of its own instead of a public one. */
async function startCaddy(): Promise<Process> {
  const folder = temporaryFolder();
  const settings = '{\n\tlocal_certs\n\tskip_install_trust\n\tadmin off\n}\n';
  writeFileSync(path(folder, 'Caddyfile'), `${settings}import ${path(ROOT, 'deploy/Caddyfile')}\n`);
  const env = { HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder };
  const args = ['run', '--adapter', 'caddyfile', '--config', path(folder, 'Caddyfile')];
  const caddy = new Process('caddy', args, { env });
  await caddy.logLine(/certificate obtained successfully.*signal\.example\.org/);
  // Caddy says so before it serves the certificate: until then it ends handshakes.
  await vi.waitFor(() => ask(`${SITE}/health`), { timeout: 10_000 });
  return caddy;
}

async function meetThrough(proxy: string): Promise<void> {
  const phone = client(SITE, { device: `phone_${proxy}` });
  const host = client(SITE, { device: `host_${proxy}` });
  await join(phone);
  expect(await join(host)).toHaveLength(1);
  const arrived = next(phone, 'webrtc-signal');
  host.emit('webrtc-signal', { to: `phone_${proxy}`, signal: { type: 'offer' } });
  expect(await arrived).toMatchObject({ fromUserId: `host_${proxy}` });
  phone.disconnect();
  host.disconnect();
}

describe.each([
  ['nginx', startOurNginx],
  ['Caddy', startCaddy],
] as const)('the example for %s', (name, start) => {
  let proxy: Process;
  beforeAll(async () => {
    proxy = await start();
  });
  afterAll(async () => {
    await proxy.stop();
  });

  it('ends TLS and lets WebSocket through, to one server for the devices of one address', async () => {
    await meetThrough(name);
  });

  it('passes the API on, and keeps metrics to the operator', async () => {
    expect(await askJson(`${SITE}/health`)).toMatchObject({ status: 'ok' });
    expect((await ask(`${SITE}/metrics`)).status).toBe(403);
  });

  it('sends new clients elsewhere while a server is being stopped', async () => {
    const socket = client(SITE, { device: 'mover', reconnection: true });
    await join(socket);
    const health = servers.map(
      async ({ url }) => (await askJson(`${url}/health`)) as { connectedUsers: number },
    );
    const index = (await Promise.all(health)).findIndex(({ connectedUsers }) => connectedUsers === 1);
    const back = next(socket, 'connect');
    const leaving = servers[index];
    if (leaving === undefined) throw new Error('the client is nowhere');
    await leaving.process.stop('SIGTERM');
    await back;
    socket.disconnect();
    servers[index] = await startServer({ args: ['--dev', '--port', `${leaving.port}`] });
  });
});
