import { describe, expect, it } from 'vitest';
import {
  equalConstantTime,
  fields,
  fromBase64Url,
  fromBase64UrlExactly,
  fromHex,
  toBase64Url,
} from './bytes.js';

describe('base64url', () => {
  it('agrees with Node for every length', () => {
    for (let length = 0; length < 70; length++) {
      const bytes = Uint8Array.from({ length }, (_, i) => (i * 37 + length * 11) & 0xff);
      const text = Buffer.from(bytes).toString('base64url');
      expect(toBase64Url(bytes)).toBe(text);
      expect(fromBase64Url(text)).toEqual(bytes);
    }
  });

  it.each(['A', 'AA==', 'A+A', 'A/A', 'A A', 'AB', 'AAB', 'ÄA'])('refuses %j', (text) => {
    expect(fromBase64Url(text)).toBeUndefined();
  });

  it('refuses other lengths than asked for, before decoding', () => {
    expect(fromBase64UrlExactly('AAAA', 3)).toHaveLength(3);
    expect(fromBase64UrlExactly('AAAA', 4)).toBeUndefined();
    expect(fromBase64UrlExactly('A'.repeat(1_000_000), 32)).toBeUndefined();
  });
});

describe('fields', () => {
  it('puts the length of each part in front of it', () => {
    expect([...fields('é', new Uint8Array([9]), '')]).toEqual([
      0, 0, 0, 2, 0xc3, 0xa9, 0, 0, 0, 1, 9, 0, 0, 0, 0,
    ]);
  });
});

describe('equalConstantTime', () => {
  it('compares length and content', () => {
    expect(equalConstantTime(new Uint8Array([1, 2]), new Uint8Array([1, 2]))).toBe(true);
    expect(equalConstantTime(new Uint8Array([1, 2]), new Uint8Array([1, 3]))).toBe(false);
    expect(equalConstantTime(new Uint8Array([1, 2]), new Uint8Array([1]))).toBe(false);
  });
});

describe('fromHex', () => {
  it('reads either case and refuses the rest', () => {
    expect(fromHex('00fFA0')).toEqual(new Uint8Array([0, 255, 160]));
    expect(fromHex('0')).toBeUndefined();
    expect(fromHex('zz')).toBeUndefined();
  });
});
