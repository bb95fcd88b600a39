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

/** Reads a pairing link, whole or from its `#` on. Throws `pairing_link_invalid`. */
export function parsePairingLink(text: string): PairingLink {
  const trimmed = text.trim();
  const hash = trimmed.indexOf(PREFIX);
  if (trimmed.length > MAX_LINK || hash < 0) throw pairingError('pairing_link_invalid');
  const origin = hash === 0 ? undefined : originOf(trimmed.slice(0, hash));
  const [codeText = '', secretText = '', ...rest] = trimmed.slice(hash + PREFIX.length).split('.');
  const code = fromBase64UrlExactly(codeText, 16);
  const secret = fromBase64UrlExactly(secretText, 16);
  const whole = (hash === 0 || origin !== undefined) && code !== undefined && secret !== undefined && rest.length === 0;
  if (!whole) throw pairingError('pairing_link_invalid');
  return { origin, code, codeText, secret };
}
