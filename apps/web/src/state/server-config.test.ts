import { describe, expect, it } from 'vitest';
import { parseServerConfig } from './server-config.js';

describe('what the server says of itself', () => {
  it('is where it can be reached from, and whether browsers can be paired at it', () => {
    expect(parseServerConfig({ mode: 'anywhere', signIn: { pairing: false } })).toMatchObject({
      mode: 'anywhere',
      pairing: false,
    });
    expect(parseServerConfig({ mode: 'home', signIn: { pairing: true } })).toMatchObject({
      mode: 'home',
      pairing: true,
    });
  });

  it('is how a computer gets in that has not been there', () => {
    const wayIn = (signIn: unknown): unknown => parseServerConfig({ mode: 'anywhere', signIn }).wayIn;
    expect(wayIn({ pairing: true, sharedKey: true, firebase: {} })).toBe('sharedKey');
    expect(wayIn({ pairing: true, sharedKey: false, firebase: {} })).toBe('provider');
    expect(wayIn({ pairing: true, sharedKey: false, oidc: {} })).toBe('provider');
    expect(wayIn({ pairing: true, sharedKey: false, devTokens: false })).toBe('link');
    expect(wayIn({ pairing: true, sharedKey: false, devTokens: true })).toBeUndefined();
    expect(wayIn(undefined)).toBeUndefined();
  });

  it('may be incomplete or of other types', () => {
    for (const answer of [undefined, null, 1, 'home', [], {}, { signIn: null }, { mode: 1, signIn: 1 }]) {
      expect(parseServerConfig(answer)).toEqual({ mode: 'home', pairing: true, wayIn: undefined });
    }
  });
});
