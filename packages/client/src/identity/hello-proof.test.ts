import { expect, it } from 'vitest';
import { DeviceKey } from './device-key.js';
import { signHello, signRefresh } from './hello-proof.js';
import { identityVectors } from './testing/vectors.js';

interface ProofVectors {
  readonly cases: readonly {
    name: string;
    label: string;
    seed: string;
    nonce: string;
    deviceId: string;
    token: string;
    signature: string;
  }[];
}

it.each((identityVectors('hello_proof') as ProofVectors).cases)(
  'signs as the vector says: $name',
  (vector) => {
    const key = DeviceKey.fromSeedText(vector.seed);
    const sign = vector.label === 'pantheon-refresh/1' ? signRefresh : signHello;
    expect(sign(key, vector.nonce, vector.deviceId, vector.token)).toBe(vector.signature);
  },
);
