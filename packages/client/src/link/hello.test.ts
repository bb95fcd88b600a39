import { describe, expect, it } from 'vitest';
import { commonVersion, encodeHello, parseHello, supportedVersions } from './hello.js';
import { fromHex, readVectors, toHex, type VectorSides } from './testing/vectors.js';

interface Vectors {
  readonly valid: readonly {
    readonly name: string;
    readonly hex: string;
    readonly hello: {
      readonly device: string;
      readonly features: readonly string[];
      readonly streams: number;
      readonly message: number;
      readonly nonce: string;
      readonly version: number;
    };
  }[];
  readonly invalid: readonly { readonly name: string; readonly hex: string; readonly error: string }[];
}

const vectors = readVectors<Vectors>('hello');

describe('HELLO', () => {
  it.each(vectors.valid)('is read: $name', ({ hex, hello }) => {
    const read = parseHello(fromHex(hex));
    if (!read.ok) throw new Error(read.failure.message);
    const { versions, device, features, limits, nonce } = read.value;
    const version = commonVersion(supportedVersions, versions);
    expect({ device, features, ...limits, nonce: toHex(nonce), version }).toEqual(hello);
  });

  it.each(vectors.invalid)('is refused: $name', ({ hex, error }) => {
    const read = parseHello(fromHex(hex));
    if (!read.ok) expect(read.failure.code).toBe(error);
    else
      expect([commonVersion(supportedVersions, read.value.versions), error]).toEqual([
        undefined,
        'no_common_version',
      ]);
  });

  it('is written as the vectors have it', () => {
    const { offerer } = readVectors<VectorSides>('binding');
    const hello = encodeHello({
      versions: supportedVersions,
      device: offerer.device,
      features: offerer.features,
      limits: { streams: 64, message: 65_536 },
      nonce: fromHex(offerer.nonce),
    });
    expect(toHex(hello)).toBe(offerer.hello);
  });
});
