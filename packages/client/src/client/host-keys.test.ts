import { describe, expect, it } from 'vitest';
import { DeviceKey } from '../identity/device-key.js';
import { KeyBook, type FirstSight } from '../identity/key-book.js';
import { Statement, type StatementType } from '../identity/statement.js';
import { PeerDirectory } from '../signaling/peer-directory.js';
import { HostKeys } from './host-keys.js';

const ACCOUNT = 'local:test:owner';
const [voucher, phone, host] = [DeviceKey.generate(), DeviceKey.generate(), DeviceKey.generate()];

function says(type: StatementType, about: DeviceKey, by: DeviceKey): Statement {
  const { deviceId, publicKeyText: publicKey } = about;
  return Statement.make(by, { type, account: ACCOUNT, deviceId, publicKey, name: '', time: 1 });
}

function open(firstSight: FirstSight): { book: KeyBook; keys: HostKeys } {
  const book = new KeyBook(ACCOUNT, firstSight);
  book.pin(voucher.deviceId, voucher.publicKeyText);
  return { book, keys: new HostKeys(() => book, new PeerDirectory()) };
}

function judge(keys: HostKeys, shown: readonly Statement[], key = host): string {
  const statements = shown.map((statement) => statement.toJSON());
  const verdict = keys.judge(host.deviceId, host.deviceId, key.publicKeyText, statements);
  return 'trust' in verdict ? verdict.trust : verdict.refused.code;
}

describe('HostKeys', () => {
  it('accepts a key no more once the device that vouched for it was removed', () => {
    const { book, keys } = open('refuse');
    expect(judge(keys, [says('device', phone, voucher), says('device', host, phone)])).toBe('vouched');
    expect(keys.refusalNow(host.deviceId)).toBeUndefined();
    book.learn([says('revoke', phone, voucher)]);
    expect(keys.refusalNow(host.deviceId)?.code).toBe('key_not_accepted');
  });

  it('names the hosts that somebody vouched for after they were refused', () => {
    const { book, keys } = open('refuse');
    expect(judge(keys, [])).toBe('key_not_accepted');
    expect(keys.vouchedSince).toEqual([]);
    book.learn([says('device', host, voucher)]);
    expect(keys.vouchedSince).toEqual([host.deviceId]);
    expect(judge(keys, [])).toBe('vouched');
    expect(keys.vouchedSince).toEqual([]);
  });

  it('is loud about a key that the id of the host is not made from', () => {
    const { keys } = open('refuse');
    expect(judge(keys, [], phone)).toBe('key_changed');
    expect(keys.vouchedSince).toEqual([]);
  });

  it("gives a host up on the server's word that was taken on the server's word", () => {
    const { keys } = open('remember');
    expect(judge(keys, [])).toBe('first-sight');
    expect(keys.removedOnServersWord(host.deviceId)).toBe(true);
    expect(keys.refusalNow(host.deviceId)?.code).toBe('device_revoked');
  });

  it.each(['refuse', 'remember'] as const)(
    "gives no host up on the server's word that somebody vouched for: %s",
    (firstSight) => {
      const { keys } = open(firstSight);
      expect(judge(keys, [says('device', host, voucher)])).toBe('vouched');
      expect(keys.removedOnServersWord(host.deviceId)).toBe(false);
      expect(keys.refusalNow(host.deviceId)).toBeUndefined();
    },
  );
});
