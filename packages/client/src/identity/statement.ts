import { fields, fromBase64Url, fromUtf8, toBase64Url, utf8, utf8Length, type Bytes } from '../core/bytes.js';
import { asObject, integerOf, listOf, parseObject, stringOf, type JsonObject } from '../core/json.js';
import { isDeviceId, parsePublicKey, parseSignature, verifySignature, type DeviceKey } from './device-key.js';
import { identityError } from './error.js';

const MAX_PAYLOAD_TEXT = 2048;
const MAX_ACCOUNT = 512;
const MAX_NAME = 128;

/** What a statement says: this key belongs to the device; the device is removed; the device has a new key. */
export type StatementType = 'device' | 'revoke' | 'rekey';

/** The content of a statement (docs/signaling-protocol.md, "Devices and keys"). */
export interface Claim {
  readonly type: StatementType;
  readonly account: string;
  readonly deviceId: string;
  /** base64url of the device's key; of a `rekey` its new one. */
  readonly publicKey: string;
  /** For people, at most 128 bytes. */
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly time: number;
}

/** A statement as it travels. */
export interface StatementJson {
  readonly payload: string;
  readonly by: string;
  readonly signature: string;
}

function signedBytes(payload: Uint8Array): Bytes {
  return fields('pantheon-statement/1', payload);
}

function parseClaim(payload: Uint8Array): Claim | undefined {
  const text = fromUtf8(payload);
  const object = text === undefined ? undefined : parseObject(text, MAX_PAYLOAD_TEXT);
  if (object === undefined) return undefined;
  const type = object['type'];
  const account = stringOf(object, 'account', MAX_ACCOUNT);
  const deviceId = object['deviceId'];
  const publicKey = stringOf(object, 'publicKey', 64);
  const name = stringOf(object, 'name', MAX_NAME);
  const time = integerOf(object, 'time');
  if (type !== 'device' && type !== 'revoke' && type !== 'rekey') return undefined;
  if (account === undefined || account === '' || !isDeviceId(deviceId)) return undefined;
  if (publicKey === undefined || parsePublicKey(publicKey) === undefined) return undefined;
  if (name === undefined || time === undefined) return undefined;
  return { type, account, deviceId, publicKey, name, time };
}

/**
 * A claim with the signature of the device that makes it. A value of this class always has a valid signature; whether
 * its signer is to be believed is for the KeyBook to say. Immutable.
 */
export class Statement {
  readonly claim: Claim;
  /** base64url of the key that signed. */
  readonly by: string;
  /** The signed bytes, as pairing's transcript needs them. */
  readonly payload: Bytes;
  private readonly signature: string;

  private constructor(claim: Claim, by: string, payload: Bytes, signature: string) {
    this.claim = claim;
    this.by = by;
    this.payload = payload;
    this.signature = signature;
  }

  /** Signs. */
  static make(voucher: DeviceKey, claim: Claim): Statement {
    if (utf8Length(claim.name) > MAX_NAME) throw identityError('invalid_statement', { detail: 'name' });
    const payload = utf8(JSON.stringify(claim));
    return new Statement(
      claim,
      voucher.publicKeyText,
      payload,
      toBase64Url(voucher.sign(signedBytes(payload))),
    );
  }

  /** From `{payload, by, signature}`. Throws `invalid_statement`, `statement_signature_invalid`. */
  static parse(value: unknown): Statement {
    const object: JsonObject = asObject(value) ?? {};
    const payloadText = stringOf(object, 'payload', MAX_PAYLOAD_TEXT);
    const by = stringOf(object, 'by', 64);
    const signatureText = stringOf(object, 'signature', 128);
    if (payloadText === undefined || by === undefined || signatureText === undefined)
      throw identityError('invalid_statement');
    const payload = fromBase64Url(payloadText);
    const key = parsePublicKey(by);
    const signature = parseSignature(signatureText);
    if (payload === undefined || key === undefined || signature === undefined)
      throw identityError('invalid_statement');
    if (!verifySignature(key, signedBytes(payload), signature))
      throw identityError('statement_signature_invalid');
    const claim = parseClaim(payload);
    if (claim === undefined) throw identityError('invalid_statement');
    return new Statement(claim, by, payload, signatureText);
  }

  /** The first `limit` entries of a list that are statements; the others are left out. Never throws. */
  static parseList(value: unknown, limit: number): readonly Statement[] {
    const statements: Statement[] = [];
    for (const entry of listOf(value, limit)) {
      try {
        statements.push(Statement.parse(entry));
      } catch {
        continue; // a bad one says nothing, and must not hide the others
      }
    }
    return statements;
  }

  toJSON(): StatementJson {
    return { payload: toBase64Url(this.payload), by: this.by, signature: this.signature };
  }

  /** Whether both say the same by the same key. */
  sameAs(other: Statement): boolean {
    return this.by === other.by && toBase64Url(this.payload) === toBase64Url(other.payload);
  }
}
