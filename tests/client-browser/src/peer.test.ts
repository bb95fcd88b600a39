import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestServer } from '../../../packages/client/src/signaling/testing/test-server.js';
import { chromiumPage, firefoxPage, pageFiles, scripts, type AnyPage } from './browser.js';

// A lost DTLS flight costs a whole second.
const STALL_MS = 900;

describe.each([
  ['Chromium', chromiumPage],
  ['Firefox', firefoxPage],
])('Peer in %s', (_name, open) => {
  let page: AnyPage;
  let server: TestServer;

  beforeAll(async () => {
    server = await new TestServer().start();
    for (const [path, file] of pageFiles(await scripts())) server.files.set(path, file);
    page = await open(server.url);
  });
  afterAll(async () => {
    await page.close();
    await server.stop();
  });

  it('connects to itself, each side knowing the certificate of the other', async () => {
    const { a, b, echoed, route } = await page.run(() => window.testing.oursToOurs(true, true), 0);
    expect(a).toMatchObject({
      link: true,
      offerer: true,
      binaryType: 'arraybuffer',
      ordered: true,
      reliable: true,
    });
    expect(b).toMatchObject({
      link: true,
      offerer: false,
      binaryType: 'arraybuffer',
      ordered: true,
      reliable: true,
    });
    expect([a.local, a.remote]).toEqual([b.remote, b.local]);
    expect(a.local).not.toBe(a.remote);
    expect(a.maxMessageSize).toBeGreaterThanOrEqual(65_536);
    expect(echoed).toEqual([1, 2, 3]);
    expect(route).toBe('lan');
  });

  it.each([
    [true, false],
    [false, true],
    [false, false],
  ])('speaks the older messages unless both sides know the link (%s, %s)', async (one, two) => {
    const { a, b } = await page.run(([x, y]) => window.testing.oursToOurs(x, y), [one, two] as const);
    expect([a.link, b.link]).toEqual([false, false]);
  });

  it.each([true, false])(
    'connects to simple-peer 9 (we initiate: %s), text and bytes',
    async (weInitiate) => {
      const result = await page.run((initiator) => window.testing.oursToSimplePeer(initiator), weInitiate);
      expect(result.side).toMatchObject({ link: false, offerer: weInitiate });
      expect(result.theyHeard).toBe('from ours');
      expect(result.heard.map((entry) => entry.replace(/^(text|bytes) /, ''))).toEqual(['sent', 'written']);
      expect(result.closed).toBe('channel_closed');
    },
  );

  it.each([
    ['two fingerprints', /^bad_fingerprint/],
    ['sha-1', /^bad_fingerprint/],
    ['none', /^bad_fingerprint/],
    ['swapped answer', /^bad_signal/],
    ['junk', /^bad_fingerprint/],
    ['candidates first', /^open$/],
  ] as const)('with signals changed on their way (%s) ends as it should', async (how, expected) => {
    expect(await page.run((kind) => window.testing.tampered(kind), how)).toMatch(expected);
  });

  it('gives up when nobody answers', async () => {
    expect(await page.run((limit) => window.testing.unanswered(limit), 150)).toBe('connect_timeout');
  });

  it('takes no answer to an offer that was given up for one to the next', async () => {
    expect(await page.run(() => window.testing.lateAnswer(), 0)).toBe('open');
  });

  it('offers again when the answerer asks, and goes on', async () => {
    expect(await page.run(() => window.testing.renegotiated(), 0)).toEqual({ offers: 2, echoed: true });
  });

  it('connects without a stall, 20 times in a row', async () => {
    const times = await page.run((count) => window.testing.connectTimes(count), 20);
    expect(Math.max(...times)).toBeLessThan(STALL_MS);
  });
});
