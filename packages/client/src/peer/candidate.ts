/** Most candidates that are taken from one peer. */
export const MAX_CANDIDATES = 32;

const IPV4 = /^\d{1,3}(\.\d{1,3}){3}$/;
const IPV6 = /^[0-9a-f:.]*:[0-9a-f:.]*$/i;
const MDNS = /^[0-9a-f-]{36}\.local$/i;

/**
 * Whether a candidate (with or without `a=`) may be used: its address is an IP literal or an mDNS name as browsers make
 * them. Any other name would have us ask a DNS server for whatever the peer likes. Pure.
 */
export function isUsableCandidate(attribute: string): boolean {
  const words = attribute.replace(/^a=/, '').split(' ');
  const [foundation = '', , , , address = '', port = ''] = words;
  if (!foundation.startsWith('candidate:') || !/^\d{1,5}$/.test(port)) return false;
  return IPV4.test(address) || IPV6.test(address) || MDNS.test(address);
}

/** A description with only those of its candidates that may be used, at most `limit`. Pure. */
export function withUsableCandidates(sdp: string, limit: number): string {
  let taken = 0;
  return sdp
    .split(/\r\n|\n/)
    .filter((line) => !line.startsWith('a=candidate:') || (isUsableCandidate(line) && taken++ < limit))
    .join('\r\n');
}
