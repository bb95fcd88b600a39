import { fromBase64UrlExactly, type Bytes } from '../core/bytes.js';
import { pairingError } from './error.js';

const MAX_LINK = 512;
const PREFIX = '#pair=';

/** What a pairing link carries: `<origin>/#pair=<code>.<secret>`. */
export interface PairingLink {
  /** `http(s)://host[:port]`; undefined when only the fragment was given. */
  readonly origin: string | undefined;
  /** 16 bytes for the server: finds the voucher, used once. */
  readonly code: Bytes;
  readonly codeText: string;
  /** 16 bytes for the two devices: the server never sees them. */
  readonly secret: Bytes;
}

function originOf(text: string): string | undefined {
  if (!/^https?:\/\/[^/?#@\s]+\/$/i.test(text)) return undefined;
  try {
    return new URL(text).origin;
  } catch {
    return undefined;
  }
}

/** Reads a whole pairing link, exactly as it was made. Throws `pairing_link_invalid`. */
export function parsePairingLink(text: string): PairingLink {
  const hash = text.indexOf(PREFIX);
  const origin = text.length > MAX_LINK || hash < 0 ? undefined : originOf(text.slice(0, hash));
  if (origin === undefined) throw pairingError('pairing_link_invalid');
  return { ...parseFragment(text.slice(hash)), origin };
}

/** Reads what a person pasted, or a page finds in `location`: a whole link, or only its `#pair=...`. Throws `pairing_link_invalid`. */
export function readPairingLink(text: string): PairingLink {
  const trimmed = text.trim();
  return trimmed.startsWith(PREFIX) ? parseFragment(trimmed) : parsePairingLink(trimmed);
}

function parseFragment(fragment: string): PairingLink {
  const [codeText = '', secretText = '', ...rest] = fragment.slice(PREFIX.length).split('.');
  const code = fromBase64UrlExactly(codeText, 16);
  const secret = fromBase64UrlExactly(secretText, 16);
  if (code === undefined || secret === undefined || rest.length > 0)
    throw pairingError('pairing_link_invalid');
  return { origin: undefined, code, codeText, secret };
}
