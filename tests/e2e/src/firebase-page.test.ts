// Pages of an app's own, whose people sign in with Firebase: the SDK and the Auth emulator are the real ones.
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { atTheEnd } from '../../sign-in/src/support/cleanup.js';
import { Client, DeviceKey } from '../../sign-in/src/support/client.js';
import { Emulator, PASSWORD, type Person } from '../../sign-in/src/support/emulator.js';
import { startHost, startSignal, type Program, type Signal } from '../../sign-in/src/support/program.js';
import { browser, bundleOf, openTestPage, type TestPage } from './support/browser.js';
import { startSmallModel, type Engine } from './support/engines.js';
import { RecordingEngine } from './support/recording-engine.js';

const PROJECT = 'demo-pantheon';
const HOUR_S = 3600;
let emulator: Emulator;
let anna: Person;
let bob: Person;
let small: Engine;
let endless: RecordingEngine;
let app: string;
let signal: Signal;
let host: Program;
let sdk: string;
const pages: TestPage[] = [];

function engines(): readonly string[] {
  return [small.url, endless.url].flatMap((url) => ['--engine', url]);
}

/** The server of an app's pages: they are empty, tests put scripts into them. */
async function startApp(): Promise<string> {
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'text/html');
    response.end('<!doctype html><title>An app</title>');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  atTheEnd(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

beforeAll(async () => {
  emulator = await Emulator.start(PROJECT);
  emulator.tokensLast(0); // no token is taken from before its owner signed up, and there will be tokens nearly an hour old
  [anna, bob] = [await emulator.signUp('anna@example.org'), await emulator.signUp('bob@example.org')];
  [small, endless, app] = [await startSmallModel(), await RecordingEngine.start(), await startApp()];
  atTheEnd(() => endless.stop());
  sdk = await bundleOf('firebase.ts');
}, 300_000);

beforeEach(async () => {
  emulator.tokensLast(HOUR_S);
  signal = await startSignal({
    FIREBASE_PROJECT_ID: PROJECT,
    FIREBASE_AUTH_EMULATOR_HOST: emulator.host,
    CORS_ORIGINS: app,
    PANTHEON_LOG_LEVEL: 'debug',
  });
  host = startHost(signal.url, await emulator.refresh(anna), engines());
  await host.line(/^ {2}Server/);
});
afterEach(async () => {
  for (const { page, errors } of pages.splice(0)) {
    await page.context().close();
    expect(errors).toEqual([]);
  }
  await host.stop();
  await signal.program.stop();
});

/** A page on a device of its own, in which somebody has signed in. */
async function signedIn({ email }: Person): Promise<Page> {
  const opened = await openTestPage(app, await (await browser()).newContext());
  pages.push(opened);
  const { page } = opened;
  await page.addScriptTag({ content: sdk });
  const how = { projectId: PROJECT, emulatorHost: emulator.host, email, password: PASSWORD };
  await page.evaluate((given) => window.signInWithFirebase(given), how);
  return page;
}

/** Goes online in a page with the ID token of who has signed in; where that led. */
function goOnline(page: Page): Promise<{ state: string; account: string | undefined }> {
  return page.evaluate(async (server) => {
    window.client = new window.e2e.PantheonClient({
      server,
      token: ({ fresh }) => window.user.getIdToken(fresh),
    });
    const online = new Promise<void>((resolve) => {
      window.client.on('state', (state) => {
        if (state === 'online') resolve();
      });
    });
    await window.client.start();
    await online;
    await window.client.listDevices(); // the account is told before
    return { state: window.client.state, account: window.client.account };
  }, signal.url);
}

/** Connects a page to the host of its account, and waits for its models. */
async function connect(page: Page): Promise<{ name: string; trust: string; models: string[] }> {
  await page.evaluate(async () => {
    const { deviceId } = await window.e2e.onlineHost(window.client);
    window.link = await window.client.connect(deviceId);
  });
  await page.waitForFunction(() => window.client.models.length === 2);
  return await page.evaluate(() => {
    const [host] = window.client.hosts;
    const models = window.client.models.map(({ model }) => model.id).sort();
    return { name: host?.name ?? '', trust: host?.trust ?? '', models };
  });
}

/** Resolves when a token given out now, to last so long, has ended: the server cuts its socket, which does not renew. */
async function tokenEnds(seconds: number): Promise<void> {
  emulator.tokensLast(seconds);
  const token = await emulator.refresh(anna);
  emulator.tokensLast(HOUR_S);
  const { client } = await Client.signIn(signal.url, await new DeviceKey().hello(signal.url, token));
  await client.next('disconnect');
}

describe('a page whose person signs in with Firebase', () => {
  it('finds the host of the same account and streams an answer of its model', async () => {
    const page = await signedIn(anna);
    expect(await goOnline(page)).toEqual({ state: 'online', account: `firebase:${PROJECT}:${anna.uid}` });
    const models = [small.model, endless.model].sort();
    expect(await connect(page)).toEqual({ name: 'Study', trust: 'first-sight', models });
    const { text, times } = await page.evaluate(
      (model) => window.e2e.chatWithOpenAI(window.link, model, 'What is the moon?', 8),
      small.model,
    );
    expect(text).not.toBe('');
    expect(times.length).toBeGreaterThan(3);
    expect(signal.program.output).not.toMatch(/eyJ/);
  });

  it('gives the server a newer ID token before the first ends, and stays while an answer streams', async () => {
    const lasts = 12;
    emulator.tokensLast(lasts);
    const page = await signedIn(anna);
    emulator.tokensLast(HOUR_S);
    const ended = tokenEnds(lasts); // later than that of the page
    await goOnline(page);
    await connect(page);
    await page.evaluate(async (model) => {
      window.chat = new window.e2e.RunningChat(window.link, model);
      await window.chat.pieces(3);
    }, endless.model);
    const states = page.evaluate(
      () =>
        new Promise<string[]>((resolve) => {
          const seen: string[] = [];
          window.client.on('state', (state) => seen.push(state));
          window.addEventListener('the end', () => resolve(seen));
        }),
    );
    await signal.program.line(/auth-renew of .*: ok/);
    await ended;
    const after = await page.evaluate(async () => {
      const { chat, client, link } = window;
      await chat.pieces(chat.times.length + 3);
      const devices = await client.listDevices();
      window.dispatchEvent(new Event('the end'));
      return { ended: chat.ended, link: link.state, online: devices.some((it) => it.self && it.online) };
    });
    expect(after).toEqual({ ended: undefined, link: 'ready', online: true });
    expect(await states).toEqual([]);
  });

  it('is let in with a fresh ID token when the one at hand ended while it slept', async () => {
    const lasts = 3;
    emulator.tokensLast(lasts);
    const page = await signedIn(anna);
    await tokenEnds(lasts);
    expect(await goOnline(page)).toMatchObject({ state: 'online' });
    expect(signal.program.output).toMatch(/a socket was refused: auth_expired/);
  });

  it('is served by a host that wants verified devices only when it was paired with it', async () => {
    await host.stop();
    host = startHost(signal.url, await emulator.refresh(anna), ['--verified-only', ...engines()]);
    const [link] = await host.line(/http:\S+#pair=\S+/);
    const page = await signedIn(anna);
    await goOnline(page);
    const connecting = (): Promise<string> =>
      page.evaluate(async () => {
        const { deviceId } = await window.e2e.onlineHost(window.client);
        return await window.e2e.codeOf(async () => {
          const link = await window.client.connect(deviceId);
          await link.fetch('/v1/models'); // the host looks at the page's key when the page has looked at the host's
        });
      });
    expect(await connecting()).toBe('key_untrusted');
    await page.evaluate((text) => window.client.pair(text, { name: 'Test phone' }), link);
    expect(await connecting()).toBe('ok');
  });

  it('sees nothing of another account, and is not seen by it', async () => {
    const [hers, his] = [await signedIn(anna), await signedIn(bob)];
    await goOnline(hers);
    await connect(hers);
    expect(await goOnline(his)).toEqual({ state: 'online', account: `firebase:${PROJECT}:${bob.uid}` });
    const ids = await hers.evaluate(
      () => [window.client.hosts[0]?.deviceId ?? '', window.client.device?.deviceId ?? ''] as const,
    );
    const seen = await his.evaluate(
      async ([host, page]) => ({
        hosts: window.client.hosts,
        devices: (await window.client.listDevices()).map(({ self }) => self),
        toHost: await window.e2e.codeOf(() => window.client.connect(host)),
        toPage: await window.e2e.codeOf(() => window.client.connect(page)),
      }),
      ids,
    );
    expect(seen).toEqual({ hosts: [], devices: [true], toHost: 'host_unknown', toPage: 'host_unknown' });
    const devices = await hers.evaluate(() => window.client.listDevices());
    expect(devices.map(({ name }) => name)).toContain('Study');
    expect(devices).toHaveLength(2);
  });
});

describe('a page of the clients that are deployed, with socket.io-client and simple-peer', () => {
  it('gets answers with a Firebase ID token, also when that has ended', async () => {
    const lasts = 6;
    emulator.tokensLast(lasts);
    const page = await signedIn(anna);
    const ended = tokenEnds(lasts);
    await page.evaluate(async (server) => {
      window.deployed = await window.e2e.DeployedClient.connect(server, await window.user.getIdToken());
    }, signal.url);
    const chat = (content: string): Promise<Readonly<Record<string, unknown>>> =>
      page.evaluate(
        ([model, text]) =>
          window.deployed.ask('chat', { model, messages: [{ role: 'user', content: text }], max_tokens: 8 }),
        [small.model, content] as const,
      );
    expect(await chat('What is the moon?')).toMatchObject({
      type: 'response',
      data: { object: 'chat.completion' },
    });
    await ended;
    expect(await chat('And the sun?')).toMatchObject({
      type: 'response',
      data: { object: 'chat.completion' },
    });
    expect(signal.program.output).not.toMatch(/disconnected .*device=alice_web/);
  });
});
