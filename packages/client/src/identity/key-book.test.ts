import { describe, expect, it } from 'vitest';
import { DeviceKey } from './device-key.js';
import { KeyBook, type Verdict } from './key-book.js';
import { Statement, type StatementType } from './statement.js';

const ACCOUNT = 'local:srv:owner';
const [host, phone, laptop, stranger] = Array.from({ length: 4 }, () => DeviceKey.generate()) as [
  DeviceKey,
  DeviceKey,
  DeviceKey,
  DeviceKey,
];

function state(
  by: DeviceKey,
  about: DeviceKey,
  type: StatementType = 'device',
  more: object = {},
): Statement {
  const { deviceId, publicKeyText: publicKey } = about;
  return Statement.make(by, { type, account: ACCOUNT, deviceId, publicKey, name: '', time: 1, ...more });
}

function outcome(verdict: Verdict): string {
  return 'trust' in verdict ? verdict.trust : verdict.refused.code;
}

function paired(): KeyBook {
  const book = new KeyBook(ACCOUNT, 'refuse');
  book.pin(host.deviceId, host.publicKeyText);
  return book;
}

function accept(
  book: KeyBook,
  key: DeviceKey,
  statements: readonly Statement[] = [],
  id = key.deviceId,
): string {
  return outcome(book.accept(id, key.publicKeyText, statements));
}

describe('a book of a paired account', () => {
  it('knows what was pinned, and refuses another key for that id', () => {
    expect(accept(paired(), host)).toBe('pinned');
    expect(accept(paired(), stranger, [], host.deviceId)).toBe('key_changed');
  });

  it('refuses a key nobody vouched for', () => {
    expect(accept(paired(), stranger)).toBe('key_not_accepted');
  });

  it('accepts a chain in any order, and remembers it', () => {
    const book = paired();
    const before = book.revision;
    expect(accept(book, laptop, [state(phone, laptop), state(host, phone)])).toBe('vouched');
    expect(book.revision).toBeGreaterThan(before);
    expect(accept(book, laptop)).toBe('vouched');
  });

  it('does not believe a stranger who vouches for itself or others', () => {
    expect(accept(paired(), stranger, [state(stranger, stranger)])).toBe('key_not_accepted');
    expect(accept(paired(), laptop, [state(stranger, laptop)])).toBe('key_not_accepted');
  });

  it('does not let anyone who is vouched for replace a pinned key', () => {
    const takeover = state(phone, stranger, 'device', { deviceId: host.deviceId });
    expect(accept(paired(), stranger, [state(host, phone), takeover], host.deviceId)).toBe('key_changed');
  });

  it('does not let anyone who is vouched for pass for another that is', () => {
    const posing = state(phone, stranger, 'device', { deviceId: laptop.deviceId });
    const book = paired();
    expect(accept(book, laptop, [state(host, phone), state(host, laptop)])).toBe('vouched');
    expect(accept(book, stranger, [posing], laptop.deviceId)).toBe('key_changed');
    expect(accept(book, laptop)).toBe('vouched');
    expect(accept(paired(), stranger, [state(host, phone), posing], laptop.deviceId)).toBe(
      'key_not_accepted',
    );
  });

  it('does not believe a statement of another account', () => {
    expect(accept(paired(), phone, [state(host, phone, 'device', { account: 'other' })])).toBe(
      'key_not_accepted',
    );
  });

  it('follows a new key stated by the old one, and refuses the old one from then on', () => {
    const book = paired();
    const rekey = state(host, stranger, 'rekey', { deviceId: host.deviceId });
    expect(accept(book, stranger, [rekey], host.deviceId)).toBe('vouched');
    expect(accept(book, host)).toBe('key_changed');
  });

  it('hears nothing more of a key that has named its successor', () => {
    const book = paired();
    book.learn([state(host, phone, 'rekey', { deviceId: host.deviceId }), state(host, laptop)]);
    expect(
      accept(book, stranger, [state(host, stranger, 'rekey', { deviceId: host.deviceId })], host.deviceId),
    ).toBe('key_changed');
    expect(accept(book, stranger, [state(host, stranger)])).toBe('key_not_accepted');
    book.learn([state(host, laptop, 'revoke')]);
    expect(accept(book, laptop)).toBe('vouched'); // what it said before goes on counting
    book.learn([state(phone, laptop, 'revoke')]);
    expect(accept(book, laptop)).toBe('device_revoked'); // its successor speaks for the device
  });

  it('takes the first of two successors', () => {
    const book = paired();
    const to = (key: typeof phone) => state(host, key, 'rekey', { deviceId: host.deviceId });
    book.learn([to(phone), to(stranger)]);
    expect(accept(book, phone, [], host.deviceId)).toBe('vouched');
    expect(accept(book, stranger, [], host.deviceId)).toBe('key_changed');
  });

  it('lets a revocation win over everything, and whom the revoked one vouched for goes with it', () => {
    const book = paired();
    expect(accept(book, laptop, [state(host, phone), state(phone, laptop)])).toBe('vouched');
    book.learn([state(host, phone, 'revoke')]);
    expect(book.isRevoked(phone.deviceId)).toBe(true);
    expect(accept(book, phone, [state(host, phone)])).toBe('device_revoked');
    expect(accept(book, laptop)).toBe('key_not_accepted');
    expect(() => book.pin(phone.deviceId, phone.publicKeyText)).toThrow();
  });

  it('does not believe a stranger who revokes', () => {
    const book = paired();
    book.learn([state(stranger, host, 'revoke')]);
    expect(accept(book, host)).toBe('pinned');
  });

  it('demands a proof of everyone', () => {
    expect(paired().demandsProof('anyone')).toBe(true);
    expect(paired().knows('anyone')).toBe(false);
  });

  it('says which statements it does not hold yet', () => {
    const book = paired();
    const [about, revocation, unknown] = [
      state(host, phone),
      state(host, laptop, 'revoke'),
      state(stranger, phone),
    ].map((one) => JSON.parse(JSON.stringify(one)) as unknown);
    book.learn(Statement.parseList([about, revocation, unknown], 3));
    expect(book.newOf([about, 'nothing', revocation, unknown])).toEqual(['nothing', unknown]);
  });

  it('ends chains after eight links', () => {
    const keys = Array.from({ length: 10 }, () => DeviceKey.generate());
    const chain = keys.map((key, i) => state(keys[i - 1] ?? host, key));
    const at = (index: number): DeviceKey => keys[index] ?? host;
    expect(accept(paired(), at(7), chain.slice(0, 8))).toBe('vouched');
    expect(outcome(paired().assess(at(8).deviceId, at(8).publicKeyText, chain))).toBe('key_not_accepted');
  });
});

