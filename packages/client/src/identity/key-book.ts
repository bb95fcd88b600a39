import { asObject, booleanOf, integerOf, stringOf, type JsonObject } from '../core/json.js';
import type { ClientError } from '../core/error.js';
import { deviceIdOf, isDeviceId, parsePublicKey } from './device-key.js';
import { identityError } from './error.js';
import { Statement } from './statement.js';

const MAX_CHAIN = 8;
const MAX_DEVICES = 1024;
const MAX_STATEMENTS = 1024;

/** Why a key is accepted: pinned by pairing, a chain of statements leads to a pinned one, or remembered from first sight. */
export type KeyTrust = 'pinned' | 'vouched' | 'first-sight';

/** Whether a key nobody vouched for is refused, or remembered at first sight (accounts of a provider without pairing). */
export type FirstSight = 'refuse' | 'remember';

/** The answer to "is this key that device's?". */
export type Verdict = { readonly trust: KeyTrust } | { readonly refused: ClientError };

/** What tells statements apart as they travel. */
function mark(value: unknown): string {
  const { by, payload } = asObject(value) ?? {};
  return `${String(by)} ${String(payload)}`;
}

type Accepted = Map<string, Set<string>>; // device id to its keys

function holds(accepted: Accepted, deviceId: string, key: string): boolean {
  return accepted.get(deviceId)?.has(key) ?? false;
}

function isSigner(accepted: Accepted, key: string): boolean {
  return [...accepted.values()].some((keys) => keys.has(key));
}

const DERIVED_LENGTH = deviceIdOf(new Uint8Array(32)).length;

/** Whether an id is of a device with a key, which older clients are not. */
function hasFormOfDerivedId(deviceId: string): boolean {
  return deviceId.startsWith('d_') && deviceId.length === DERIVED_LENGTH;
}

/** Whether an id says by itself that it is of another key: ids made from a key can be checked against it, even by who never saw the device. */
export function contradicts(deviceId: string, key: string): boolean {
  const bytes = parsePublicKey(key);
  if (bytes === undefined) return true;
  return hasFormOfDerivedId(deviceId) && deviceId !== deviceIdOf(bytes);
}

function isMadeFrom(deviceId: string, key: string): boolean {
  const bytes = parsePublicKey(key);
  return bytes !== undefined && deviceIdOf(bytes) === deviceId;
}

function readKeys(object: JsonObject | undefined): Map<string, string> | undefined {
  if (object === undefined) return undefined;
  const entries = Object.entries(object);
  const keys = new Map<string, string>();
  if (entries.length > MAX_DEVICES) return undefined;
  for (const [id, key] of entries) {
    if (!isDeviceId(id) || typeof key !== 'string' || parsePublicKey(key) === undefined) return undefined;
    keys.set(id, key);
  }
  return keys;
}

/**
 * What one device knows of the keys of its account: pins, statements, revocations, keys seen first. The one place that
 * decides whether a key is that of a device. Keys are base64url texts. Its owner stores it (toJSON) when `revision`
 * has risen. No I/O.
 */
export class KeyBook {
  private pins = new Map<string, string>();
  private seen = new Map<string, string>();
  private statements: Statement[] = [];
  private readonly revoked = new Map<string, Statement>();
  private changes = 0;

  readonly account: string;
  readonly firstSight: FirstSight;

  constructor(account: string, firstSight: FirstSight) {
    this.account = account;
    this.firstSight = firstSight;
  }

  /** Counts changes. */
  get revision(): number {
    return this.changes;
  }

  /**
   * Accepts a key for a device id from now on, as pairing proved it (or as it is our own). Replaces an older key of that
   * id; a revoked id stays revoked. Throws `invalid_key`, `device_revoked`, `key_book_full`.
   */
  pin(deviceId: string, key: string): void {
    if (!isDeviceId(deviceId) || parsePublicKey(key) === undefined) throw identityError('invalid_key');
    if (this.isRevoked(deviceId)) throw identityError('device_revoked');
    if (!this.pins.has(deviceId) && this.pins.size >= MAX_DEVICES) throw identityError('key_book_full');
    this.pins.set(deviceId, key);
    this.seen.delete(deviceId);
    this.changes++;
  }

  /** The pinned key of a device, if there is one. */
  pinned(deviceId: string): string | undefined {
    return this.pins.get(deviceId);
  }

