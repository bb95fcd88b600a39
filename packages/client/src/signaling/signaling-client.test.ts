import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DeviceKey } from '../identity/device-key.js';
import { MemoryStore } from '../store/memory-store.js';
import { SignalingClient, type SignalingOptions, type SignalingState } from './signaling-client.js';
import { TEST_ACCOUNT, TestServer } from './testing/test-server.js';
import { DeviceTokens, ProviderTokens, TOKENS_ENTRY, type TokenRequest } from './tokens.js';

function reached(client: SignalingClient, state: SignalingState): Promise<void> {
  if (client.state === state) return Promise.resolve();
  return new Promise((resolve) => {
    const stop = client.on('state', (now) => {
      if (now !== state) return;
      stop();
      resolve();
    });
  });
}

async function until(condition: () => boolean): Promise<void> {
  await expect.poll(condition, { timeout: 5_000, interval: 5 }).toBe(true);
}

describe('SignalingClient', () => {
  let server: TestServer;
  const clients: SignalingClient[] = [];

  beforeEach(async () => {
    server = await new TestServer().start();
  });
  afterEach(async () => {
    vi.useRealTimers();
    for (const client of clients.splice(0)) client.stop();
    await server.stop();
  });

  function make(more: Partial<SignalingOptions>, key = DeviceKey.generate()): SignalingClient {
    const self = { key, deviceId: key.deviceId, name: 'Test', platform: 'Linux' };
    const tokens = new ProviderTokens('dev:test');
    const client = new SignalingClient({
      server: new URL(server.url),
      path: '/socket.io/',
      self,
      tokens,
      ...more,
    });
    clients.push(client);
    return client;
  }

  async function paired(key = DeviceKey.generate()): Promise<SignalingClient> {
    const store = new MemoryStore();
    const pair = server.tokensFor(key.deviceId, key.publicKeyText);
    await store.set(TOKENS_ENTRY, JSON.stringify({ ...pair, expiresAt: Date.now() + pair.expiresIn * 1000 }));
    const tokens = new DeviceTokens(new URL(server.url), store, key, key.deviceId);
    return make({ tokens, expectedAccount: TEST_ACCOUNT }, key);
  }

  it('signs in with a proof over a nonce of the server', async () => {
    const client = await paired();
    await client.start();
    expect(client.state).toBe('online');
    await until(() => client.account === TEST_ACCOUNT);
  });

  it('sees who is there, who comes and who goes, and relays signals between two', async () => {
    const [one, two] = [make({}), make({})];
    await one.start();
    await two.start();
    await until(() => one.peers.all().length === 1 && two.peers.all().length === 1);
    const [peer] = one.peers.all();
    const heard = new Promise((resolve) => two.on('signal', resolve));
    expect(
      one.send(
        { deviceId: peer?.deviceId ?? '', socketId: peer?.socketId ?? '' },
        { type: 'offer', sdp: 'x' },
      ),
    ).toBe(true);
    expect(await heard).toMatchObject({
      signal: { type: 'offer', sdp: 'x' },
      fromSocketId: expect.any(String) as string,
    });
    two.stop();
    await until(() => one.peers.all().length === 0);
    expect(two.send({ deviceId: 'd', socketId: '' }, {})).toBe(false);
  });

  it('says when a signal found nobody', async () => {
    const client = make({});
    await client.start();
    const told = new Promise((resolve) => client.on('peerUnavailable', resolve));
    client.send({ deviceId: 'nobody', socketId: '' }, {});
    expect(await told).toEqual({ deviceId: 'nobody' });
  });

  it('comes back after the server was away, with a new nonce', async () => {
    const client = await paired();
    await client.start();
    await server.stop();
    await reached(client, 'offline');
    expect(client.error?.code).toMatch(/connection_lost|server_unreachable/);
    await server.start();
    client.retryNow();
    await reached(client, 'online');
  });

  it('takes a socket for lost over which no answer comes when it is checked', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const client = make({});
    await client.start();
    await client.listDevices(); // the first lists have come before its answer
    server.refusals.set('request-peer-list', ['silent']);
    client.check();
    client.check();
    await vi.advanceTimersByTimeAsync(4_900);
    expect(client.state).toBe('online');
    await vi.advanceTimersByTimeAsync(200);
    expect([client.state, client.error?.code]).toEqual(['offline', 'connection_lost']);
    await vi.advanceTimersByTimeAsync(1_000);
    await reached(client, 'online');
  });

  it('keeps a socket over which an answer comes when it is checked', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const client = make({});
    await client.start();
    await client.listDevices();
    const answered = new Promise((resolve) => client.on('peers', resolve));
    client.check();
    await answered;
    await vi.advanceTimersByTimeAsync(6_000);
    expect(client.state).toBe('online');
  });

  it('notices when it is checked that the pings of the server have stayed away, though no timer ran', async () => {
    const client = make({});
    await client.start();
    vi.useFakeTimers({ toFake: ['Date'] });
    vi.setSystemTime(Date.now() + 60_000);
    client.check();
    await reached(client, 'offline');
    expect(client.error?.code).toBe('connection_lost');
  });

  it('replaces an expired token at once and signs in', async () => {
    const client = await paired();
    server.expireTokens();
    const states: SignalingState[] = [];
    client.on('state', (state) => states.push(state));
    await client.start();
    await reached(client, 'online');
    expect(states).not.toContain('offline');
    expect(server.log).toEqual(['refresh ok']);
  });

  it('renews its token on the open socket when asked', async () => {
    const client = await paired();
    await client.start();
    server.sockets[0]?.emit('renew', { expiresAt: Date.now() + 60_000 });
    await until(() => server.log.length === 2);
    expect(server.log).toEqual(['refresh ok', 'renew ok']);
    expect(client.state).toBe('online');
  });

  describe('with tokens that a function of the app gets', () => {
    let asked: TokenRequest[];
    let given: string[];
    let tokens: ProviderTokens;

    beforeEach(() => {
      asked = [];
      given = [];
      tokens = new ProviderTokens((request) => {
        asked.push(request);
        return Promise.resolve(given.shift() ?? 'dev:none left');
      });
    });

    it('asks for a fresh one when the server wants it, again while the old one is given', async () => {
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
      given = ['dev:old', 'dev:old', 'dev:new'];
      const client = make({ tokens });
      await client.start();
      server.sockets[0]?.emit('renew', { expiresAt: Date.now() + 60_000 });
      await until(() => asked.length === 2);
      expect(server.log).toEqual([]);
      await vi.advanceTimersByTimeAsync(5_000);
      await until(() => server.log.length === 1);
      await vi.advanceTimersByTimeAsync(20_000);
      expect(server.log).toEqual(['renew ok']);
      expect(asked).toEqual([{ fresh: false }, { fresh: true }, { fresh: true }]);
    });

    it('gives the newer one again when the server was busy', async () => {
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
      given = ['dev:old', 'dev:new', 'dev:new'];
      const refusals = [{ code: 'rate_limited' }];
      server.refusals.set('auth-renew', refusals);
      const client = make({ tokens });
      await client.start();
      server.sockets[0]?.emit('renew', { expiresAt: Date.now() + 60_000 });
      await until(() => refusals.length === 0);
      await client.listDevices(); // the refusal has come before
      await vi.advanceTimersByTimeAsync(5_000);
      await until(() => server.log.length === 1);
      expect(server.log).toEqual(['renew ok']);
    });

    it('signs in with a fresh one at once when the one it was given has ended', async () => {
      given = ['dev:old', 'dev:new'];
      server.ended.add('dev:old');
      const states: SignalingState[] = [];
      const client = make({ tokens });
      client.on('state', (state) => states.push(state));
      await client.start();
      await reached(client, 'online');
      expect(states).not.toContain('offline');
      expect(asked).toEqual([{ fresh: false }, { fresh: true }]);
    });
  });

  it('comes back when it was told to, if it has connected too often', async () => {
    const client = make({});
    server.limitNext = { retryAfterMs: 700 };
    const begun = performance.now();
    await client.start();
    expect(client.state).toBe('offline');
    expect(client.error).toMatchObject({ code: 'rate_limited', retryAfterMs: 700 });
    await reached(client, 'online');
    expect(performance.now() - begun).toBeGreaterThanOrEqual(700);
  });

  it('comes back when it was told to, if it has asked for too many nonces', async () => {
    const client = await paired();
    server.httpRefusals.set('/v1/nonce', [{ status: 429, code: 'rate_limited', retryAfterMs: 700 }]);
    const begun = performance.now();
    await client.start();
    expect(client.state).toBe('offline');
    expect(client.error).toMatchObject({ code: 'rate_limited', retryAfterMs: 700 });
    await reached(client, 'online');
    expect(performance.now() - begun).toBeGreaterThanOrEqual(700);
  });

  it('comes back when a proxy refused it a nonce, also with a token that is not bound to its key', async () => {
    const client = make({});
    server.httpRefusals.set('/v1/nonce', [{ status: 403 }]);
    await client.start();
    expect([client.state, client.error?.code]).toEqual(['offline', 'server_unreachable']);
    await reached(client, 'online');
  });

  it('signs in without a proof where a server of old gives out no nonces', async () => {
    const client = make({});
    server.httpRefusals.set('/v1/nonce', [{ status: 404 }]);
    await client.start();
    expect(client.state).toBe('online');
  });

  it('asks to join again when it was told to, if that was refused for the moment', async () => {
    const busy = { code: 'rate_limited', retryAfterMs: 400 };
    server.refusals.set('join-account', [busy, { code: 'server_error' }]);
    const errors: string[] = [];
    const [client, other] = [make({}), make({})];
    client.on('error', ({ code }) => errors.push(code));
    const begun = performance.now();
    await client.start();
    await until(() => server.joins === 3);
    expect(performance.now() - begun).toBeGreaterThanOrEqual(400);
    await other.start();
    await until(() => other.peers.all().length === 1);
    expect([client.state, errors]).toEqual(['online', []]);
  });

  it('asks to join again when the question was lost', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    server.refusals.set('join-account', ['silent']);
    const client = make({});
    await client.start();
    await until(() => server.joins === 1);
    await vi.advanceTimersByTimeAsync(11_000);
    await until(() => server.joins === 2);
  });

  it('joins once where servers of old acknowledge nothing', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    server.joinsAcknowledged = false;
    const client = make({});
    await client.start();
    await client.listDevices(); // what answers the joining has come before
    await vi.advanceTimersByTimeAsync(15_000);
    await client.listDevices();
    expect([server.joins, client.state]).toEqual([1, 'online']);
  });

  it.each(['stopped', 'cut off'])(
    'leaves a refused joining to the next socket when it is %s',
    async (how) => {
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
      server.refusals.set('join-account', [{ code: 'rate_limited', retryAfterMs: 5_000 }]);
      const client = make({});
      await client.start();
      await client.listDevices(); // the refusal has come before
      if (how === 'stopped') client.stop();
      else for (const socket of server.sockets) socket.disconnect(true);
      await until(() => client.state !== 'online');
      if (how === 'stopped') await client.start();
      else client.retryNow();
      await reached(client, 'online');
      await client.listDevices();
      await vi.advanceTimersByTimeAsync(9_000);
      await client.listDevices();
      expect(server.joins).toBe(2);
    },
  );

  it('neither joins nor plans a renewal when it is stopped in the turn in which it is online', async () => {
    const tokens = new ProviderTokens('dev:test');
    const planned = vi.spyOn(tokens, 'remainingMs');
    const client = make({ tokens });
    client.on('state', (state) => {
      if (state === 'online') client.stop();
    });
    await client.start();
    await until(() => server.sockets.length === 0);
    expect([server.joins, client.state]).toEqual([0, 'stopped']);
    expect(planned).not.toHaveBeenCalled();
  });

  it('comes to an end with its start when it is stopped while the server says nothing', async () => {
    let upgrading: Duplex | undefined;
    const silent = createServer((_request, response) => response.end('{"nonce":"AAAA","expiresIn":60}'));
    silent.on('upgrade', (_request, socket) => (upgrading = socket));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as AddressInfo;
    const client = make({ server: new URL(`http://127.0.0.1:${port}`) });
    const started = client.start();
    await until(() => upgrading !== undefined);
    client.stop();
    await started;
    expect(client.state).toBe('stopped');
    upgrading?.destroy();
    silent.closeAllConnections();
    silent.close();
  });

  it('gives up when its device was removed', async () => {
    const key = DeviceKey.generate();
    const client = await paired(key);
    server.revoke(key.deviceId);
    await client.start();
    expect(client.state).toBe('refused');
    expect(client.error?.code).toBe('device_revoked');
  });

  it('refreshes a refused token once, then gives up', async () => {
    const store = new MemoryStore();
    const key = DeviceKey.generate();
    const pair = { accessToken: 'worthless', refreshToken: 'too', expiresAt: Date.now() + 1e6 };
    await store.set(TOKENS_ENTRY, JSON.stringify(pair));
    const client = make({ tokens: new DeviceTokens(new URL(server.url), store, key, key.deviceId) }, key);
    await client.start();
    await reached(client, 'refused');
    expect(client.error?.code).toBe('auth_invalid');
    expect(server.log).toEqual(['refresh refused']);
  });

  it('does not stay with a server that puts it into another account', async () => {
    server.account = 'local:test:someone-else';
    const client = await paired();
    await client.start();
    await reached(client, 'refused');
    expect(client.error?.code).toBe('account_mismatch');
  });

  it('lists devices, and says so when it cannot', async () => {
    const [one, two] = [make({}), make({})];
    await expect(one.listDevices()).rejects.toThrow(
      expect.objectContaining({ code: 'not_online' }) as unknown as Error,
    );
    await one.start();
    await two.start();
    expect(await one.listDevices()).toMatchObject([{ name: 'Test', revoked: false }]);
  });

  it('is not moved by malformed events', async () => {
    const client = make({});
    await client.start();
    await client.listDevices(); // the first lists have come before its answer
    const [socket] = server.sockets;
    for (const event of [
      'existing-peers',
      'peer-joined',
      'peer-left',
      'webrtc-signal',
      'peer-models-updated',
      'device-revoked',
      'server-info',
      'error',
      'hosting-status',
    ]) {
      for (const junk of [null, 5, 'x', [], [[]], {}, { userId: {} }, { fromUserId: 'd', signal: 5 }])
        socket?.emit(event, junk);
      socket?.emit(event);
    }
    socket?.emit('peer-joined', { socketId: 'last', userId: 'last' });
    await until(() => client.peers.bySocket('last') !== undefined);
    expect(client.state).toBe('online');
  });
});
