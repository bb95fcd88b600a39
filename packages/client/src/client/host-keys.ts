import { debugLog } from '../core/debug.js';
import { isClientError, type ClientError } from '../core/error.js';
import { listOf } from '../core/json.js';
import { identityError } from '../identity/error.js';
import { contradicts, type KeyBook, type Verdict } from '../identity/key-book.js';
import { Statement } from '../identity/statement.js';
import type { PeerDirectory } from '../signaling/peer-directory.js';
import type { Trust } from './types.js';

const MAX_STATEMENTS = 16;
const debug = debugLog('client');

/** A key that a host proved on a link. */
interface ProvenKey {
  readonly publicKey: string;
  /** By the host, about itself. */
  readonly shown: readonly Statement[];
}

/**
 * The keys of the hosts that are dialled, judged by the book of the account and what the server passes on: when they are proven, and
 * again whenever the book or the server says more. What it finds, its owner acts on. No I/O.
 */
export class HostKeys {
  // By the device id of a host: keys that were accepted, and such that nobody we accept had vouched for.
  private readonly accepted = new Map<string, ProvenKey>();
  private readonly unvouched = new Map<string, ProvenKey>();
  private readonly removed = new Set<string>(); // on the server's word
  private readonly verified = new WeakMap<readonly unknown[], readonly Statement[]>();
  private readonly book: () => KeyBook | undefined;
  private readonly peers: PeerDirectory;

  /** `book`: the account's, as it is now; undefined while the account is unknown. */
  constructor(book: () => KeyBook | undefined, peers: PeerDirectory) {
    this.book = book;
    this.peers = peers;
  }

  /** Judges a key that was proven on a link to the host we dialled; the book learns from the statements that came along. */
  judge(dialled: string, deviceId: string, publicKey: string, shown: readonly unknown[]): Verdict {
    const book = this.book();
    if (book === undefined || deviceId !== dialled)
      return { refused: identityError('key_changed', { detail: deviceId }) };
    const own = Statement.parseList(shown, MAX_STATEMENTS);
    const verdict = book.accept(deviceId, publicKey, [...own, ...this.told(deviceId)]);
    debug('key judged', { deviceId, trust: 'trust' in verdict ? verdict.trust : verdict.refused.code });
    this.unvouched.delete(deviceId);
    if ('trust' in verdict) this.accepted.set(deviceId, { publicKey, shown: own });
    else this.accepted.delete(deviceId);
    if ('refused' in verdict && isClientError(verdict.refused, 'key_not_accepted')) {
      // An id that is made from another key: no stranger, but somebody who poses as that device.
      if (contradicts(deviceId, publicKey))
        return { refused: identityError('key_changed', { detail: deviceId }) };
      this.unvouched.set(deviceId, { publicKey, shown: own });
    }
    return verdict;
  }

  /** Why the key that a host proved is accepted no more: who vouched for it was removed, or it has a successor. */
  refusalNow(deviceId: string): ClientError | undefined {
    const proven = this.accepted.get(deviceId);
    const verdict = proven && this.assess(deviceId, proven);
    if (verdict === undefined) return undefined;
    if ('refused' in verdict) return verdict.refused;
    const isRemoved = verdict.trust === 'first-sight' && this.removed.has(deviceId);
    return isRemoved ? identityError('device_revoked') : undefined;
  }

  /** The hosts whose key was refused for want of a statement, and is accepted now. */
  get vouchedSince(): readonly string[] {
    const isAccepted = ([deviceId, key]: [string, ProvenKey]): boolean => {
      const verdict = this.assess(deviceId, key);
      return verdict !== undefined && 'trust' in verdict;
    };
    return [...this.unvouched].filter(isAccepted).map(([deviceId]) => deviceId);
  }

  /**
   * The server says that a host was removed, by a key that nobody accepts here. Only accounts without pairing take the server's word
   * for who a device is; there it is enough to end that, too: whether the connection to it is to be closed.
   */
  removedOnServersWord(deviceId: string): boolean {
    const book = this.book();
    if (book?.firstSight !== 'remember') return false;
    this.removed.add(deviceId);
    const { publicKey, shown = [] } = this.accepted.get(deviceId) ?? {};
    // What is only claimed will do: a link that is being made ends in refusalNow() if another key is proven on it.
    const key = publicKey ?? this.peers.byDevice(deviceId)?.publicKey ?? book.pinned(deviceId);
    const verdict = key === undefined ? undefined : this.assess(deviceId, { publicKey: key, shown });
    return verdict === undefined || ('trust' in verdict && verdict.trust === 'first-sight');
  }

  /**
   * A host whose key is known and that speaks the older messages is another, or somebody in between says that it is older. One that
   * never had a key is merely old; where every device has to have one it is not spoken with either.
   */
  legacyRefusal(deviceId: string): 'key_untrusted' | 'host_legacy' | undefined {
    const book = this.book();
    if (book === undefined || book.knows(deviceId, this.told(deviceId))) return 'key_untrusted';
    return book.demandsProof(deviceId) ? 'host_legacy' : undefined;
  }

  /** What is to be shown of a device, by the key that the server says it has, if it says one, and the statements it passes on. */
  trustOf(deviceId: string, publicKey: string | undefined, statements: readonly unknown[]): Trust {
    const book = this.book();
    const key = publicKey ?? book?.pinned(deviceId);
    if (book === undefined || key === undefined) return 'unknown';
    const verdict = book.assess(deviceId, key, this.verify(statements));
    return 'trust' in verdict ? verdict.trust : 'unknown';
  }

  private assess(deviceId: string, { publicKey, shown }: ProvenKey): Verdict | undefined {
    return this.book()?.assess(deviceId, publicKey, [...shown, ...this.told(deviceId)]);
  }

  /** What the server passes on about a device, verified. */
  private told(deviceId: string): readonly Statement[] {
    return this.verify(this.peers.byDevice(deviceId)?.statements ?? []);
  }

  /** Verified once for each list the server sent: signatures take a millisecond each. */
  private verify(statements: readonly unknown[]): readonly Statement[] {
    const before = this.verified.get(statements);
    if (before !== undefined) return before;
    const verified = Statement.parseList(listOf(statements, MAX_STATEMENTS), MAX_STATEMENTS);
    this.verified.set(statements, verified);
    return verified;
  }
}
