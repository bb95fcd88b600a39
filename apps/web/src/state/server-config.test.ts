import { describe, expect, it } from 'vitest';
import { parseServerConfig } from './server-config.js';

describe('what the server says of itself', () => {
  it('is where it can be reached from, and whether browsers can be paired at it', () => {
    expect(parseServerConfig({ mode: 'anywhere', signIn: { pairing: false } })).toEqual({
      mode: 'anywhere',
      pairing: false,
    });
    expect(parseServerConfig({ mode: 'home', signIn: { pairing: true } })).toEqual({
      mode: 'home',
      pairing: true,
    });
  });

  it('may be incomplete or of other types', () => {
    for (const answer of [undefined, null, 1, 'home', [], {}, { signIn: null }, { mode: 1, signIn: 1 }]) {
      expect(parseServerConfig(answer)).toEqual({ mode: 'home', pairing: true });
    }
  });
});