describe('a book of an account of a provider', () => {
  it('remembers a key at first sight and refuses another', () => {
    const book = new KeyBook(ACCOUNT, 'remember');
    expect(accept(book, stranger, [], 'uid1_web')).toBe('first-sight');
    expect(accept(book, stranger, [], 'uid1_web')).toBe('first-sight');
    expect(accept(book, phone, [], 'uid1_web')).toBe('key_changed');
  });

  it('forgets keys that their ids are made from when it has seen too many, and no others', () => {
    const book = new KeyBook(ACCOUNT, 'remember');
    expect(accept(book, stranger, [], 'uid1_web')).toBe('first-sight');
    for (let n = 0; n < 1_024; n++) expect(accept(book, DeviceKey.generate())).toBe('first-sight');
    expect(accept(book, phone, [], 'uid1_web')).toBe('key_changed');
    // Nobody may pose as the one that was forgotten by having no key at all.
    expect(accept(book, host)).toBe('first-sight');
    for (let n = 0; n < 1_024; n++) accept(book, DeviceKey.generate());
    expect(book.knows(host.deviceId)).toBe(false);
    expect(book.demandsProof(host.deviceId)).toBe(true);
    for (let n = 2; n <= 1_024; n++) expect(accept(book, stranger, [], `uid${n}_web`)).toBe('first-sight');
    expect(accept(book, stranger, [], 'uid1025_web')).toBe('key_book_full');
  });

  it('refuses a key that contradicts an id made from another', () => {
    expect(accept(new KeyBook(ACCOUNT, 'remember'), stranger, [], host.deviceId)).toBe('key_not_accepted');
  });

  it('demands a proof of whoever has had a key, however that is known', () => {
    const book = new KeyBook(ACCOUNT, 'remember');
    book.pin(host.deviceId, host.publicKeyText);
    expect(accept(book, phone, [state(host, phone)])).toBe('vouched');
    expect(accept(book, stranger, [], 'uid1_web')).toBe('first-sight');
    for (const id of [host.deviceId, phone.deviceId, 'uid1_web']) expect(book.demandsProof(id)).toBe(true);
    for (const id of [host.deviceId, phone.deviceId, 'uid1_web']) expect(book.knows(id)).toBe(true);
    book.learn([state(host, phone, 'revoke')]);
    expect(book.demandsProof(phone.deviceId)).toBe(true);
    expect(book.demandsProof('older_web')).toBe(false);
  });

  it('does not learn from a claim that is only looked at', () => {
    const book = new KeyBook(ACCOUNT, 'remember');
    expect(outcome(book.assess(host.deviceId, host.publicKeyText, []))).toBe('first-sight');
    expect(book.revision).toBe(0);
  });
});

describe('a stored book', () => {
  it('comes back as it was', () => {
    const book = paired();
    accept(book, phone, [state(host, phone)]);
    book.learn([state(host, laptop, 'revoke')]);
    const again = KeyBook.fromJSON(JSON.parse(JSON.stringify(book)));
    expect(JSON.stringify(again)).toBe(JSON.stringify(book));
    expect(again === undefined ? '' : accept(again, phone)).toBe('vouched');
    expect(again?.isRevoked(laptop.deviceId)).toBe(true);
  });

  it.each([undefined, {}, { version: 2 }, { ...(paired().toJSON() as object), pins: { x: 'no key' } }])(
    'is not read when damaged: %j',
    (value) => {
      expect(KeyBook.fromJSON(value)).toBeUndefined();
    },
  );
});
