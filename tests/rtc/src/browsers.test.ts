import process from 'node:process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openChromium, openFirefox, type BrowserPeers } from './browsers.js';
import { startNative, type NativePeers } from './native-peer.js';
import { startServer, type PageServer } from './server.js';

/** Each side offers so often; more of them for a closer look. */
const CONNECTS = Number(process.env['CONNECTS'] ?? 25);
// A lost DTLS flight costs a whole second; less may be a busy machine, as signals pass through the browser's driver.
const STALL_MS = 900;

describe.each([
  { name: 'Chromium', open: openChromium },
  { name: 'Firefox', open: openFirefox },
])('simple-peer in $name', ({ name, open }) => {
  let server: PageServer;
  let native: NativePeers;
  let page: BrowserPeers;
  let count = 0;

  beforeAll(async () => {
    server = await startServer();
    native = startNative();
    page = await open(server.url);
    native.events.listen((event) => {
      if (event.event === 'signal') void page.signal(event.peer, event.signal);
    });
    page.events.listen((event) => {
      if (event.event === 'signal') native.signal(event.peer, event.signal);
    });
  });

  afterAll(async () => {
    await page?.stop();
    expect(await native?.stop()).toBe(0);
    await server?.close();
  });

  /** Connects a new pair and returns its id; the answering side is there first. */
  const connect = async (pageOffers: boolean): Promise<string> => {
    const peer = String(++count);
    if (pageOffers) {
      native.start(peer, false, { link: 1 });
      await page.start(peer, true);
    } else {
      await page.start(peer, false);
      native.start(peer, true, { link: 1 });
    }
    await Promise.all([native.events.first(peer, 'open'), page.events.first(peer, 'open')]);
    return peer;
  };

  describe.each([
    { who: 'the page offers', pageOffers: true },
    { who: 'the native side offers', pageOffers: false },
  ])('when $who', ({ who, pageOffers }) => {
    it('carries text and bytes both ways', async () => {
      const peer = await connect(pageOffers);
      expect(await page.echoText(peer, 'grüße')).toBe(7);
      expect(await page.echoBytes(peer, 1)).toBe(1);
      expect(await page.echoBytes(peer, 65_536)).toBe(65_536);
      expect(await page.echoBytes(peer, 262_144)).toBe(262_144);
    });

    it('knows fields, fingerprints and limits of the other side', async () => {
      const peer = await connect(pageOffers);
      const opened = await native.events.first(peer, 'open');
      const sdp =
        page.events.all(peer, 'signal').find((event) => event.signal?.sdp !== undefined)?.signal?.sdp ?? '';
      const claimed = /a=fingerprint:sha-256 ([0-9A-F:]+)/.exec(sdp)?.[1]?.replaceAll(':', '').toLowerCase();
      expect(opened.remote_fingerprint).toBe(claimed);
      expect(opened.fields).toEqual({ link: 1 });
      expect(opened.max_message).toBe(262_144);
      expect(native.events.all(peer, 'refused')).toEqual([]);
    });

    it(`connects ${CONNECTS} times without a stall`, async () => {
      const times: number[] = [];
      for (let i = 0; i < CONNECTS; ++i) {
        const peer = await connect(pageOffers);
        const offering = pageOffers ? page : native;
        times.push((await offering.events.first(peer, 'open')).connect_ms ?? Infinity);
        native.close(peer);
        await page.events.first(peer, 'closed');
      }
      times.sort((a, b) => a - b);
      const [median, worst] = [times[CONNECTS >> 1] ?? Infinity, times.at(-1) ?? Infinity];
      console.log(`${name}, ${who}: connect p50 ${median.toFixed(0)} ms, max ${worst.toFixed(0)} ms`);
      expect(worst).toBeLessThan(STALL_MS);
    });

    it('hears the page close in good order', async () => {
      const peer = await connect(pageOffers);
      await page.close(peer);
      expect((await native.events.first(peer, 'closed')).error).toBeNull();
    });
  });
});
