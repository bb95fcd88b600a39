import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Socket } from 'socket.io';
import type { JsonObject } from '../../../packages/client/src/core/json.js';
import { DeviceKey } from '../../../packages/client/src/identity/device-key.js';
import { TEST_ACCOUNT, TestServer } from '../../../packages/client/src/signaling/testing/test-server.js';
import { launch, openPage, pageFiles, scripts } from './browser.js';

// An offer is given up after 3 s; a second one that gets lost would take 3 s more.
const RETRIED_WITHIN_MS = 5_500;
// The page asks, and waits 4 s; a link by itself notices after 25 s.
const NOTICED_WITHIN_MS = 8_000;

/** In the page. */
async function startWithToken(): Promise<void> {
  window.client = new window.testing.PantheonClient({ token: 'dev:test' });
  await window.client.start();
}

interface Shown {
  readonly state: string;
  readonly error: string;
  readonly trust: string;
  readonly protocol: string;
  readonly models: readonly string[];
  readonly route: string;
  readonly online: boolean;
}

describe('PantheonClient in Chromium, on a plain http origin', () => {
  let browser: Browser;
  let script: string;
  let server: TestServer;
  const contexts: BrowserContext[] = [];
  let page: Page;
  let hostId: string;

  beforeAll(async () => {
    browser = await launch();
    script = await scripts();
  });
  afterAll(() => browser.close());

  beforeEach(async () => {
    server = await new TestServer().start();
    for (const [path, file] of pageFiles(script)) server.files.set(path, file);
    hostId = server.voucher.deviceId;
    page = await openPage(await newContext(), origin());
  });
  afterEach(async () => {
    for (const context of contexts.splice(0)) await context.close();
    await server.stop();
  });

  /** Storage of its own, as another device has. */
  async function newContext(): Promise<BrowserContext> {
    const context = await browser.newContext();
    contexts.push(context);
    return context;
  }

  function origin(): string {
    return server.url.replace('127.0.0.1', 'lan.test');
  }

  /** A page with a host in it: with the voucher's key, unless another is given. */
  async function startHost(
    more: { seed?: string; legacy?: boolean; token?: string; account?: string; accepts?: 'nobody' } = {},
  ): Promise<Page> {
    const { accessToken } = server.tokensFor(hostId, server.voucher.publicKeyText);
    const hostPage = await openPage(await newContext(), origin());
    const seed = server.voucher.seedText();
    const setup = {
      server: origin(),
      seed,
      deviceId: hostId,
      account: TEST_ACCOUNT,
      token: accessToken,
      ...more,
    };
    await hostPage.evaluate(async (options) => {
      window.host = new window.testing.MiniHost(options);
      await window.host.start();
    }, setup);
    server.announce(hostId, { name: 'Study', isHosting: true, link: more.legacy !== true });
    return hostPage;
  }

  /** A second host of the account, with a key of its own that nobody has vouched for; `hostId` is its id from now on. */
  async function startStranger(): Promise<DeviceKey> {
    const key = DeviceKey.generate();
    hostId = key.deviceId;
    await startHost({ seed: key.seedText(), token: 'dev:test' });
    return key;
  }

  function says(type: 'device' | 'revoke', about: DeviceKey, by = server.voucher): JsonObject {
    return { ...server.statement(type, about.deviceId, about.publicKeyText, { by }).toJSON() };
  }

  async function socketOfPage(): Promise<Socket> {
    const own = await page.evaluate(() => window.client.device?.deviceId);
    const auth = (socket: Socket): unknown => (socket.handshake.auth as { deviceId?: unknown }).deviceId;
    return server.sockets.find((socket) => auth(socket) === own) ?? expect.fail('the page is not signed in');
  }

  /** A host with another key that has got into the account under the id of the one we know. */
  async function startImpostor(): Promise<Page> {
    const seed = await page.evaluate(() => window.testing.newSeed());
    return await startHost({ seed, token: 'dev:test' });
  }

  function fragment(): string {
    return server.pairingLink.slice(server.pairingLink.indexOf('#'));
  }

  async function pair(): Promise<void> {
    await page.evaluate(async (link) => {
      window.client = new window.testing.PantheonClient({ statsIntervalMs: 50 });
      await window.client.pair(link, { name: 'Phone' });
      await window.client.start();
    }, fragment());
  }

  function connect(): Promise<string> {
    return page.evaluate(
      (id) =>
        window.client.connect(id).then(
          () => 'connected',
          (error: { code: string }) => error.code,
        ),
      hostId,
    );
  }

  function shown(): Promise<Shown> {
    return page.evaluate((id) => {
      const host = window.client.hosts.find(({ deviceId }) => deviceId === id);
      const {
        state = '',
        trust = '',
        protocol = '',
        models = [],
        route = '',
        online = false,
        error,
      } = host ?? {};
      return {
        state,
        trust,
        protocol,
        route,
        online,
        error: error?.code ?? '',
        models: models.map(({ id: name }) => name),
      };
    }, hostId);
  }

  async function until(expected: Partial<Shown>): Promise<void> {
    await expect.poll(shown, { timeout: 20_000, interval: 20 }).toMatchObject(expected);
  }

  it('has none of what only secure origins have', async () => {
    expect(
      await page.evaluate(() => [isSecureContext, typeof crypto.subtle, typeof navigator.locks]),
    ).toEqual([false, 'undefined', 'undefined']);
  });

  it('pairs, connects, knows the models, and fetches', async () => {
    await startHost();
    await pair();
    await until({ online: true, trust: 'pinned', state: 'idle' });
    expect(await connect()).toBe('connected');
    await until({
      state: 'connected',
      trust: 'pinned',
      protocol: 'link',
      models: ['gemma3:270m'],
      route: 'lan',
    });
    const status = await page.evaluate(
      async (id) => (await window.client.link(id)?.fetch('/nothing'))?.status,
      hostId,
    );
    expect(status).toBe(404);
    const [model] = await page.evaluate(() =>
      window.client.models.map(({ host, model: { id } }) => `${host.name} ${id}`),
    );
    expect(model).toBe('Study gemma3:270m');
  });

  it('gives the same link to everyone who asks', async () => {
    await startHost();
    await pair();
    await until({ online: true });
    const same = await page.evaluate(async (id) => {
      const [one, two] = await Promise.all([window.client.connect(id), window.client.connect(id)]);
      return one === two && one === (await window.client.connect(id));
    }, hostId);
    expect(same).toBe(true);
  });

  it('takes models that the host pushes', async () => {
    const hostPage = await startHost();
    await pair();
    await until({ online: true });
    await connect();
    await until({ models: ['gemma3:270m'] });
    await hostPage.evaluate(() => window.host.push('catalogue', { models: [{ id: 'new:1b' }], engines: [] }));
    await until({ models: ['new:1b'] });
  });

  it('asks for the models when the host pushes only that they changed', async () => {
    const hostPage = await startHost();
    await pair();
    await until({ online: true });
    await connect();
    await until({ models: ['gemma3:270m'] });
    await hostPage.evaluate(() => {
      window.host.models = ['new:1b', 'new:2b'];
      window.host.push('catalogue', {});
    });
    await until({ models: ['new:1b', 'new:2b'] });
  });

  it('asks again for models that the host did not tell', async () => {
    const hostPage = await startHost();
    await hostPage.evaluate(() => void (window.host.refusals = 1));
    await pair();
    await until({ online: true });
    await connect();
    await until({ state: 'connected', models: ['gemma3:270m'] });
  });

  it('connects again by itself when the host dies and comes back', async () => {
    const hostPage = await startHost();
    await pair();
    await until({ online: true });
    await connect();
    await hostPage.evaluate(() => window.host.die());
    await until({ online: false, state: 'reconnecting' });
    await startHost();
    await until({ online: true, state: 'connected', models: ['gemma3:270m'] });
  });

  /** The page is out of sight for a while, as on a phone in a pocket. */
  function sleep(forMs: number): Promise<void> {
    return page.evaluate((milliseconds) => {
      const show = (visibilityState: string): void => {
        Object.defineProperty(document, 'visibilityState', { value: visibilityState, configurable: true });
        document.dispatchEvent(new Event('visibilitychange'));
      };
      const { now } = Date;
      show('hidden');
      Date.now = () => now() + milliseconds;
      show('visible');
    }, forMs);
  }

  it('notices soon after the page slept that a host hears it no more, and connects again', async () => {
    const hostPage = await startHost();
    await pair();
    await until({ online: true });
    await connect();
    await until({ state: 'connected', models: ['gemma3:270m'] });
    await hostPage.evaluate(() => window.host.goDeaf());
    const began = performance.now();
    await sleep(20_000);
    await until({ state: 'reconnecting', error: 'link_closed' });
    expect(performance.now() - began).toBeLessThan(NOTICED_WITHIN_MS);
    await until({ state: 'connected', error: '' });
  });

  /** The page goes into the back-forward cache, and comes out again. */
  async function goAndComeBack(meanwhile: () => Promise<unknown> = () => Promise.resolve()): Promise<void> {
    await page.evaluate(() => window.dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true })));
    await expect.poll(() => server.sockets.length).toBe(1);
    await meanwhile();
    await page.evaluate(() => window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })));
  }

  it('connects again to the hosts it kept when the page comes out of the back-forward cache', async () => {
    await startHost();
    await pair();
    await until({ online: true });
    await connect();
    await until({ state: 'connected', models: ['gemma3:270m'] });
    await goAndComeBack();
    await until({ state: 'reconnecting' });
    await until({ state: 'connected', models: ['gemma3:270m'] });
    await goAndComeBack(() => page.evaluate((id) => window.client.disconnect(id), hostId));
    await until({ state: 'idle', online: true });
  });

  it('connects again to the hosts it kept when it is paired anew with their account', async () => {
    await startHost();
    await pair();
    await until({ online: true });
    await connect();
    await until({ state: 'connected', models: ['gemma3:270m'] });
    await page.evaluate((link) => window.client.pair(link), fragment());
    await until({ online: true, state: 'connected' });
  });

  it('tries again when the first offer gets lost', async () => {
    await startHost();
    await pair();
    await until({ online: true });
    server.loseSignals = 1;
    const began = performance.now();
    expect(await connect()).toBe('connected');
    expect(server.loseSignals).toBe(0);
    expect(performance.now() - began).toBeLessThan(RETRIED_WITHIN_MS);
  });

  it('says loudly when another key answers for a host we know, and stays away from it', async () => {
    await startImpostor();
    await pair();
    await until({ online: true });
    expect(await connect()).toBe('key_untrusted');
    await until({ state: 'failed', error: 'key_untrusted', trust: 'unknown', models: [] });
    expect(await page.evaluate((id) => window.client.link(id) === undefined, hostId)).toBe(true);
  });

  it('raises no alarm about a host that nobody vouched for, and opens no link to it until somebody has', async () => {
    const key = await startStranger();
    await pair();
    await until({ online: true });
    expect(await connect()).toBe('key_not_accepted');
    await until({ state: 'failed', error: 'key_not_accepted', trust: 'unknown', models: [] });
    expect(await connect()).toBe('key_not_accepted');
    expect(await page.evaluate((id) => window.client.link(id) === undefined, hostId)).toBe(true);
    const stranger = DeviceKey.generate();
    const forged = server.statement('device', hostId, key.publicKeyText, { by: stranger }).toJSON();
    server.announce(hostId, { name: 'Attic', isHosting: true, link: true, statements: [forged] });
    await until({ state: 'failed', error: 'key_not_accepted', trust: 'unknown' });
    const statement = server.statement('device', hostId, key.publicKeyText).toJSON();
    server.announce(hostId, { name: 'Attic', isHosting: true, link: true, statements: [statement] });
    await until({ state: 'idle', error: '', trust: 'vouched' });
    expect(await connect()).toBe('connected');
    await until({ state: 'connected', trust: 'vouched', models: ['gemma3:270m'] });
  });

  it('takes a host for its own once the list of devices leads to its key by two statements', async () => {
    const key = await startStranger();
    await pair();
    await until({ online: true });
    expect(await connect()).toBe('key_not_accepted');
    const phone = DeviceKey.generate();
    server.listed = [
      { deviceId: hostId, statements: [says('device', key, phone)] },
      { deviceId: phone.deviceId, statements: [says('device', phone)] },
    ];
    (await socketOfPage()).disconnect(true);
    await until({ state: 'idle', error: '' });
    expect(await connect()).toBe('connected');
    await until({ state: 'connected', trust: 'vouched' });
  });

  it('ends the link to a host once the device that vouched for it is removed', async () => {
    const key = await startStranger();
    const phone = DeviceKey.generate();
    server.listed = [
      { deviceId: hostId, statements: [says('device', key, phone)] },
      { deviceId: phone.deviceId, statements: [says('device', phone)] },
    ];
    await pair();
    await expect.poll(connect, { timeout: 10_000 }).toBe('connected'); // once the list is known
    await until({ state: 'connected', trust: 'vouched' });
    const { deviceId } = phone;
    (await socketOfPage()).emit('device-revoked', { deviceId, statement: says('revoke', phone) });
    await until({ state: 'failed', error: 'key_not_accepted', trust: 'unknown' });
    expect(await page.evaluate((id) => window.client.link(id) === undefined, hostId)).toBe(true);
  });

  it('asks who vouched for the signer of a removal that it does not know, and ends the link then', async () => {
    const key = await startStranger();
    server.listed = [{ deviceId: hostId, statements: [says('device', key)] }];
    await pair();
    await expect.poll(connect, { timeout: 10_000 }).toBe('connected');
    const [phone, stranger] = [DeviceKey.generate(), DeviceKey.generate()];
    const listed = server.listings;
    const remove = async (by: DeviceKey): Promise<void> => {
      const removal = { deviceId: hostId, statement: says('revoke', key, by) };
      (await socketOfPage()).emit('device-revoked', removal);
    };
    await remove(stranger);
    await expect.poll(() => server.listings).toBe(listed + 1);
    server.listed = [...server.listed, { deviceId: phone.deviceId, statements: [says('device', phone)] }];
    await until({ state: 'connected', trust: 'vouched' });
    server.listed = [...server.listed, { deviceId: hostId, statements: [says('revoke', key, phone)] }];
    await remove(phone);
    await until({ state: 'failed', error: 'device_revoked' });
  });

  it('is loud about a key that cannot be that of the id it answers for, though the host is not known', async () => {
    hostId = DeviceKey.generate().deviceId;
    await startImpostor();
    await pair();
    await until({ online: true });
    expect(await connect()).toBe('key_untrusted');
    await until({ state: 'failed', error: 'key_untrusted', trust: 'unknown', models: [] });
  });

  it('tells a host that does not accept this browser from one that is false', async () => {
    await startHost({ accepts: 'nobody' });
    await pair();
    await until({ online: true });
    await connect(); // the host has proven itself before it has judged this browser
    await until({ state: 'failed', error: 'refused_by_host', trust: 'pinned', models: [] });
  });

  it('never speaks the older messages with a host whose key is pinned', async () => {
    await startHost({ legacy: true });
    await pair();
    await until({ online: true });
    expect(await connect()).toBe('key_untrusted');
  });

  it('chats with a host of the older protocol in an account without pairing', async () => {
    hostId = 'test_desktop'; // older ones have no id that is made from a key
    await startHost({ legacy: true, token: 'dev:test', account: 'dev:test' });
    await page.evaluate(startWithToken);
    await until({ online: true, protocol: 'legacy' });
    expect(await connect()).toBe('host_legacy');
    await until({ state: 'connected', protocol: 'legacy', models: ['old:1b'] });
    const answer = await page.evaluate(
      async (id) => (await window.client.connectLegacy(id)).chat({ model: 'old:1b', messages: [] }),
      hostId,
    );
    expect(answer).toMatchObject({ object: 'chat.completion' });
  });

  /** Has the server pass on that the host was removed, as who is not known to the page says. */
  async function removeByStranger(): Promise<void> {
    const statement = says('revoke', server.voucher, DeviceKey.generate());
    (await socketOfPage()).emit('device-revoked', { deviceId: hostId, statement });
  }

  it('ends a link that was made at first sight when the server says that the device was removed', async () => {
    await startHost({ token: 'dev:test', account: 'dev:test' });
    await page.evaluate(startWithToken);
    await until({ online: true });
    expect(await connect()).toBe('connected');
    await removeByStranger();
    await until({ state: 'failed', error: 'device_revoked' });
    expect(await connect()).toBe('device_revoked');
    await until({ state: 'failed', error: 'device_revoked' });
  });

  it('dials a host no more that it knew at first sight when the server says meanwhile that the device was removed', async () => {
    const hostPage = await startHost({ token: 'dev:test', account: 'dev:test' });
    await page.evaluate(startWithToken);
    await until({ online: true });
    expect(await connect()).toBe('connected');
    await hostPage.evaluate(() => window.host.die());
    await until({ online: false, state: 'reconnecting' });
    await removeByStranger();
    await until({ state: 'failed', error: 'device_revoked' });
  });

  it('ends the links of who was signed in before at a provider, and dials none of them again', async () => {
    await startHost({ token: 'dev:alice', account: 'dev:alice' });
    await page.evaluate(async () => {
      window.client = new window.testing.PantheonClient({
        token: () => Promise.resolve(document.title || 'dev:alice'),
      });
      await window.client.start();
    });
    await until({ online: true });
    expect(await connect()).toBe('connected');
    const before = await page.evaluateHandle((id) => window.client.link(id), hostId);
    await page.evaluate(() => (document.title = 'dev:bob'));
    (await socketOfPage()).disconnect(true);
    await expect.poll(() => page.evaluate(() => window.client.account)).toBe('dev:bob');
    await until({ state: 'idle' });
    const fetched = page.evaluate((link) => link?.fetch('/v1/models').then(() => 'ok', String), before);
    expect(await fetched).not.toBe('ok');
  });

  it('remembers a key at first sight in an account without pairing, and refuses another later', async () => {
    const hostPage = await startHost({ token: 'dev:test', account: 'dev:test' });
    await page.evaluate(startWithToken);
    await until({ online: true, trust: 'first-sight' });
    expect(await connect()).toBe('connected');
    await hostPage.evaluate(() => window.host.die());
    const seed = await page.evaluate(() => window.testing.newSeed());
    await page.reload();
    await startHost({ token: 'dev:test', account: 'dev:test', seed });
    await page.evaluate(startWithToken);
    await until({ online: true });
    expect(await connect()).toBe('key_untrusted');
  });

  it('is still paired after a reload, and leaves nothing open behind', async () => {
    const hostPage = await startHost();
    await pair();
    await until({ online: true });
    await connect();
    await page.reload();
    await expect.poll(() => server.sockets.length).toBe(1);
    await page.evaluate(async () => {
      window.client = new window.testing.PantheonClient();
      await window.client.start();
    });
    await until({ online: true, trust: 'pinned' });
    expect(await connect()).toBe('connected');
    await hostPage.close();
  });
});
