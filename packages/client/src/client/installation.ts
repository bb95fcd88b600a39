import { toBase64Url } from '../core/bytes.js';
import { asObject, parseObject, plainText, stringOf } from '../core/json.js';
import { DeviceKey, isDeviceId, randomBytes } from '../identity/device-key.js';
import { KeyBook, type FirstSight } from '../identity/key-book.js';
import { Statement } from '../identity/statement.js';
import type { Pairing } from '../pairing/redeem.js';
import { TOKENS_ENTRY } from '../signaling/tokens.js';
import { withStoreLock } from '../store/store-lock.js';
import type { Store } from '../store/store.js';

const MAX_ENTRY = 2 * 1024 * 1024;

/** Names of the entries in the store. */
export const ENTRIES = { device: 'device', pairing: 'pairing', hosts: 'hosts' } as const;

/** The entry of a key book: keys pinned by pairing are kept apart from keys only seen, so that neither replaces the other. */
export function bookEntry(account: string, firstSight: FirstSight): string {
  return firstSight === 'refuse' ? 'key-book' : `keys-seen:${account}`;
}

/** What pairing left in the store. */
export interface StoredPairing {
  /** Origin of the signaling server. */
  readonly server: string;
  readonly account: string;
  readonly deviceId: string;
  readonly voucherId: string;
  readonly voucherName: string;
  /** By the voucher, about us. */
  readonly statement: Statement;
}

function parsePairing(text: string | undefined): StoredPairing | undefined {
  const object = text === undefined ? undefined : parseObject(text, MAX_ENTRY);
  if (object === undefined) return undefined;
  const server = stringOf(object, 'server', 512);
  const account = stringOf(object, 'account', 512);
  const { deviceId, voucherId } = object;
  const [statement] = Statement.parseList([object['statement']], 1);
  if (server === undefined || account === undefined || statement === undefined) return undefined;
  if (!isDeviceId(deviceId) || !isDeviceId(voucherId)) return undefined;
  return {
    server,
    account,
    deviceId,
    voucherId,
    voucherName: plainText(object['voucherName'], 64),
    statement,
  };
}

function parseKey(text: string | undefined): DeviceKey | undefined {
  const object = text === undefined ? undefined : parseObject(text, 4096);
  const seed = object === undefined ? undefined : stringOf(object, 'seed', 64);
  try {
    return seed === undefined ? undefined : DeviceKey.fromSeedText(seed);
  } catch {
    return undefined;
  }
}

/**
 * What this browser keeps of itself: its key, its pairing, the keys it trusts. Every tab of the origin reads and
 * writes the same.
 */
export class Installation {
  readonly store: Store;
  readonly key: DeviceKey;
  readonly name: string;
  readonly pairing: StoredPairing | undefined;

  private constructor(store: Store, key: DeviceKey, name: string, pairing: StoredPairing | undefined) {
    this.store = store;
    this.key = key;
    this.name = name;
    this.pairing = pairing;
  }

  /** Reads the store; makes a key where there is none. `defaultName` is used until pairing gives another. */
  static async load(store: Store, defaultName: string): Promise<Installation> {
    const name =
      plainText(asObject(parseObject((await store.get(ENTRIES.device)) ?? '', 4096))?.['name'], 64) ||
      defaultName;
    const pairing = parsePairing(await store.get(ENTRIES.pairing));
    const stored = parseKey(await store.get(ENTRIES.device));
    if (stored !== undefined) return new Installation(store, stored, name, pairing);
    const owner = toBase64Url(randomBytes(9));
    const key = await withStoreLock(store, 'device-lock', owner, async () => {
      const other = parseKey(await store.get(ENTRIES.device)); // another tab was first
      if (other !== undefined) return other;
      const made = DeviceKey.generate();
      await Installation.storeKey(store, made, name);
      return made;
    });
    return new Installation(store, key, name, undefined);
  }

  /** The id of this device: as paired, else the one its key gives. */
  get deviceId(): string {
    return this.pairing?.deviceId ?? this.key.deviceId;
  }

  /** A key for a new pairing: the one at hand, unless it belongs to an earlier pairing. */
  keyForPairing(): DeviceKey {
    return this.pairing === undefined ? this.key : DeviceKey.generate();
  }

  /**
   * Stores a new pairing with everything that belongs to it, in place of an earlier one. In an account that this browser was in
   * before, whom it trusts stays, and who was removed stays removed. Throws `device_revoked` when that is the voucher.
   */
  async pair(server: string, key: DeviceKey, name: string, pairing: Pairing): Promise<Installation> {
    const { store } = this;
    const { account, deviceId, voucher, statement, accessToken, refreshToken, expiresIn } = pairing;
    const book = (await this.storedBook(account, 'refuse')) ?? new KeyBook(account, 'refuse');
    book.pin(deviceId, key.publicKeyText);
    book.pin(voucher.deviceId, voucher.publicKey);
    const stored = {
      server,
      account,
      deviceId,
      voucherId: voucher.deviceId,
      voucherName: voucher.name,
      statement,
    };
    await Installation.storeKey(store, key, name);
    await store.remove(ENTRIES.hosts);
    await store.set(bookEntry(account, 'refuse'), JSON.stringify(book));
    await store.set(
      TOKENS_ENTRY,
      JSON.stringify({ accessToken, refreshToken, expiresAt: Date.now() + expiresIn * 1000 }),
    );
    await store.set(ENTRIES.pairing, JSON.stringify(stored)); // last: other tabs wake up at it
    return new Installation(store, key, name, stored);
  }

  /** The key book of an account; a new one where there is none, or only that of another account. */
  async loadBook(account: string, firstSight: FirstSight): Promise<KeyBook> {
    const stored = await this.storedBook(account, firstSight);
    if (stored !== undefined) return stored;
    const fresh = new KeyBook(account, firstSight);
    fresh.pin(this.deviceId, this.key.publicKeyText);
    const { pairing } = this;
    if (pairing?.account === account) fresh.pin(pairing.voucherId, pairing.statement.by);
    return fresh;
  }

  /** Stores a book. */
  async saveBook(book: KeyBook): Promise<void> {
    await this.store.set(bookEntry(book.account, book.firstSight), JSON.stringify(book));
  }

  /** Erases everything, the keys of `account` included: afterwards this browser is nobody. */
  async erase(account: string | undefined): Promise<void> {
    const books = [
      bookEntry('', 'refuse'),
      ...(account === undefined ? [] : [bookEntry(account, 'remember')]),
    ];
    for (const entry of [TOKENS_ENTRY, ...books, ENTRIES.hosts, ENTRIES.device, ENTRIES.pairing]) {
      await this.store.remove(entry);
    }
  }

  private async storedBook(account: string, firstSight: FirstSight): Promise<KeyBook | undefined> {
    const text = await this.store.get(bookEntry(account, firstSight));
    const book = text === undefined ? undefined : KeyBook.fromJSON(parseObject(text, MAX_ENTRY));
    return book?.account === account && book.firstSight === firstSight ? book : undefined;
  }

  private static async storeKey(store: Store, key: DeviceKey, name: string): Promise<void> {
    await store.set(ENTRIES.device, JSON.stringify({ version: 1, seed: key.seedText(), name }));
  }
}
