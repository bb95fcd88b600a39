// The setup guide's section "Load Balancing": its nginx file byte for byte (deploy/nginx/guide.conf), two servers by the
// names server1 and server2, and nginx on port 80.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join as path } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../../e2e/src/support/process.js';
import { client, join, next } from './support/client.js';
import { askJson } from './support/http.js';
import { startNginx } from './support/nginx.js';
import { startServer, type Server } from './support/server.js';

const FILE = path(ROOT, 'deploy/nginx/guide.conf');
let servers: Server[];

beforeAll(async () => {
  const addresses = ['127.0.0.11', '127.0.0.12'];
  servers = await Promise.all(addresses.map((bind) => startServer({ args: ['--dev', '--bind', bind] })));
  await startNginx('guide.conf');
});
afterAll(async () => {
  await Promise.all(servers.map(({ process }) => process.stop()));
});

/** How many sockets each server has. */
async function counts(): Promise<unknown[]> {
  const health = servers.map((server) => askJson(`${server.url}/health`));
  return (await Promise.all(health)).map((answer) => (answer as { connectedUsers: number }).connectedUsers);
}

describe('Load Balancing', () => {
  it("the file is the guide's, byte for byte", () => {
    const hash = createHash('sha256').update(readFileSync(FILE)).digest('hex');
    expect(hash).toBe('771d9c22fc888f9435760ceeb7ca757df34d80f649dbfe41e3d911879d371d30');
  });

  it('For multiple server instances, use sticky sessions: the devices behind one address meet at one server, over WebSocket', async () => {
    const phone = client('http://localhost', { device: 'phone_web' });
    const host = client('http://localhost', { device: 'host_electron' });
    await join(phone);
    expect(await join(host)).toHaveLength(1);
    const arrived = next(phone, 'webrtc-signal');
    host.emit('webrtc-signal', { to: 'phone_web', signal: { type: 'offer', sdp: 'x' } });
    expect(await arrived).toMatchObject({ fromUserId: 'host_electron', signal: { type: 'offer', sdp: 'x' } });
    expect((await counts()).sort()).toEqual([0, 2]);
    phone.disconnect();
    host.disconnect();
  });

  it('For multiple server instances, use sticky sessions: long-polling works, and goes over to WebSocket', async () => {
    const polling = client('http://localhost', { device: 'polling_web', transports: ['polling'] });
    const upgrading = client('http://localhost', { transports: ['polling', 'websocket'] });
    const upgraded = new Promise((resolve) => {
      upgrading.io.on('open', () => upgrading.io.engine.once('upgrade', resolve));
    });
    await join(polling);
    expect(await join(upgrading)).toHaveLength(1);
    await upgraded;
    const arrived = next(polling, 'webrtc-signal');
    upgrading.emit('webrtc-signal', { to: 'polling_web', signal: { type: 'offer' } });
    expect(await arrived).toMatchObject({ fromUserId: 'anna_web' });
    expect(polling.io.engine.transport.name).toBe('polling');
    polling.disconnect();
    upgrading.disconnect();
  });

  it('For multiple server instances, use sticky sessions: when one is stopped, its clients come back at the other', async () => {
    const sockets = Array.from({ length: 20 }, (_, index) =>
      client('http://localhost', { device: `d${index}`, reconnection: true }),
    );
    await Promise.all(sockets.map(join));
    const seats = await counts();
    const [stopped, other] = seats[0] === 20 ? servers : [...servers].reverse();
    const back = sockets.map((socket) => next(socket, 'connect'));
    await stopped?.process.stop('SIGTERM');
    await Promise.all(back);
    expect(await askJson(`${other?.url ?? ''}/health`)).toMatchObject({ connectedUsers: 20 });
  });
});
