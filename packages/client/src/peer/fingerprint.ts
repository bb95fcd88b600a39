import { fromHex, type Bytes } from '../core/bytes.js';
import { peerError } from './error.js';

/**
 * The 32 bytes of the sha-256 fingerprint in a description (RFC 8122). Throws `bad_fingerprint` unless there is exactly
 * one and it is sha-256: with several, which certificate the other side really uses would be open. Pure.
 */
export function fingerprintOf(sdp: string): Bytes {
  const lines = sdp.split(/\r\n|\n/).filter((line) => line.startsWith('a=fingerprint:'));
  const [line, ...more] = lines;
  const match =
    line === undefined ? null : /^a=fingerprint:sha-256 ([0-9a-f]{2}(?::[0-9a-f]{2}){31})\s*$/i.exec(line);
  const bytes = match?.[1] === undefined ? undefined : fromHex(match[1].replaceAll(':', ''));
  if (bytes === undefined || more.length > 0)
    throw peerError('bad_fingerprint', { detail: `${lines.length} fingerprints` });
  return bytes;
}