  /** Whether an accepted device revoked this one. */
  isRevoked(deviceId: string): boolean {
    return this.revoked.has(deviceId);
  }

  /** Whether a device of that id must prove a key: its key is known, it was revoked, or nobody unproven is let in at all. */
  demandsProof(deviceId: string): boolean {
    if (this.firstSight === 'refuse' || this.knows(deviceId)) return true;
    return hasFormOfDerivedId(deviceId); // also of a key that made room for others
  }

  /** Whether a key of that device is known, by itself or with statements that came along, or was before it was revoked. */
  knows(deviceId: string, statements: readonly Statement[] = []): boolean {
    if (this.isRevoked(deviceId) || this.seen.has(deviceId)) return true;
    return this.acceptedKeys(statements).has(deviceId);
  }

  /** Keeps statements whose signer is accepted now, in any order; drops the others. Revocations take effect at once. */
  learn(statements: readonly Statement[]): void {
    let accepted = this.acceptedKeys(statements);
    for (const statement of statements) {
      if (statement.claim.type === 'revoke' && this.applyRevocation(statement, accepted))
        accepted = this.acceptedKeys(statements);
    }
    // Successors last: what came together counts in whatever order, and of two successors the first.
    for (const successors of [false, true]) {
      for (const statement of statements) {
        const itsTurn = (statement.claim.type === 'rekey') === successors;
        if (itsTurn && this.isNewsThatFollows(accepted, statement)) this.keep(statement);
      }
    }
  }

  /** Of statements as they travel those that this book does not hold: their signatures are yet to be verified. */
  newOf(values: readonly unknown[]): readonly unknown[] {
    const held = new Set([...this.statements, ...this.revoked.values()].map((one) => mark(one.toJSON())));
    return values.filter((value) => !held.has(mark(value)));
  }

  /**
   * Whether the key is the device's; for a key that was proven. Learns from the statements that come with it, and
   * remembers a first sight when that is allowed. Refusals: `key_not_accepted`, `key_changed`, `device_revoked`, `key_book_full`.
   */
  accept(deviceId: string, key: string, statements: readonly Statement[]): Verdict {
    this.learn(statements);
    const verdict = this.assess(deviceId, key, statements);
    if ('refused' in verdict) return verdict;
    if (verdict.trust !== 'first-sight') {
      if (this.seen.delete(deviceId)) this.changes++;
    } else if (!this.seen.has(deviceId)) {
      if (!this.hasRoomForSeen()) return { refused: identityError('key_book_full') };
      this.seen.set(deviceId, key);
      this.changes++;
    }
    return verdict;
  }

  /** An id that is made from its key is bound to it also when it is forgotten: the oldest of these makes room. */
  private hasRoomForSeen(): boolean {
    if (this.seen.size < MAX_DEVICES) return true;
    for (const [id, key] of this.seen) if (isMadeFrom(id, key)) return this.seen.delete(id);
    return false;
  }

  /** What accept() would say, without learning anything: for keys that are only claimed. */
  assess(deviceId: string, key: string, statements: readonly Statement[]): Verdict {
    const refused = (code: 'key_not_accepted' | 'key_changed' | 'device_revoked'): Verdict => ({
      refused: identityError(code, { detail: deviceId }),
    });
    if (!isDeviceId(deviceId) || parsePublicKey(key) === undefined)
      return { refused: identityError('invalid_key') };
    if (this.isRevoked(deviceId)) return refused('device_revoked');
    const accepted = this.acceptedKeys(statements);
    if (holds(accepted, deviceId, key)) {
      if (this.isSuperseded(deviceId, key)) return refused('key_changed');
      return { trust: this.pins.get(deviceId) === key ? 'pinned' : 'vouched' };
    }
    if (accepted.has(deviceId)) return refused('key_changed');
    const before = this.seen.get(deviceId);
    if (before !== undefined && before !== key) return refused('key_changed');
    if (this.firstSight === 'refuse' || contradicts(deviceId, key)) return refused('key_not_accepted');
    return { trust: 'first-sight' };
  }

  /** As it is kept in the store; the same form as that of the native devices. */
  toJSON(): object {
    return {
      version: 1,
      account: this.account,
      firstSight: this.firstSight === 'remember',
      pins: Object.fromEntries(this.pins),
      seen: Object.fromEntries(this.seen),
      statements: this.statements,
      revocations: [...this.revoked.values()],
    };
  }

