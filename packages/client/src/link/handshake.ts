import { bindingTranscript, encodeAuth, parseAuth, type Role } from './binding.js';
import type { Bytes } from '../core/bytes.js';
import type { LinkFailure } from './errors.js';
import type { PeerTrust } from './event.js';
import {
  commonVersion,
  encodeHello,
  parseHello,
  supportedVersions,
  type Hello,
  type Limits,
} from './hello.js';

/** What the two sides must know of each other and of the connection before they can prove themselves. */
export interface HandshakeConfig {
  readonly role: Role;
  /** Device id of this side. */
  readonly deviceId: string;
  /** At most 32, each at most 64 bytes. */
  readonly features: readonly string[];
  readonly limits: Limits;
  /** 32 bytes, sha-256 of this side's DTLS certificate. */
  readonly localFingerprint: Uint8Array;
  /** 32 bytes, of the peer's, as the connection has it. */
  readonly remoteFingerprint: Uint8Array;
  /** Account id, as the signaling server's token says. */
  readonly account: string;
  /** 32 random bytes, new for each link. */
  readonly nonce: Bytes;
  /** At most 16, by which the peer can chain our key to one it pinned. */
  readonly statements: readonly unknown[];
  /** Ed25519, 32 bytes, of this device. */
  readonly publicKey: Uint8Array;
  /** Ed25519 signature (64 bytes) of the transcript by the key of this device. */
  readonly sign: (transcript: Bytes) => Uint8Array;
  /** Whether the signature of the message is by that key. */
  readonly verify: (publicKey: Bytes, message: Bytes, signature: Bytes) => boolean;
  /**
   * Whether that key belongs to that device; asked after the signature was verified. `refused` ends the link with
   * `key_untrusted`.
   */
  readonly acceptKey: (
    deviceId: string,
    publicKey: Bytes,
    statements: readonly unknown[],
  ) => PeerTrust | { readonly refused: string };
}

/** Who the peer proved to be. */
export interface Peer {
  readonly deviceId: string;
  readonly publicKey: Bytes;
  readonly trust: PeerTrust;
  readonly features: readonly string[];
}

/** HELLO and AUTH of both sides (docs/link-protocol.md, sections 3 and 4). */
export class Handshake {
  readonly #config: HandshakeConfig;
  readonly #localHello: Bytes;
  #remoteHello: Bytes | undefined;
  #hello: Hello | undefined;
  #peer: Peer | undefined;

  constructor(config: HandshakeConfig) {
    this.#config = config;
    const { deviceId: device, features, limits, nonce } = config;
    this.#localHello = encodeHello({ versions: supportedVersions, device, features, limits, nonce });
  }

  /** Payload of this side's HELLO. */
  get localHello(): Bytes {
    return this.#localHello;
  }

  /** The peer's HELLO, once it was read. */
  get hello(): Hello | undefined {
    return this.#hello;
  }

  /** The peer, once its AUTH is verified. */
  get peer(): Peer | undefined {
    return this.#peer;
  }

  /** Reads the peer's HELLO; returns what stands against it. */
  readHello(payload: Bytes): LinkFailure | undefined {
    if (this.#hello !== undefined) return { code: 'protocol_error', message: 'second HELLO' };
    const hello = parseHello(payload);
    if (!hello.ok) return hello.failure;
    if (commonVersion(supportedVersions, hello.value.versions) === undefined) {
      return { code: 'no_common_version', message: `this side speaks ${supportedVersions.join(', ')}` };
    }
    this.#hello = hello.value;
    this.#remoteHello = payload.slice();
    return undefined;
  }

  /** Payload of this side's AUTH, after the peer's HELLO was read. */
  auth(): Bytes {
    const { role, sign, publicKey, statements } = this.#config;
    return encodeAuth(sign(this.#transcript(role)), publicKey, statements);
  }

  /** Reads and verifies the peer's AUTH; returns what stands against it. */
  readAuth(payload: Bytes): LinkFailure | undefined {
    const hello = this.#hello;
    if (hello === undefined) return { code: 'protocol_error', message: 'AUTH before HELLO' };
    if (this.#peer !== undefined) return { code: 'protocol_error', message: 'second AUTH' };
    const auth = parseAuth(payload);
    if (!auth.ok) return auth.failure;
    const { publicKey, signature, statements } = auth.value;
    const { role, verify, acceptKey } = this.#config;
    const transcript = this.#transcript(role === 'offerer' ? 'answerer' : 'offerer');
    if (!verify(publicKey, transcript, signature)) {
      return { code: 'binding_mismatch', message: 'the signature of AUTH does not fit this connection' };
    }
    const trust = acceptKey(hello.device, publicKey, statements);
    if (typeof trust !== 'string') return { code: 'key_untrusted', message: trust.refused };
    this.#peer = { deviceId: hello.device, publicKey, trust, features: hello.features };
    return undefined;
  }

  #transcript(signer: Role): Bytes {
    const { role, account, localFingerprint, remoteFingerprint } = this.#config;
    const local = this.#localHello;
    const remote = this.#remoteHello ?? new Uint8Array(0);
    const offering = role === 'offerer';
    return bindingTranscript({
      role: signer,
      account,
      offererFingerprint: offering ? localFingerprint : remoteFingerprint,
      answererFingerprint: offering ? remoteFingerprint : localFingerprint,
      offererHello: offering ? local : remote,
      answererHello: offering ? remote : local,
    });
  }
}
