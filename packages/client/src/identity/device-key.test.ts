import { describe, expect, it } from 'vitest';
import { toBase64Url, utf8 } from '../core/bytes.js';
import { DeviceKey, deviceIdOf, digest, isDeviceId, parsePublicKey, verifySignature } from './device-key.js';
import { identityVectors } from './testing/vectors.js';

interface KeyVectors {
  readonly keys: readonly { seed: string; publicKey: string; deviceId: string; thumbprint: string }[];
}

describe('DeviceKey', () => {
  it.each((identityVectors('device_key') as KeyVectors).keys)(
    'follows from its seed: $deviceId',
    (vector) => {
      const key = DeviceKey.fromSeedText(vector.seed);
      expect(key.publicKeyText).toBe(vector.publicKey);
      expect(key.deviceId).toBe(vector.deviceId);
      expect(deviceIdOf(parsePublicKey(vector.publicKey) ?? new Uint8Array())).toBe(vector.deviceId);
      expect(toBase64Url(digest(key.publicKey))).toBe(vector.thumbprint);
      expect(key.seedText()).toBe(vector.seed);
    },
  );

  it('is new each time', () => {
    expect(DeviceKey.generate().deviceId).not.toBe(DeviceKey.generate().deviceId);
  });

  it.each(['', 'AAAA', 'not base64 at all!'])('is not made from %j', (seed) => {
    expect(() => DeviceKey.fromSeedText(seed)).toThrow(expect.objectContaining({ code: 'invalid_key' }));
  });
});

describe('verifySignature', () => {
  it('accepts only this key, this message, this signature', () => {
    const key = DeviceKey.generate();
    const signature = key.sign(utf8('hello'));
    expect(verifySignature(key.publicKey, utf8('hello'), signature)).toBe(true);
    expect(verifySignature(key.publicKey, utf8('hellO'), signature)).toBe(false);
    expect(verifySignature(DeviceKey.generate().publicKey, utf8('hello'), signature)).toBe(false);
    const bent = Uint8Array.from(signature);
    bent[3] = (bent[3] ?? 0) ^ 1;
    expect(verifySignature(key.publicKey, utf8('hello'), bent)).toBe(false);
  });

  it('says no to what is not even a key or a signature', () => {
    expect(verifySignature(new Uint8Array(3), utf8(''), new Uint8Array(64))).toBe(false);
    expect(verifySignature(new Uint8Array(32).fill(0xff), utf8(''), new Uint8Array(64))).toBe(false);
  });
});

describe('isDeviceId', () => {
  it('takes what older clients use, and no spaces or controls', () => {
    expect(isDeviceId('uid1_web')).toBe(true);
    expect(isDeviceId('a b')).toBe(false);
    expect(isDeviceId('')).toBe(false);
    expect(isDeviceId('x'.repeat(129))).toBe(false);
    expect(isDeviceId(5)).toBe(false);
  });
});
