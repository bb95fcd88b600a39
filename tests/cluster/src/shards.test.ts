import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { toBase64Url } from '../../../packages/client/src/core/bytes.js';
import { DeviceKey } from '../../../packages/client/src/identity/device-key.js';
import { newcomerMac } from '../../../packages/client/src/pairing/pairing-mac.js';
import {
  accountOf,
  acknowledged,
  freshPairingLink,
  joinWithKey,
  openCode,
  revocation,
} from './support/keys.js';
import { joinOn, overNewConnection, shardOf, startShards } from './support/shards.js';
import { Device, type SignalNode, dataFolder, disconnectDevices } from './support/signal.js';

let node: SignalNode;
let accounts = 0;
const account = (): string => `someone${++accounts}`;

beforeAll(async () => {
  node = await startShards(dataFolder());
});
afterEach(disconnectDevices);

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
  const host = await joinWithKey(node, who, key);
  const copies = await Promise.all([0, 1, 2, 3].map(async () => await joinWithKey(node, who, lost)));
  expect(new Set(copies.map(shardOf)).size).toBeGreaterThan(1);
  const payload = revocation(await accountOf(host), key, lost);
  const begun = Date.now();
  expect(await acknowledged(host, 'revoke-device', payload)).toMatchObject({ ok: true });
  for (const copy of copies) await copy.next('disconnect');
  expect(Date.now() - begun).toBeLessThan(1000);
  await expect(joinWithKey(node, who, lost)).rejects.toMatchObject({ data: { code: 'device_revoked' } });
});

it('a pairing code is redeemed on whatever shard, once', async () => {
  const who = account();
  const key = DeviceKey.generate();
  const host = await joinWithKey(node, who, key);
  const name = await accountOf(host);
  for (let i = 0; i < 4; i++) {
    const link = freshPairingLink();
    const phone = DeviceKey.generate();
    const newcomer = { deviceId: phone.deviceId, publicKey: phone.publicKey, name: 'Phone', platform: 'x' };
    const request = { code: link.code, ...newcomer };
    await openCode(host, key, name, link);
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
