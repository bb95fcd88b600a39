// The setup guide's section "Performance Tips", as far as it is about the server.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askJson } from '../../deploy/src/support/http.js';
import { startServer, type Server } from '../../deploy/src/support/server.js';
import { PollingSession, SEPARATOR } from '../../socketio/src/polling-session.js';
import { device, join } from './support/devices.js';

let server: Server;
beforeAll(async () => {
  server = await startServer({ args: ['--dev'], env: { PRESENCE_GRACE: '100ms' } });
});
afterAll(async () => {
  await server.process.stop();
});

interface Models {
  readonly userId: string;
  readonly models: unknown;
}

const MODELS = [{ name: 'llama2:latest', displayName: 'Llama 2', provider: 'ollama' }];

/** Resolves when the server counts so many sockets. */
async function connected(count: number): Promise<void> {
  await expect.poll(() => askJson(`${server.url}/health`)).toMatchObject({ connectedUsers: count });
}

describe('Performance Tips', () => {
  it('Model Caching: what a host announced once is told to whoever comes, without asking the host', async () => {
    const host = await join(server.url, 'mia', 'mia_electron');
    expect(await host.ask('announce-models', { models: MODELS, batteryState: null })).toEqual({ ok: true });
    for (const id of ['a_web', 'b_web']) {
      const web = await join(server.url, 'mia', id);
      const [seen] = (await web.next('existing-peers')) as Models[];
      expect(seen).toMatchObject({ userId: 'mia_electron', models: MODELS });
    }
    expect(host.all('models-requested')).toEqual([]);
  });

  it('Model Caching: whoever wants to know sooner is told of a change, and can ask the host', async () => {
    const host = await join(server.url, 'leo', 'leo_electron');
    const web = await join(server.url, 'leo', 'leo_web');
    await host.ask('announce-models', { models: MODELS, batteryState: null });
    expect(await web.next('peer-models-updated')).toMatchObject({ userId: 'leo_electron', models: MODELS });
    web.socket.emit('request-models', 'leo_electron');
    expect(await host.next('models-requested')).toMatchObject({ fromUserId: 'leo_web' });
  });

  it('Connection Reuse: who loses the signaling server for a moment is not told away from its peers', async () => {
    const host = await join(server.url, 'anna', 'anna_electron');
    const phone = device(server.url, 'anna', 'anna_web', { reconnection: true });
    await host.next('peer-joined');
    await phone.next('existing-peers');
    phone.drop();
    await phone.next('existing-peers', 1);
    expect(await host.list()).toMatchObject([{ userId: 'anna_web', socketId: phone.id, online: true }]);
    expect(host.all('peer-joined')).toHaveLength(1);
    expect(host.all('peer-left')).toEqual([]);
    phone.close();
  });

  it('Batch Requests: events that were sent in one request are obeyed in order, and answered together', async () => {
    const host = await join(server.url, 'zoe', 'zoe_electron');
    const session = await PollingSession.open(server.url, '/socket.io/');
    const auth = { token: 'dev:zoe', userId: 'zoe', clientType: 'web', deviceId: 'zoe_web' };
    const signals = Array.from({ length: 50 }, (_, i) => i);
    const events = signals.map((i) => ['webrtc-signal', { to: 'zoe_electron', signal: { i } }]);
    await session.post(`40${JSON.stringify(auth)}`);
    expect(await session.poll()).toContain('40{"sid"');
    const packets = [['join-account'], ...events].map((event) => `42${JSON.stringify(event)}`);
    const answer = await session.post([...packets, '420["request-peer-list"]'].join(SEPARATOR));
    expect(await answer.text()).toBe('ok');
    await host.next('webrtc-signal', signals.length - 1);
    const order = host.all('webrtc-signal').map((event) => (event as { signal: { i: number } }).signal.i);
    expect(order).toEqual(signals);
    const together = (await session.poll()).split(SEPARATOR);
    expect(together.filter((packet) => packet.startsWith('42["existing-peers"'))).toHaveLength(1);
    expect(together.filter((packet) => packet.startsWith('42["peer-list"'))).toHaveLength(1);
  });

  it('Memory Management: Connections are cleaned up automatically, also those that say no goodbye', async () => {
    const before = ((await askJson(`${server.url}/health`)) as { connectedUsers: number }).connectedUsers;
    const watcher = await join(server.url, 'eva', 'eva_electron');
    const others = await Promise.all([...Array(40).keys()].map((i) => join(server.url, 'eva', `web-${i}`)));
    await connected(before + 41);
    for (const [index, other] of others.entries()) {
      if (index % 2 === 0) other.drop();
      else other.close();
    }
    await connected(before + 1);
    await watcher.next('peer-left', others.length - 1);
    expect(await watcher.list()).toEqual([]);
    expect(watcher.all('peer-left')).toHaveLength(others.length);
  });
});
