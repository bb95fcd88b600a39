import { equalConstantTime, fromBase64UrlExactly, toBase64Url, type Bytes } from '../core/bytes.js';
import { debugLog } from '../core/debug.js';
import { exchangeJson, serverErrorOf, type HttpAnswer } from '../core/http.js';
import { asObject, integerOf, plainText, stringOf, type JsonObject } from '../core/json.js';
import { isDeviceId, parsePublicKey, type DeviceKey } from '../identity/device-key.js';
import { Statement } from '../identity/statement.js';
import { isPairingErrorCode, pairingError } from './error.js';
import { newcomerMac, voucherMac, type PairingRequest } from './pairing-mac.js';
import type { PairingLink } from './pairing-link.js';

const MAX_TOKEN = 8192;
const VOUCHER_TIMEOUT_MS = 45_000;
const debug = debugLog('pairing');

/** What a device is after it has been paired. */
export interface Pairing {
  readonly account: string;
  readonly deviceId: string;
  /** The device that vouched: its key is proven, pin it. */
  readonly voucher: { readonly deviceId: string; readonly publicKey: string; readonly name: string };
  /** What the voucher said about us, for showing to other devices. */
  readonly statement: Statement;
  readonly accessToken: string;
  readonly refreshToken: string;
  /** Seconds the access token lasts. */
  readonly expiresIn: number;
}

/** Who wants to be paired. */
export interface Newcomer {
  readonly key: DeviceKey;
  /** How other devices show it, at most 128 bytes. */
  readonly name: string;
  readonly platform: string;
}

interface Answer {
  readonly pairing: Pairing;
  readonly voucherPublicKey: Bytes;
  readonly mac: Bytes;
}

function parseAnswer(body: JsonObject): Answer | undefined {
  const voucher = asObject(body['voucher']) ?? {};
  const account = stringOf(body, 'account', 512);
  const deviceId = body['deviceId'];
  const voucherId = voucher['deviceId'];
  const keyText = stringOf(voucher, 'publicKey', 64) ?? '';
  const voucherPublicKey = parsePublicKey(keyText);
  const mac = fromBase64UrlExactly(stringOf(body, 'mac', 64) ?? '', 32);
  const accessToken = stringOf(body, 'accessToken', MAX_TOKEN);
  const refreshToken = stringOf(body, 'refreshToken', MAX_TOKEN);
  const expiresIn = integerOf(body, 'expiresIn');
  const [statement] = Statement.parseList([body['statement']], 1);
  if (account === undefined || !isDeviceId(deviceId) || !isDeviceId(voucherId)) return undefined;
  if (voucherPublicKey === undefined || mac === undefined || statement === undefined) return undefined;
  if (accessToken === undefined || refreshToken === undefined || expiresIn === undefined) return undefined;
  const name = plainText(voucher['name'], 64);
  const named = { deviceId: voucherId, publicKey: keyText, name };
  return {
    pairing: { account, deviceId, voucher: named, statement, accessToken, refreshToken, expiresIn },
    voucherPublicKey,
    mac,
  };
}

/** Whether the answer was made by who knows the secret, about exactly this newcomer. */
function isGenuine(
  link: PairingLink,
  request: PairingRequest,
  { pairing, voucherPublicKey, mac }: Answer,
): boolean {
  const { account, voucher, statement } = pairing;
  const expected = voucherMac(link.secret, request, {
    account,
    voucherDeviceId: voucher.deviceId,
    voucherPublicKey,
    statementPayload: statement.payload,
  });
  const { claim, by } = statement;
  return (
    equalConstantTime(expected, mac) &&
    by === voucher.publicKey &&
    claim.type === 'device' &&
    claim.account === account &&
    claim.deviceId === request.deviceId &&
    claim.publicKey === toBase64Url(request.publicKey) &&
    pairing.deviceId === request.deviceId
  );
}

function refusal(answer: HttpAnswer): Error {
  const { code, retryAfterMs } = serverErrorOf(answer);
  if (isPairingErrorCode(code)) return pairingError(code, { retryAfterMs });
  if (answer.status === 429) return pairingError('rate_limited', { retryAfterMs });
  if (answer.status >= 500) return pairingError('server_unreachable', { detail: `status ${answer.status}` });
  return pairingError('server_answer_invalid', { detail: `status ${answer.status}` });
}

/**
 * Redeems a pairing link at a server and checks that the voucher, not the server, answered. Stores nothing. Throws the
 * errors of this part; after `pairing_mac_mismatch` nothing the server said may be kept.
 */
export async function redeemPairing(server: URL, link: PairingLink, newcomer: Newcomer): Promise<Pairing> {
  const { key, name, platform } = newcomer;
  const request = { code: link.code, deviceId: key.deviceId, publicKey: key.publicKey, name, platform };
  const body = {
    code: link.codeText,
    deviceId: key.deviceId,
    publicKey: key.publicKeyText,
    name,
    platform,
    mac: toBase64Url(newcomerMac(link.secret, request)),
  };
  debug('redeem', { server: server.origin, deviceId: key.deviceId });
  let answer: HttpAnswer;
  try {
    answer = await exchangeJson(new URL('/v1/pairing/redeem', server), {
      body,
      timeoutMs: VOUCHER_TIMEOUT_MS,
    });
  } catch (cause) {
    throw pairingError('server_unreachable', { cause });
  }
  if (!answer.ok) throw refusal(answer);
  const parsed = answer.body === undefined ? undefined : parseAnswer(answer.body);
  if (parsed === undefined) throw pairingError('server_answer_invalid');
  if (!isGenuine(link, request, parsed)) throw pairingError('pairing_mac_mismatch');
  return parsed.pairing;
}