  /** The book of what toJSON() gave; statements are verified again. Undefined when it is damaged. */
  static fromJSON(value: unknown): KeyBook | undefined {
    const object = asObject(value);
    if (object === undefined || integerOf(object, 'version') !== 1) return undefined;
    const account = stringOf(object, 'account', 512);
    const firstSight = booleanOf(object, 'firstSight');
    const pins = readKeys(asObject(object['pins']));
    const seen = readKeys(asObject(object['seen']));
    const statements = Statement.parseList(object['statements'], MAX_STATEMENTS);
    const revocations = Statement.parseList(object['revocations'], MAX_DEVICES);
    if (account === undefined || firstSight === undefined || pins === undefined || seen === undefined)
      return undefined;
    const book = new KeyBook(account, firstSight ? 'remember' : 'refuse');
    book.pins = pins;
    book.seen = seen;
    book.statements = [...statements];
    for (const statement of revocations) book.revoked.set(statement.claim.deviceId, statement);
    return book;
  }

  /** Whether a statement leads from the accepted keys to the one it names. */
  private follows(accepted: Accepted, statement: Statement): boolean {
    const { account, type, deviceId, publicKey } = statement.claim;
    if (account !== this.account || type === 'revoke' || this.isRevoked(deviceId)) return false;
    if (type === 'rekey') return holds(accepted, deviceId, statement.by);
    if (contradicts(deviceId, publicKey)) return false; // only its own key states another
    const pin = this.pins.get(deviceId);
    if (pin !== undefined && pin !== publicKey) return false; // only the device itself changes a pinned key
    return isSigner(accepted, statement.by);
  }

  /** What a key said before it named its successor goes on counting; from then on it says nothing for that device. */
  private isByWhoStillSpeaks(accepted: Accepted, { claim, by }: Statement): boolean {
    return [...accepted].some(
      ([deviceId, keys]) =>
        keys.has(by) &&
        (claim.type !== 'rekey' || claim.deviceId === deviceId) &&
        !this.isSuperseded(deviceId, by),
    );
  }

  private isNewsThatFollows(accepted: Accepted, statement: Statement): boolean {
    return this.follows(accepted, statement) && this.isByWhoStillSpeaks(accepted, statement);
  }

  /** One link of the chains a round, so that the order of statements does not matter. */
  private acceptedKeys(more: readonly Statement[]): Accepted {
    const accepted: Accepted = new Map([...this.pins].map(([id, key]) => [id, new Set([key])]));
    for (let length = 0; length < MAX_CHAIN; length++) {
      const found = [
        ...this.statements.filter((statement) => this.follows(accepted, statement)),
        ...more.filter((statement) => this.isNewsThatFollows(accepted, statement)),
      ].filter(({ claim }) => !holds(accepted, claim.deviceId, claim.publicKey));
      if (found.length === 0) break;
      for (const { claim } of found) {
        accepted.set(claim.deviceId, (accepted.get(claim.deviceId) ?? new Set()).add(claim.publicKey));
      }
    }
    return accepted;
  }

  /** A key that has named its successor speaks for the device no longer. */
  private isSuperseded(deviceId: string, key: string): boolean {
    return this.statements.some(
      ({ claim, by }) =>
        claim.type === 'rekey' && claim.deviceId === deviceId && by === key && claim.publicKey !== key,
    );
  }

  /** Whether it counts; then others may be accepted no more. */
  private applyRevocation(statement: Statement, accepted: Accepted): boolean {
    const { account, deviceId } = statement.claim;
    if (account !== this.account || this.isRevoked(deviceId) || this.revoked.size >= MAX_DEVICES)
      return false;
    if (!this.isByWhoStillSpeaks(accepted, statement)) return false;
    this.revoked.set(deviceId, statement);
    this.pins.delete(deviceId);
    this.seen.delete(deviceId);
    this.changes++;
    return true;
  }

  private keep(statement: Statement): void {
    if (this.statements.length >= MAX_STATEMENTS) return;
    if (this.statements.some((other) => other.sameAs(statement))) return;
    this.statements.push(statement);
    this.changes++;
  }
}
