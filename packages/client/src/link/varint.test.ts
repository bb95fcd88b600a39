import { describe, expect, it } from 'vitest';
import { fromHex, readVectors, toHex } from './testing/vectors.js';
import { readVarint, varintLength, writeVarint } from './varint.js';

interface Vectors {
  readonly valid: readonly { readonly value: number; readonly hex: string }[];
  readonly invalid: readonly { readonly hex: string }[];
}

const vectors = readVectors<Vectors>('varint');

describe('varint', () => {
  it.each(vectors.valid)('reads and writes $value', ({ value, hex }) => {
    const bytes = fromHex(hex);
    expect(readVarint(bytes, 0, bytes.byteLength)).toBe(value);
    expect(varintLength(value)).toBe(bytes.byteLength);
    const out = new Uint8Array(8);
    expect(toHex(out.subarray(0, writeVarint(out, 0, value)))).toBe(hex);
  });

  it.each(vectors.invalid)('refuses $hex', ({ hex }) => {
    const bytes = fromHex(hex);
    const value = readVarint(bytes, 0, bytes.byteLength);
    expect(value < 0 || varintLength(value) !== bytes.byteLength).toBe(true);
  });

  it('does not read past the end it is given', () => {
    expect(readVarint(fromHex('8001'), 0, 1)).toBe(-1);
  });
});
