import { expect, it } from 'vitest';
import { fromBase64Url, toBase64Url, type Bytes } from '../core/bytes.js';
import { Statement } from '../identity/statement.js';
import { identityVectors } from '../identity/testing/vectors.js';
import { newcomerMac, voucherMac } from './pairing-mac.js';

interface PairingVectors {
  readonly cases: readonly {
    name: string;
    code: string;
    secret: string;
    newcomer: { deviceId: string; publicKey: string; name: string; platform: string; mac: string };
    voucher: { account: string; deviceId: string; publicKey: string; statement: unknown; mac: string };
  }[];
}

function bytes(text: string): Bytes {
  return fromBase64Url(text) ?? new Uint8Array();
}

it.each((identityVectors('pairing') as PairingVectors).cases)(
  'makes both MACs of the vector: $name',
  (vector) => {
    const { newcomer, voucher } = vector;
    const { deviceId, name, platform } = newcomer;
    const request = {
      code: bytes(vector.code),
      deviceId,
      publicKey: bytes(newcomer.publicKey),
      name,
      platform,
    };
    expect(toBase64Url(newcomerMac(bytes(vector.secret), request))).toBe(newcomer.mac);
    const answer = {
      account: voucher.account,
      voucherDeviceId: voucher.deviceId,
      voucherPublicKey: bytes(voucher.publicKey),
      statementPayload: Statement.parse(voucher.statement).payload,
    };
    expect(toBase64Url(voucherMac(bytes(vector.secret), request, answer))).toBe(voucher.mac);
  },
);
