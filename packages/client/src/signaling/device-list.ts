import { asObject, booleanOf, listOf, numberOf, plainText, stringOf } from '../core/json.js';
import { isDeviceId, parsePublicKey } from '../identity/device-key.js';

const MAX_DEVICES = 1024;
const MAX_STATEMENTS = 64;

/** A device of the account, as `list-devices` tells; nothing of it is proven. */
export interface ListedDevice {
  readonly deviceId: string;
  readonly name: string;
  readonly platform: string;
  /** base64url. */
  readonly publicKey: string | undefined;
  /** Milliseconds since 1970; 0 when unknown. */
  readonly createdAt: number;
  readonly lastSeen: number;
  readonly online: boolean;
  readonly revoked: boolean;
  /** The signaling server runs on it: it cannot be revoked. */
  readonly runsServer: boolean;
  /** Not verified yet. */
  readonly statements: readonly unknown[];
}

/** The devices of an answer to `list-devices`, at most 1,024; malformed ones are left out. */
export function parseDeviceList(value: unknown): readonly ListedDevice[] {
  return listOf(value, MAX_DEVICES).flatMap((entry) => {
    const object = asObject(entry) ?? {};
    const deviceId = object['deviceId'];
    if (!isDeviceId(deviceId)) return [];
    const publicKey = stringOf(object, 'publicKey', 64);
    return [
      {
        deviceId,
        name: plainText(object['name'], 64),
        platform: plainText(object['platform'], 64),
        publicKey: publicKey !== undefined && parsePublicKey(publicKey) !== undefined ? publicKey : undefined,
        createdAt: numberOf(object, 'createdAt') ?? 0,
        lastSeen: numberOf(object, 'lastSeen') ?? 0,
        online: booleanOf(object, 'online') ?? false,
        revoked: booleanOf(object, 'revoked') ?? false,
        runsServer: booleanOf(object, 'runsServer') ?? false,
        statements: listOf(object['statements'], MAX_STATEMENTS),
      },
    ];
  });
}
