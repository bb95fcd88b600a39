import { toBase64Url } from '../core/bytes.js';
import type { ClientError } from '../core/error.js';
import type { JsonObject } from '../core/json.js';
import { verifySignature, type DeviceKey } from '../identity/device-key.js';
import type { KeyTrust, Verdict } from '../identity/key-book.js';
import { Link, LinkError, wrapDataChannel, type PeerTrust } from '../link/index.js';
import type { OpenChannel } from '../peer/peer.js';
import { clientError } from './error.js';

const DISTRUST = new Set(['key_untrusted', 'binding_mismatch']);
/** Why a key is refused though nobody need be in between; every other reason is told as `key_untrusted`. */
const CALM = new Set(['key_not_accepted', 'device_revoked', 'key_book_full']);

/** What a link must know to prove itself and to judge the host. */
export interface LinkSetup {
  readonly account: string;
  readonly deviceId: string;
  readonly key: DeviceKey;
  /** About us, for the host. */
  readonly statements: readonly unknown[];
  /** Whether a proven key (base64url) is that of the host we dialled. */
  readonly accept: (deviceId: string, publicKey: string, statements: readonly unknown[]) => Verdict;
  readonly onPush: (kind: string, body: JsonObject) => void;
  /** The link is over, whoever ended it. */
  readonly onClose: (error: ClientError) => void;
}

/** A link under way: `ready` resolves when the host has proven itself. */
export interface OpeningLink {
  readonly link: Link;
  readonly ready: Promise<KeyTrust>;
}

function trustOf(verdict: Verdict): PeerTrust | { readonly refused: string } {
  if ('refused' in verdict) return { refused: verdict.refused.code };
  return verdict.trust === 'first-sight' ? 'first_seen' : verdict.trust;
}

/** `refused`: what stood against the host's key, if it was that. */
function errorOf(cause: unknown, refused: ClientError | undefined): ClientError {
  if (refused !== undefined && CALM.has(refused.code)) return refused;
  const { code, byPeer } = cause instanceof LinkError ? cause : { code: '', byPeer: false };
  if (byPeer && code === 'key_untrusted') return clientError('refused_by_host', { cause });
  const known = DISTRUST.has(code) ? 'key_untrusted' : 'link_closed';
  return clientError(known, { cause, detail: refused?.code ?? code });
}

/**
 * Starts the link protocol on a channel that has just opened. `ready` rejects with `key_untrusted` (the host proved to be another,
 * or proved nothing), `key_not_accepted`, `device_revoked`, `key_book_full`, `refused_by_host` or `link_closed`.
 */
export function openLink(open: OpenChannel, setup: LinkSetup): OpeningLink {
  const { account, deviceId, key, statements, accept, onPush, onClose } = setup;
  let refused: ClientError | undefined;
  const link = new Link(wrapDataChannel(open.channel), {
    account,
    deviceId,
    statements,
    publicKey: key.publicKey,
    localFingerprint: open.localFingerprint,
    remoteFingerprint: open.remoteFingerprint,
    peerMaxMessageSize: Math.min(open.maxMessageSize, 0x7fff_ffff),
    sign: (transcript) => key.sign(transcript),
    verify: verifySignature,
    acceptKey: (id, publicKey, shown) => {
      const verdict = accept(id, toBase64Url(publicKey), shown);
      if ('refused' in verdict) refused = verdict.refused;
      return trustOf(verdict);
    },
  });
  link.on('push', ({ kind, body }) => onPush(kind, body));
  link.on('state', (state) => {
    if (state === 'closed') onClose(errorOf(link.error, refused));
  });
  const ready = link.ready().then(
    ({ trust }): KeyTrust => (trust === 'first_seen' ? 'first-sight' : trust),
    (cause: unknown) => {
      throw errorOf(cause, refused);
    },
  );
  return { link, ready };
}
