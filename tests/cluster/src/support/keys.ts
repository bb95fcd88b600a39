import { fromBase64Url, toBase64Url } from '../../../../packages/client/src/core/bytes.js';
import type { DeviceKey } from '../../../../packages/client/src/identity/device-key.js';
import { signHello } from '../../../../packages/client/src/identity/hello-proof.js';
import { Statement } from '../../../../packages/client/src/identity/statement.js';
import { type PairingLink, readPairingLink } from '../../../../packages/client/src/pairing/pairing-link.js';
import { voucherMac } from '../../../../packages/client/src/pairing/pairing-mac.js';
import { overNewConnection } from './shards.js';
import { Device, type SignalNode } from './signal.js';

type Payload = Readonly<Record<string, unknown>>;

export async function nonceOf(node: SignalNode): Promise<string> {
  const { nonce } = JSON.parse((await overNewConnection(`${node.url}/v1/nonce`)).body) as { nonce: string };
  return nonce;
}

/** Joins with a key of its own, under a development account or with a token of ours. */
export async function joinWithKey(
  node: SignalNode,
  who: string,
  key: DeviceKey,
  token = `dev:${who}`,
): Promise<Device> {
  const nonce = await nonceOf(node);
  const proof = { nonce, signature: signHello(key, nonce, key.deviceId, token) };
  const auth = { token, clientType: 'native', publicKey: key.publicKeyText, proof };
  return await Device.join(node, who, key.deviceId, auth);
}

export async function acknowledged(device: Device, event: string, payload: Payload): Promise<Payload> {
  return (await device.socket.timeout(5000).emitWithAck(event, payload)) as Payload;
}

/** Full name of the device's account. */
export async function accountOf(device: Device): Promise<string> {
  return ((await device.next('server-info')) as { account: string }).account;
}

/** What `revoke-device` takes: the device of that key is to go. */
export function revocation(account: string, by: DeviceKey, lost: DeviceKey): Payload {
  const statement = Statement.make(by, {
    type: 'revoke',
    account,
    deviceId: lost.deviceId,
    publicKey: lost.publicKeyText,
    name: '',
    time: Date.now(),
  });
  return { statement: statement.toJSON() };
}

export function freshPairingLink(): PairingLink {
  const text = (): string => toBase64Url(crypto.getRandomValues(new Uint8Array(16)));
  return readPairingLink(`#pair=${text()}.${text()}`);
}

/** Opens the code of a link; the host vouches for whoever redeems it, in the way of a native one. */
export async function openCode(
  host: Device,
  key: DeviceKey,
  account: string,
  link: PairingLink,
): Promise<void> {
  host.socket.removeAllListeners('pairing-request');
  host.socket.on('pairing-request', (asked: Newcomer, answer: (given: Payload) => void) => {
    const { deviceId, publicKey, name, platform } = asked;
    const claim = { type: 'device', account, deviceId, publicKey, name, time: Date.now() } as const;
    const statement = Statement.make(key, claim);
    const keyBytes = fromBase64Url(publicKey);
    if (keyBytes === undefined) return answer({ ok: false });
    const request = { code: link.code, deviceId, publicKey: keyBytes, name, platform };
    const mac = voucherMac(link.secret, request, {
      account,
      voucherDeviceId: key.deviceId,
      voucherPublicKey: key.publicKey,
      statementPayload: statement.payload,
    });
    const voucher = { deviceId: key.deviceId, publicKey: key.publicKeyText, name: 'Tower' };
    answer({ ok: true, statement: statement.toJSON(), voucher, mac: toBase64Url(mac) });
  });
  const opened = await acknowledged(host, 'pairing-open', { code: link.codeText });
  if (opened['ok'] !== true) throw new Error(JSON.stringify(opened));
}

interface Newcomer {
  readonly deviceId: string;
  readonly publicKey: string;
  readonly name: string;
  readonly platform: string;
}
