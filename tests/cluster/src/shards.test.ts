import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { toBase64Url, utf8 } from '../../../packages/client/src/core/bytes.js';
import { DeviceKey } from '../../../packages/client/src/identity/device-key.js';
import { signHello } from '../../../packages/client/src/identity/hello-proof.js';
import { Statement } from '../../../packages/client/src/identity/statement.js';
import { newcomerMac, voucherMac } from '../../../packages/client/src/pairing/pairing-mac.js';
import { readPairingLink } from '../../../packages/client/src/pairing/pairing-link.js';
import { stopAll } from './process.js';
import { joinOn, overNewConnection, shardOf, startShards } from './shards.js';
import { Device, type SignalNode, dataFolder, disconnectDevices, removeFolders } from './signal.js';

type Payload = Readonly<Record<string, unknown>>;

let node: SignalNode;
let accounts = 0;
const account = (): string => `someone${++accounts}`;

/** The hello of a device with a key of its own. */
async function hello(who: string, key: DeviceKey): Promise<Payload> {
  const token = `dev:${who}`;
  const { nonce } = JSON.parse((await overNewConnection(`${node.url}/v1/nonce`)).body) as { nonce: string };
  const proof = { nonce, signature: signHello(key, nonce, key.deviceId, token) };
  return { token, clientType: 'native', publicKey: key.publicKeyText, proof };
}

/** A device with a key, on some shard. */
async function joinWithKey(who: string, key: DeviceKey): Promise<Device> {
  return await Device.join(node, who, key.deviceId, await hello(who, key));
}

async function acknowledged(device: Device, event: string, payload: Payload): Promise<Payload> {
  return (await device.socket.timeout(5000).emitWithAck(event, payload)) as Payload;
}

beforeAll(async () => {
  node = await startShards(dataFolder());
});
afterEach(() => {
  disconnectDevices();
});
afterAll(async () => {
  await stopAll();
  removeFolders();
});

describe('devices of one account on two shards', () => {
  it('see each other in lists, joining and leaving', async () => {
    const who = account();
    const first = await joinOn(0, node, who, 'first');
    const second = await joinOn(3, node, who, 'second');
    expect(second.peers).toEqual(['first']);
    expect(await first.next('peer-joined')).toMatchObject({ userId: 'second', socketId: second.id });
    expect(await first.list()).toEqual(['second']);
    const { id } = second;
    second.socket.disconnect();
    expect(await first.next('peer-left')).toMatchObject({ userId: 'second', socketId: id });
    expect(await first.list()).toEqual([]);
  });

  it('never see those of another account', async () => {
    const first = await joinOn(1, node, account(), 'first');
    const other = await joinOn(2, node, account(), 'other');
    expect(other.peers).toEqual([]);
    other.socket.emit('webrtc-signal', { to: 'first', toSocketId: first.id, signal: {} });
    expect(await other.next('error')).toMatchObject({ code: 'peer_unavailable' });
    expect(first.count('peer-joined')).toBe(0);
  });

  it('signal each other in order, both ways at once', async () => {
    const who = account();
    const first = await joinOn(1, node, who, 'first');
    const second = await joinOn(2, node, who, 'second');
    await first.next('peer-joined');
    for (let n = 0; n < 100; n++) {
      second.socket.emit('webrtc-signal', { to: 'first', signal: { n } });
      first.socket.emit('webrtc-signal', { to: 'second', toSocketId: second.id, signal: { n } });
    }
    for (let n = 0; n < 100; n++) {
      expect(await first.next('webrtc-signal')).toMatchObject({ fromSocketId: second.id, signal: { n } });
      expect(await second.next('webrtc-signal')).toMatchObject({ fromSocketId: first.id, signal: { n } });
    }
  });

  it('all hear of each other when many come at once', async () => {
    const who = account();
    const names = Array.from({ length: 24 }, (_, i) => `device${i}`);
    const devices = await Promise.all(names.map((name) => Device.join(node, who, name)));
    expect(new Set(devices.map(shardOf)).size).toBe(4);
    for (const device of devices) {
      const others = new Set(device.peers);
      while (others.size < names.length - 1) others.add(String((await device.next('peer-joined'))['userId']));
      expect((await device.list()).length).toBe(names.length - 1);
    }
  });
});

it('a device is revoked on every shard within a second', async () => {
  const who = account();
  const [key, lost] = [DeviceKey.generate(), DeviceKey.generate()];
  const host = await joinWithKey(who, key);
  const copies = await Promise.all([0, 1, 2, 3].map(async () => await joinWithKey(who, lost)));
  expect(new Set(copies.map(shardOf)).size).toBeGreaterThan(1);
  const { account: name } = (await host.next('server-info')) as { account: string };
  const statement = Statement.make(key, {
    type: 'revoke',
    account: name,
    deviceId: lost.deviceId,
    publicKey: lost.publicKeyText,
    name: '',
    time: Date.now(),
  });
  const begun = Date.now();
  expect(await acknowledged(host, 'revoke-device', { statement: statement.toJSON() })).toMatchObject({
    ok: true,
  });
  for (const copy of copies) await copy.next('disconnect');
  expect(Date.now() - begun).toBeLessThan(1000);
  await expect(joinWithKey(who, lost)).rejects.toMatchObject({ data: { code: 'device_revoked' } });
});

it('a pairing code is redeemed on whatever shard, once', async () => {
  const who = account();
  const key = DeviceKey.generate();
  const host = await joinWithKey(who, key);
  const { account: name } = (await host.next('server-info')) as { account: string };
  for (let i = 0; i < 4; i++) {
    const text = (): string => toBase64Url(crypto.getRandomValues(new Uint8Array(16)));
    const link = readPairingLink(`#pair=${text()}.${text()}`);
    const phone = DeviceKey.generate();
    const newcomer = { deviceId: phone.deviceId, publicKey: phone.publicKey, name: 'Phone', platform: 'x' };
    const request = { code: link.code, ...newcomer };
    host.socket.removeAllListeners('pairing-request');
    host.socket.on('pairing-request', (_: unknown, answer: (given: Payload) => void) => {
      const claim = { type: 'device', account: name, deviceId: phone.deviceId } as const;
      const time = Date.now();
      const statement = Statement.make(key, {
        ...claim,
        publicKey: phone.publicKeyText,
        name: 'Phone',
        time,
      });
      const statementPayload = utf8(JSON.stringify(statement.claim));
      const mac = voucherMac(link.secret, request, {
        account: name,
        voucherDeviceId: key.deviceId,
        voucherPublicKey: key.publicKey,
        statementPayload,
      });
      const voucher = { deviceId: key.deviceId, publicKey: key.publicKeyText, name: 'Tower' };
      answer({ ok: true, statement: statement.toJSON(), voucher, mac: toBase64Url(mac) });
    });
    expect(await acknowledged(host, 'pairing-open', { code: link.codeText })).toMatchObject({ ok: true });
    const body = JSON.stringify({
      ...newcomer,
      code: link.codeText,
      publicKey: phone.publicKeyText,
      mac: toBase64Url(newcomerMac(link.secret, request)),
    });
    const redeem = `${node.url}/v1/pairing/redeem`;
    const paired = await overNewConnection(redeem, body);
    expect(JSON.parse(paired.body)).toMatchObject({ account: name, deviceId: phone.deviceId });
    const again = await overNewConnection(redeem, body);
    expect(JSON.parse(again.body)).toMatchObject({ error: { code: 'pairing_code_unknown' } });
  }
});
