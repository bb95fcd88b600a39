import { hmac } from '@noble/hashes/hmac';
import { sha256 } from '@noble/hashes/sha256';
import { fields, type Bytes } from '../core/bytes.js';

/** What the newcomer tells the voucher through the server. */
export interface PairingRequest {
  readonly code: Bytes;
  readonly deviceId: string;
  readonly publicKey: Bytes;
  readonly name: string;
  readonly platform: string;
}

/** What the voucher answers through the server. */
export interface PairingAnswer {
  readonly account: string;
  readonly voucherDeviceId: string;
  readonly voucherPublicKey: Bytes;
  /** The payload of the statement about the newcomer. */
  readonly statementPayload: Bytes;
}

/** The newcomer's MAC over its request (docs/signaling-protocol.md, "Pairing", step 2). Pure. */
export function newcomerMac(secret: Uint8Array, request: PairingRequest): Bytes {
  const { code, deviceId, publicKey, name, platform } = request;
  const message = fields('pantheon-pairing/1 newcomer', code, deviceId, publicKey, name, platform);
  return new Uint8Array(hmac(sha256, secret, message));
}

/** The voucher's MAC over its answer to exactly this request (step 4). Pure. */
export function voucherMac(secret: Uint8Array, request: PairingRequest, answer: PairingAnswer): Bytes {
  const message = fields(
    'pantheon-pairing/1 voucher',
    request.code,
    answer.account,
    request.publicKey,
    answer.voucherDeviceId,
    answer.voucherPublicKey,
    answer.statementPayload,
  );
  return new Uint8Array(hmac(sha256, secret, message));
}
