import { beforeEach, describe, expect, it } from 'vitest';
import { DeviceKey } from '../identity/device-key.js';
import type { KeyBook } from '../identity/key-book.js';
import { Statement, type StatementType } from '../identity/statement.js';
import type { Pairing } from '../pairing/redeem.js';
import { MemoryStore } from '../store/memory-store.js';
import { Installation } from './installation.js';

const ACCOUNT = 'local:srv:owner';
const [host, laptop, phone] = Array.from({ length: 3 }, () => DeviceKey.generate()) as [
  DeviceKey,
  DeviceKey,
  DeviceKey,
];

function says(by: DeviceKey, about: DeviceKey, type: StatementType, account = ACCOUNT): Statement {
  const { deviceId, publicKeyText: publicKey } = about;
  return Statement.make(by, { type, account, deviceId, publicKey, name: '', time: 1 });
}

function pairingBy(voucher: DeviceKey, key: DeviceKey, account = ACCOUNT): Pairing {
  return {
    account,
    deviceId: key.deviceId,
    voucher: { deviceId: voucher.deviceId, publicKey: voucher.publicKeyText, name: 'Study' },
    statement: says(voucher, key, 'device', account),
    accessToken: 'a',
    refreshToken: 'r',
    expiresIn: 900,
  };
}

async function pair(
  installation: Installation,
  voucher: DeviceKey,
  account = ACCOUNT,
): Promise<Installation> {
  const key = installation.keyForPairing();
  return await installation.pair('http://server', key, 'Phone', pairingBy(voucher, key, account));
}

describe('pairing again', () => {
  const store = new MemoryStore();
  let first: Installation;
  let book: KeyBook;

  beforeEach(async () => {
    await store.remove('key-book');
    await store.remove('pairing');
    first = await pair(await Installation.load(store, 'Browser'), host);
    book = await first.loadBook(ACCOUNT, 'refuse');
    book.learn([says(host, laptop, 'device'), says(host, phone, 'revoke')]);
    await first.saveBook(book);
  });

  it('in the same account keeps whom it trusts and who was removed, and pins who lets it in', async () => {
    const second = await pair(await Installation.load(store, 'Browser'), laptop);
    const kept = await second.loadBook(ACCOUNT, 'refuse');
    expect(kept.isRevoked(phone.deviceId)).toBe(true);
    for (const key of [host, laptop]) expect(kept.pinned(key.deviceId)).toBe(key.publicKeyText);
    expect(kept.pinned(second.deviceId)).toBe(second.key.publicKeyText);
  });

  it('by a device that was removed stores nothing', async () => {
    await expect(pair(first, phone)).rejects.toMatchObject({ code: 'device_revoked' });
    const still = await Installation.load(store, 'Browser');
    expect([still.deviceId, still.pairing?.voucherId]).toEqual([first.deviceId, host.deviceId]);
  });

  it('in another account begins anew', async () => {
    const second = await pair(first, laptop, 'local:other:owner');
    const fresh = await second.loadBook('local:other:owner', 'refuse');
    expect(fresh.isRevoked(phone.deviceId)).toBe(false);
    expect(fresh.pinned(host.deviceId)).toBeUndefined();
  });
});
