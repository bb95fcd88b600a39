import { generateKeyPairSync } from 'node:crypto';
import type { Page } from 'playwright-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Between, type SocketEvent } from './support/between.js';
import { openTestPage } from './support/browser.js';
import { Up } from './support/pantheon.js';
import { RecordingEngine } from './support/recording-engine.js';

function someKey(): string {
  const { x = '' } = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' });
  return x;
}

describe('a signaling server that is hostile', () => {
  let engine: RecordingEngine;
  let up: Up;
  let between: Between;
  let page: Page;
  let link: string;

  beforeEach(async () => {
    engine = await RecordingEngine.start();
    up = await Up.start({ engines: [engine.url] });
    between = await Between.start(up.origin);
    ({ page } = await openTestPage(between.url));
    link = up.link.replace(up.origin, between.url);
  });
  afterEach(async () => {
    await page.close();
    await between.stop();
    await up.stop();
    await engine.stop();
  });

  /** Pairs; the code of what went wrong, or `ok`. */
  function pair(): Promise<string> {
    return page.evaluate(async (text) => {
      window.client = new window.e2e.PantheonClient();
      return await window.e2e.codeOf(() => window.client.pair(text, { name: 'Victim' }));
    }, link);
  }

  /** Pairs and goes online; then connects: the code of what went wrong, or `ok`. */
  async function pairAndConnect(): Promise<string> {
    expect(await pair()).toBe('ok');
    return await page.evaluate(async () => {
      await window.client.start();
      const host = await window.e2e.onlineHost(window.client);
      return await window.e2e.codeOf(() => window.client.connect(host.deviceId));
    });
  }

  it('that only passes everything on is not noticed', async () => {
    expect(await pairAndConnect()).toBe('ok');
  });

  it('that swaps the key of the device that vouches is caught, and nothing is stored', async () => {
    const key = someKey();
    between.changes = {
      http: (path, body) => {
        if (path !== '/v1/pairing/redeem') return body;
        const answer = JSON.parse(body) as { voucher: object };
        return JSON.stringify({ ...answer, voucher: { ...answer.voucher, publicKey: key } });
      },
    };
    expect(await pair()).toBe('pairing_mac_mismatch');
    const kept = await page.evaluate(async () => {
      const again = new window.e2e.PantheonClient();
      await again.ready;
      return { now: window.client.paired, after: again.paired, stored: JSON.stringify({ ...localStorage }) };
    });
    expect(kept).toMatchObject({ now: false, after: false });
    expect(kept.stored).not.toContain(key);
  });

  it('that names another account is caught', async () => {
    between.changes = {
      http: (path, body) =>
        path === '/v1/pairing/redeem' ? body.replace(/"account":"[^"]+"/, '"account":"local:x:owner"') : body,
    };
    expect(await pair()).toBe('pairing_mac_mismatch');
  });

  it('that swaps the fingerprints in descriptions gets no connection', async () => {
    between.changes = {
      event: (_direction, event) => {
        if (event.name !== 'webrtc-signal') return event;
        const text = JSON.stringify(event.payload).replace(
          /(a=fingerprint:sha-256 )([0-9A-F]{2})/g,
          (_all, before: string, byte: string) => `${before}${byte === 'AA' ? 'BB' : 'AA'}`,
        );
        return { name: event.name, payload: JSON.parse(text) as SocketEvent['payload'] };
      },
    };
    expect(await pairAndConnect()).toBe('connect_failed');
  });

  it('that puts itself between both ends, with connections of its own, is caught by the binding', async () => {
    const { page: malloryPage } = await openTestPage(between.url);
    await malloryPage.exposeFunction('say', (to: string, payload: Record<string, unknown>) =>
      between.say(to === 'victim' ? 'to-page' : 'to-server', { name: 'webrtc-signal', payload }),
    );
    let toHost: Record<string, unknown> = {};
    between.changes = {
      event: (direction, event) => {
        if (event.name !== 'webrtc-signal') return event;
        const { signal, ...address } = event.payload;
        if (direction === 'to-server') toHost = address;
        void malloryPage.evaluate(
          ([from, message, host]) => window.intercepted(from, message as Record<string, unknown>, host),
          [direction === 'to-server' ? 'victim' : 'host', signal, toHost] as const,
        );
        return undefined;
      },
    };
    await malloryPage.evaluate(() => window.e2e.startMallory());
    expect(await pairAndConnect()).toBe('key_untrusted');
    const cause = await page.evaluate(() => {
      const { error, models } = window.client.hosts[0] ?? {};
      return { detail: error?.detail, models };
    });
    expect(cause).toEqual({ detail: 'binding_mismatch', models: [] });
    await malloryPage.close();
  });
});
