import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ClientError } from '../core/error.js';
import type { JsonObject } from '../core/json.js';
import { DeviceKey } from '../identity/device-key.js';
import { KeyBook } from '../identity/key-book.js';
import { Statement } from '../identity/statement.js';
import { SignalingClient } from '../signaling/signaling-client.js';
import { TEST_ACCOUNT, TestServer } from '../signaling/testing/test-server.js';
import { ProviderTokens } from '../signaling/tokens.js';
import { MemoryStore } from '../store/memory-store.js';
import { PantheonClient } from './client.js';
import type { ClientOptions, ClientState, Host } from './types.js';

const code = (value: string): Error => expect.objectContaining({ code: value }) as unknown as Error;

/** A store that two clients share as two tabs of a browser do. */
class SharedStore extends MemoryStore {
  private readonly watchers = new Set<(name: string) => void>();
  override async set(name: string, value: string): Promise<void> {
    await super.set(name, value);
    for (const watcher of this.watchers) watcher(name);
  }
  override async remove(name: string): Promise<void> {
    await super.remove(name);
    for (const watcher of this.watchers) watcher(name);
  }
  override watch(listener?: (name: string) => void): () => void {
    if (listener !== undefined) this.watchers.add(listener);
    return () => undefined;
  }
}

/** A store that can keep who reads one entry waiting. */
class HeldStore extends MemoryStore {
  private held: Promise<void> | undefined;
  private wasAsked: () => void = () => undefined;
  readonly asked = new Promise<void>((resolve) => (this.wasAsked = resolve));
  private readonly entry: string;

  constructor(entry: string) {
    super();
    this.entry = entry;
  }
  /** From now on; returns what ends it. */
  hold(): () => void {
    let release: () => void = () => undefined;
    this.held = new Promise((resolve) => (release = resolve));
    return release;
  }
  override async get(name: string): Promise<string | undefined> {
    if (name === this.entry && this.held !== undefined) {
      this.wasAsked();
      await this.held;
    }
    return await super.get(name);
  }
}

/** A connection that never gets as far as an offer. */
class SilentConnection {
  createDataChannel(): object {
    return Object.assign(new EventTarget(), { close: () => undefined });
  }
  createOffer(): Promise<never> {
    return new Promise(() => undefined);
  }
  close(): void {
    // There is nothing to end.
  }
}

