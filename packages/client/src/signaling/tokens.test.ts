import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ClientError } from '../core/error.js';
import { DeviceKey } from '../identity/device-key.js';
import { MemoryStore } from '../store/memory-store.js';
import { TestServer } from './testing/test-server.js';
import { DeviceTokens, parseTokenPair, ProviderTokens, TOKENS_ENTRY } from './tokens.js';

const code = (value: string): Error => expect.objectContaining({ code: value }) as unknown as Error;

describe('DeviceTokens', () => {
  const key = DeviceKey.generate();
  let server: TestServer;
  let store: MemoryStore;
  let tab: () => DeviceTokens;

  beforeEach(async () => {
    server = await new TestServer().start();
    store = new MemoryStore();
    tab = () => new DeviceTokens(new URL(server.url), store, key, key.deviceId);
  });
  afterEach(() => server.stop());

  async function keep(lastsMs: number): Promise<string> {
    const pair = server.tokensFor(key.deviceId, key.publicKeyText);
    await store.set(TOKENS_ENTRY, JSON.stringify({ ...pair, expiresAt: Date.now() + lastsMs }));
    return pair.accessToken;
  }

  it('gives out the stored token while it is fresh', async () => {
    const stored = await keep(600_000);
    expect(await tab().get()).toBe(stored);
    expect(server.log).toEqual([]);
  });

  it.each([
    [403, 'server_unreachable'],
    [408, 'server_unreachable'],
    [429, 'rate_limited'],
  ])('takes a page of a proxy with status %i for no word about this device', async (status, expected) => {
    await keep(5_000);
    server.httpRefusals.set('/v1/tokens/refresh', [{ status }]);
    const tokens = tab();
    await expect(tokens.get()).rejects.toThrow(code(expected));
    await tokens.get();
    expect(server.log).toEqual(['refresh ok']);
  });

  it('rotates a token that is about to expire, and stores the new pair', async () => {
    const stored = await keep(5_000);
    const tokens = tab();
    const fresh = await tokens.get();
    expect(fresh).not.toBe(stored);
    expect(parseTokenPair(await store.get(TOKENS_ENTRY))?.accessToken).toBe(fresh);
    expect(tokens.remainingMs()).toBeGreaterThan(800_000);
  });

  it('rotates once for two tabs at the same moment', async () => {
    await keep(5_000);
    const [one, two] = await Promise.all([tab().get(), tab().get()]);
    expect(one).toBe(two);
    expect(server.log).toEqual(['refresh ok']);
  });

  it('rotates a token the server refused, but takes what another tab has rotated meanwhile', async () => {
    const refused = await keep(600_000);
    const one = await tab().get(refused);
    expect(one).not.toBe(refused);
    expect(await tab().get(refused)).toBe(one);
    expect(server.log).toEqual(['refresh ok']);
  });

  it.each([
    ['erased', undefined, 'auth_required'],
    ['replaced by those of a new pairing', '{"accessToken":"new","refreshToken":"r","expiresAt":1}', 'new'],
  ])('does not write over tokens that were %s while it waited', async (_, meanwhile, outcome) => {
    await keep(5_000);
    let answer: () => void = () => undefined;
    server.refreshHeld = new Promise((resolve) => (answer = resolve));
    const got = tab()
      .get()
      .catch((error: unknown) => (error as ClientError).code);
    await expect.poll(() => server.log).toEqual(['refresh ok']);
    if (meanwhile === undefined) await store.remove(TOKENS_ENTRY);
    else await store.set(TOKENS_ENTRY, meanwhile);
    answer();
    expect(await got).toBe(outcome);
    expect(await store.get(TOKENS_ENTRY)).toBe(meanwhile);
  });

  it('says when this device was removed, or its tokens are worth nothing', async () => {
    await keep(0);
    server.revoke(key.deviceId);
    await expect(tab().get()).rejects.toThrow(code('device_revoked'));
    await store.set(TOKENS_ENTRY, JSON.stringify({ accessToken: 'a', refreshToken: 'b', expiresAt: 0 }));
    await expect(tab().get()).rejects.toThrow(code('auth_invalid'));
    await store.set(TOKENS_ENTRY, 'damaged');
    await expect(tab().get()).rejects.toThrow(code('auth_required'));
  });

  it('keeps the tokens when the server is out of reach', async () => {
    await keep(0);
    await server.stop();
    await expect(tab().get()).rejects.toThrow(code('server_unreachable'));
    expect(parseTokenPair(await store.get(TOKENS_ENTRY))).toBeDefined();
  });
});

describe('ProviderTokens', () => {
  it('takes a token or a function, and codes its failure', async () => {
    expect(await new ProviderTokens('dev:alice').get()).toBe('dev:alice');
    expect(await new ProviderTokens(() => Promise.resolve('fresh')).get()).toBe('fresh');
    const failing = new ProviderTokens(() => Promise.reject(new Error('signed out')));
    await expect(failing.get()).rejects.toThrow(code('token_unavailable'));
  });
});