describe('PantheonClient', () => {
  let server: TestServer;
  const clients: PantheonClient[] = [];
  const others: SignalingClient[] = [];

  beforeEach(async () => {
    server = await new TestServer().start();
  });
  afterEach(async () => {
    vi.unstubAllGlobals();
    for (const client of clients.splice(0)) await client.stop();
    for (const other of others.splice(0)) other.stop();
    await server.stop();
  });

  function make(more: ClientOptions = {}): PantheonClient {
    const client = new PantheonClient({ server: server.url, store: new MemoryStore(), ...more });
    clients.push(client);
    return client;
  }

  async function paired(more: ClientOptions = {}): Promise<PantheonClient> {
    const client = make(more);
    await client.pair(server.pairingLink, { name: 'My phone' });
    await client.start();
    return client;
  }

  /** Leaves in the store what pairing leaves there. */
  async function pairedBefore(store: MemoryStore): Promise<void> {
    await (await paired({ store })).stop();
    await until(() => server.sockets.length === 0);
  }

  /** Signs a host in, as the server's directory shows it. */
  async function host(key: DeviceKey, entry: JsonObject, deviceId = key.deviceId): Promise<SignalingClient> {
    const self = { key, deviceId, name: '', platform: '' };
    const tokens = new ProviderTokens('dev:test');
    const other = new SignalingClient({ server: new URL(server.url), path: '/socket.io/', self, tokens });
    others.push(other);
    await other.start();
    server.announce(deviceId, entry);
    return other;
  }

  /** A client with a token of a provider, and a host that nobody vouched for. */
  async function withHostOfProvider(): Promise<{ client: PantheonClient; key: DeviceKey }> {
    const client = make({ token: () => Promise.resolve('dev:test') });
    await client.start();
    await until(() => client.account === 'dev:test');
    const key = DeviceKey.generate();
    await host(key, { name: 'Attic', isHosting: true, link: true });
    await until(() => client.hosts.length === 1);
    return { client, key };
  }

  async function until(condition: () => boolean): Promise<void> {
    await expect.poll(condition, { timeout: 5_000, interval: 5 }).toBe(true);
  }

  it('says that it is unpaired', async () => {
    const client = make();
    await client.start();
    expect(client.state).toBe('unpaired');
    expect(client.paired).toBe(false);
    await expect(client.connect('d')).rejects.toThrow(code('not_paired'));
  });

  it('pairs, goes online, and knows the voucher as a host that is pinned', async () => {
    const client = make();
    const states: ClientState[] = [];
    client.on('state', (state) => states.push(state));
    const result = await client.pair(server.pairingLink, { name: 'My phone' });
    expect(result).toEqual({
      account: TEST_ACCOUNT,
      hostName: 'Study',
      hostDeviceId: server.voucher.deviceId,
    });
    await client.start();
    expect(states).toEqual(['online']);
    expect(client.account).toBe(TEST_ACCOUNT);
    expect(client.device?.name).toBe('My phone');
    await until(() => client.hosts.length === 1);
    expect(client.hosts[0]).toMatchObject({
      name: 'Study',
      online: false,
      trust: 'pinned',
      state: 'idle',
      models: [],
    });
    await expect(client.connect(server.voucher.deviceId)).rejects.toThrow(code('host_offline'));
    await until(() => client.hosts[0]?.state === 'failed');
  });

  it('is still paired after a reload, with the same key', async () => {
    const store = new MemoryStore();
    const before = await paired({ store });
    const after = make({ store });
    await after.ready;
    expect(after.paired).toBe(true);
    expect(after.device).toEqual(before.device);
    await after.start();
    expect(after.state).toBe('online');
  });

  it('keeps nothing of a pairing over a server that swapped a key', async () => {
    server.swapKey = true;
    const store = new MemoryStore();
    const client = make({ store });
    await expect(client.pair(server.pairingLink)).rejects.toThrow(code('pairing_mac_mismatch'));
    expect(client.paired).toBe(false);
    expect(await store.get('pairing')).toBeUndefined();
    expect(await store.get('tokens')).toBeUndefined();
  });

  it('shows hosts that come, change and go, with how far they are to be trusted', async () => {
    const client = await paired();
    const vouched = DeviceKey.generate();
    const unknown = DeviceKey.generate();
    const statement = server.statement('device', vouched.deviceId, vouched.publicKeyText).toJSON();
    const known = await host(vouched, {
      name: 'Attic',
      platform: 'linux',
      isHosting: true,
      link: true,
      statements: [statement],
    });
    await host(unknown, { name: 'Stranger', isHosting: true, link: true });
    const find = (name: string): Host | undefined => client.hosts.find((entry) => entry.name === name);
    await until(() => find('Attic') !== undefined && find('Stranger') !== undefined);
    expect(find('Attic')).toMatchObject({
      trust: 'vouched',
      online: true,
      hosting: true,
      protocol: 'link',
      platform: 'linux',
    });
    expect(find('Stranger')).toMatchObject({ trust: 'unknown' });
    known.stop();
    await until(() => find('Attic')?.online === false);
  });

  it('does not list devices that never hosted', async () => {
    const client = await paired();
    await host(DeviceKey.generate(), { name: 'A phone', isHosting: false, link: true });
    await host(DeviceKey.generate(), { name: 'Attic', isHosting: true, link: true });
    await until(() => client.hosts.some(({ name }) => name === 'Attic'));
    expect(client.hosts.some(({ name }) => name === 'A phone')).toBe(false);
    await expect(client.connect('nobody')).rejects.toThrow(code('host_unknown'));
  });

  it('asks nobody through the server in an account with pairing, whatever the server says of a host', async () => {
    const client = await paired();
    const claimed = DeviceKey.generate();
    await host(claimed, { name: 'Attic', isHosting: true, generation: 1 });
    await until(() => client.hosts.some(({ name, relayed }) => name === 'Attic' && relayed === true));
    await expect(client.connectLegacy(claimed.deviceId)).rejects.toThrow(code('host_legacy'));
    expect(client.hosts.find(({ name }) => name === 'Attic')).toMatchObject({ state: 'failed' });
  });

  it.each(['pinned', 'vouched for', 'vouched for at the moment'])(
    'is loud about a host that is said to be old and whose key is %s, in an account with pairing',
    async (how) => {
      const client = await paired();
      const key = how === 'pinned' ? server.voucher : DeviceKey.generate();
      const vouched = server.statement('device', key.deviceId, key.publicKeyText).toJSON();
      if (how === 'vouched for') {
        server.listed = [{ deviceId: key.deviceId, statements: [vouched] }];
        await client.stop();
        const listings = server.listings;
        await client.start();
        await until(() => server.listings > listings);
        await client.listDevices();
      }
      const statements = how === 'vouched for at the moment' ? [vouched] : [];
      await host(key, { name: 'Attic', isHosting: true, generation: 1, statements });
      await until(() => client.hosts.some(({ relayed }) => relayed === true));
      await expect(client.connectLegacy(key.deviceId)).rejects.toThrow(code('key_untrusted'));
    },
  );

  it.each(['seen before', 'vouched for'])(
    'asks no host through the server whose key was %s, in an account of a provider either',
    async (how) => {
      const key = DeviceKey.generate();
      const book = new KeyBook('dev:test', 'remember');
      book.pin(server.voucher.deviceId, server.voucher.publicKeyText);
      const { deviceId, publicKeyText: publicKey } = key;
      const claim = { type: 'device', account: 'dev:test', deviceId, publicKey, name: '', time: 1 } as const;
      book.accept(deviceId, publicKey, how === 'seen before' ? [] : [Statement.make(server.voucher, claim)]);
      const store = new MemoryStore();
      await store.set('keys-seen:dev:test', JSON.stringify(book));
      const client = make({ store, token: 'dev:test' });
      await client.start();
      const older = 'uid_desktop';
      for (const id of [deviceId, older]) await host(key, { name: id, isHosting: true, generation: 1 }, id);
      await until(() => client.hosts.length === 2 && client.hosts.every(({ relayed }) => relayed === true));
      await expect(client.connectLegacy(deviceId)).rejects.toThrow(code('key_untrusted'));
      await client.connectLegacy(older);
    },
  );

  it('goes offline and comes back, without a flicker in between', async () => {
    const client = await paired();
    const states: ClientState[] = [];
    client.on('state', (state) => states.push(state));
    await server.stop();
    await until(() => client.state === 'offline');
    expect(client.hosts).toHaveLength(1);
    await server.start();
    client.retryNow();
    await until(() => client.state === 'online');
    expect(new Set(states)).toEqual(new Set(['offline', 'online']));
    expect(client.error).toBeUndefined();
  });

  it('says offline when the server cannot be reached at all, and goes on trying', async () => {
    const store = new MemoryStore();
    await (await paired({ store })).stop();
    await server.stop();
    const client = make({ store });
    await client.start();
    expect(client.state).toBe('offline');
    expect(client.error?.code).toBe('server_unreachable');
    await server.start();
    client.retryNow();
    await until(() => client.state === 'online');
  });

  it.each([429, 403])(
    'goes on as its server is set up, though that was first refused with %i',
    async (status) => {
      const store = new MemoryStore();
      await pairedBefore(store);
      server.mode = 'anywhere';
      server.httpRefusals.set('/config.json', [{ status, code: 'rate_limited', retryAfterMs: 300 }]);
      const client = make({ store });
      await client.start();
      expect(client.state).toBe('offline');
      expect(client.hosts).toHaveLength(1);
      await until(() => client.state === 'online');
      expect(client.server?.mode).toBe('anywhere');
    },
  );

  it('believes a revocation that the voucher signed, and no other', async () => {
    const client = await paired();
    const { deviceId, publicKey } = client.device ?? expect.fail('no device');
    const stranger = new TestServer().statement('revoke', deviceId, publicKey);
    server.sockets[0]?.emit('device-revoked', { deviceId, statement: stranger.toJSON() });
    await client.listDevices();
    expect(client.state).toBe('online');
    const statement = server.statement('revoke', deviceId, publicKey);
    server.sockets[0]?.emit('device-revoked', { deviceId, statement: statement.toJSON() });
    await until(() => client.state === 'revoked');
    expect(client.error?.code).toBe('device_revoked');
  });

  it('lets a host be dialled again that failed before this device signed in anew, perhaps in another network', async () => {
    const client = await paired();
    const { deviceId } = server.voucher;
    await expect(client.connect(deviceId)).rejects.toThrow(code('host_offline'));
    await until(() => client.hosts[0]?.state === 'failed');
    for (const socket of server.sockets) socket.disconnect(true);
    await until(() => client.state === 'offline');
    client.retryNow();
    await until(() => client.state === 'online' && client.hosts[0]?.state === 'idle');
  });

  it('learns at each sign-in who was removed while it was away, in the order in which it was said', async () => {
    const store = new MemoryStore();
    await pairedBefore(store);
    const [phone, attic] = [DeviceKey.generate(), DeviceKey.generate()];
    const says = (
      type: 'device' | 'revoke',
      about: DeviceKey,
      time: number,
      by = server.voucher,
    ): JsonObject => ({
      ...server.statement(type, about.deviceId, about.publicKeyText, { time, by }).toJSON(),
    });
    server.listed = [
      { deviceId: phone.deviceId, statements: [says('device', phone, 1), says('revoke', phone, 3)] },
      { deviceId: attic.deviceId, statements: [says('revoke', attic, 2, phone), { payload: 'nothing' }] },
    ];
    const client = make({ store });
    await client.start();
    const revoked = async (): Promise<readonly boolean[]> => {
      const book = KeyBook.fromJSON(JSON.parse((await store.get('key-book')) ?? '{}'));
      return [phone, attic].map(({ deviceId }) => book?.isRevoked(deviceId) ?? false);
    };
    await expect.poll(revoked, { timeout: 5_000 }).toEqual([true, true]);
    for (const socket of server.sockets) socket.disconnect(true);
    await until(() => client.state === 'offline');
    client.retryNow();
    await until(() => server.listings === 2);
  });

  it('learns who was removed from a server that had too much to do at first', async () => {
    const store = new MemoryStore();
    await pairedBefore(store);
    const phone = DeviceKey.generate();
    const removal = server.statement('revoke', phone.deviceId, phone.publicKeyText).toJSON();
    server.listed = [{ deviceId: phone.deviceId, statements: [removal] }];
    const busy = { code: 'rate_limited', retryAfterMs: 300 };
    server.refusals.set('list-devices', [busy, { code: 'server_error' }]);
    const before = server.listings;
    const client = make({ store });
    await client.start();
    await until(() => server.listings === before + 3);
    const learned = async (): Promise<boolean | undefined> =>
      KeyBook.fromJSON(JSON.parse((await store.get('key-book')) ?? '{}'))?.isRevoked(phone.deviceId);
    await expect.poll(learned, { timeout: 5_000 }).toBe(true);
  });

  it('finds out that it was removed itself while it was away', async () => {
    const store = new MemoryStore();
    await pairedBefore(store);
    const client = make({ store });
    await client.ready;
    const { deviceId, publicKey } = client.device ?? expect.fail('no device');
    server.listed = [{ deviceId, statements: [server.statement('revoke', deviceId, publicKey).toJSON()] }];
    await client.start();
    await until(() => client.state === 'revoked');
  });

  it.each(['silent', 'refused'] as const)(
    'goes on with a server that does not know the question for the devices: %s',
    async (unknown) => {
      server.listUnknown = unknown;
      const client = await paired();
      const errors: ClientError[] = [];
      client.on('error', (error) => errors.push(error));
      await until(() => server.listings === 1);
      await host(DeviceKey.generate(), { name: 'Attic', isHosting: true, link: true });
      await until(() => client.hosts.some(({ name }) => name === 'Attic'));
      expect([client.state, errors]).toEqual(['online', []]);
    },
  );

  it('takes a new key when it is paired again', async () => {
    const client = await paired();
    const before = client.device?.deviceId;
    await client.pair(server.pairingLink);
    expect(client.device?.deviceId).not.toBe(before);
    expect(client.state).toBe('online');
  });

  it('does not trust a server that puts it into another account', async () => {
    server.account = 'local:test:other';
    const client = await paired();
    await until(() => client.state === 'untrusted');
    expect(client.error?.code).toBe('account_mismatch');
  });

  it('works with a token of a provider, at first sight', async () => {
    const { client } = await withHostOfProvider();
    expect(client.hosts[0]?.trust).toBe('first-sight');
  });

  it("dials a host no further that is removed meanwhile on the server's word", async () => {
    vi.stubGlobal('RTCPeerConnection', SilentConnection);
    const { client, key } = await withHostOfProvider();
    const dialling = client.connect(key.deviceId);
    dialling.catch(() => undefined);
    await until(() => client.hosts[0]?.state === 'connecting');
    const removal = server.statement('revoke', key.deviceId, key.publicKeyText, { by: DeviceKey.generate() });
    const own = client.device?.deviceId;
    const socket = server.sockets.find(({ handshake }) => handshake.auth['deviceId'] === own);
    socket?.emit('device-revoked', { deviceId: key.deviceId, statement: removal.toJSON() });
    await until(() => client.hosts[0]?.error?.code === 'device_revoked');
    expect(client.hosts[0]?.state).toBe('failed');
    await expect(dialling).rejects.toThrow(code('stopped'));
  });

  it('goes on dialling a host in an account with pairing that a stranger says was removed', async () => {
    vi.stubGlobal('RTCPeerConnection', SilentConnection);
    const client = await paired();
    const key = DeviceKey.generate();
    await host(key, { name: 'Attic', isHosting: true, link: true });
    const shown = (): Host | undefined => client.hosts.find(({ deviceId }) => deviceId === key.deviceId);
    await until(() => shown() !== undefined);
    client.connect(key.deviceId).catch(() => undefined);
    await until(() => shown()?.state === 'connecting');
    const listings = server.listings;
    const removal = server.statement('revoke', key.deviceId, key.publicKeyText, { by: DeviceKey.generate() });
    for (const socket of server.sockets)
      socket.emit('device-revoked', { deviceId: key.deviceId, statement: removal.toJSON() });
    await until(() => server.listings > listings);
    expect(shown()?.state).toBe('connecting');
  });

  it('begins anew, with nothing of the one before, when somebody else signs in at the provider', async () => {
    let token = 'dev:alice';
    const client = make({ token: () => Promise.resolve(token) });
    const signInAs = async (account: string): Promise<void> => {
      token = account;
      for (const socket of server.sockets) socket.disconnect(true);
      await until(() => client.state === 'offline');
      client.retryNow();
      await until(() => client.account === account && client.state === 'online');
    };
    await client.start();
    const attic = await host(DeviceKey.generate(), { name: 'Attic', isHosting: true, link: true });
    await until(() => client.hosts.length === 1);
    attic.stop();
    await signInAs('dev:bob');
    expect(client.hosts).toEqual([]);
    await signInAs('dev:alice');
    await until(() => client.hosts[0]?.name === 'Attic');
  });

  it('follows a pairing and a forgetting in another tab', async () => {
    const store = new SharedStore();
    const [one, two] = [make({ store }), make({ store })];
    await one.start();
    await two.start();
    expect(two.state).toBe('unpaired');
    await one.pair(server.pairingLink);
    await until(() => two.state === 'online');
    expect(two.device).toEqual(one.device);
    await one.forget();
    await until(() => two.state === 'unpaired');
  });

  it('forgets everything', async () => {
    const store = new MemoryStore();
    const client = await paired({ store });
    const before = client.device?.deviceId;
    await client.forget();
    expect(client.state).toBe('unpaired');
    expect(client.hosts).toEqual([]);
    expect(client.device?.deviceId).not.toBe(before);
    expect(await store.get('tokens')).toBeUndefined();
  });

  it('keeps no tokens that it was getting while it was told to forget', async () => {
    const store = new MemoryStore();
    server.expiresIn = 5; // so that they are renewed at once
    await pairedBefore(store);
    let answer: () => void = () => undefined;
    server.refreshHeld = new Promise((resolve) => (answer = resolve));
    const renewals = server.log.length;
    const client = make({ store });
    const started = client.start();
    await until(() => server.log.length > renewals);
    await client.forget();
    answer();
    await started;
    expect(client.state).toBe('unpaired');
    expect(await store.get('tokens')).toBeUndefined();
  });

  it('stays unpaired when it is told to forget while the server does not answer', async () => {
    const store = new MemoryStore();
    await pairedBefore(store);
    let answer: () => void = () => undefined;
    server.configHeld = new Promise((resolve) => (answer = resolve));
    const client = make({ store });
    const started = client.start();
    await until(() => client.paired);
    await client.forget();
    expect(client.state).toBe('unpaired');
    answer();
    await started;
    expect(client.state).toBe('unpaired');
  });

  it('stays stopped when it is stopped in the turn in which it was started', async () => {
    const store = new MemoryStore();
    await pairedBefore(store);
    const client = make({ store });
    const started = client.start();
    await client.stop();
    await started;
    expect(client.state).toBe('connecting');
    expect(server.sockets.length).toBe(0);
  });

  it('opens no socket when it is stopped before its keys are read', async () => {
    const store = new HeldStore('key-book');
    await pairedBefore(store);
    const release = store.hold();
    const client = make({ store });
    const started = client.start();
    await store.asked;
    await client.stop();
    release();
    await started;
    expect(server.sockets.length).toBe(0);
  });

  it.each([
    'signal.example.org',
    'signal.example.org:3001',
    'localhost:3001',
    'wss://signal.example.org',
    'null',
  ])(
    'says what to write instead of %s as the address of its server, each time it is started',
    async (address) => {
      const client = make({ server: address, token: 'dev:test' });
      for (let time = 0; time < 2; time++)
        await expect(client.start()).rejects.toMatchObject({ code: 'server_invalid', detail: address });
      await expect(client.connect('d')).rejects.toThrow(code('not_started'));
      await expect(client.pair(server.pairingLink)).rejects.toThrow(code('server_invalid'));
    },
  );

  it('gives every error sentences for people', async () => {
    const error = (await make()
      .pair('#pair=x')
      .catch((reason: unknown) => reason)) as ClientError;
    expect(error.message.length).toBeGreaterThan(10);
    expect(error.advice.length).toBeGreaterThan(10);
  });
});
