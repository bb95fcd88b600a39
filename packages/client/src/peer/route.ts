/** How bytes travel: within the local network, directly over the internet, or through a TURN relay. */
export type PeerRoute = 'lan' | 'direct' | 'relay';

/** What the statistics of a connection tell. */
export interface RouteReport {
  readonly route: PeerRoute;
  /** Round trip in milliseconds; undefined before the first check was answered. */
  readonly rttMs: number | undefined;
}

interface Entry {
  readonly id: string;
  readonly type: string;
  readonly [name: string]: unknown;
}

const PRIVATE =
  /^(10\.|127\.|169\.254\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|\[?(::1$|f[cd]|fe80))|\.local$/i;

function selectedPair(entries: ReadonlyMap<string, Entry>): Entry | undefined {
  const all = [...entries.values()];
  const transport = all.find(
    (entry) => entry.type === 'transport' && typeof entry['selectedCandidatePairId'] === 'string',
  );
  const named =
    transport === undefined ? undefined : entries.get(String(transport['selectedCandidatePairId']));
  const pairs = all.filter((entry) => entry.type === 'candidate-pair');
  return (
    named ??
    pairs.find((pair) => pair['selected'] === true) ??
    pairs.find((pair) => pair['nominated'] === true)
  );
}

function addressOf(candidate: Entry | undefined): string {
  const address = candidate?.['address'] ?? candidate?.['ip'];
  return typeof address === 'string' ? address : '';
}

/** Browsers hide our own address, also of the prflx candidate that a host's answer turns it into. */
function isLocal(candidate: Entry | undefined): boolean {
  const address = addressOf(candidate);
  if (address !== '') return PRIVATE.test(address);
  return ['host', 'prflx'].includes(String(candidate?.['candidateType']));
}

/** The first three quarters of an IPv4 address, the first half of an IPv6 one: what neighbours share. */
function network(address: string): string {
  return address.includes(':')
    ? address.split(':').slice(0, 4).join(':')
    : address.split('.').slice(0, 3).join('.');
}

function areNeighbours(one: Entry | undefined, other: Entry | undefined): boolean {
  return addressOf(one) !== '' && network(addressOf(one)) === network(addressOf(other));
}

/** Reads what RTCPeerConnection.getStats() gave; undefined before a pair was chosen. Pure. */
export function readRoute(report: Iterable<unknown>): RouteReport | undefined {
  const entries = new Map([...report].map((entry) => [(entry as Entry).id, entry as Entry]));
  const pair = selectedPair(entries);
  if (pair === undefined) return undefined;
  const [local, remote] = [
    entries.get(String(pair['localCandidateId'])),
    entries.get(String(pair['remoteCandidateId'])),
  ];
  const relayed = [local, remote].some((candidate) => candidate?.['candidateType'] === 'relay');
  const near = (isLocal(local) && isLocal(remote)) || areNeighbours(local, remote);
  const seconds = pair['currentRoundTripTime'];
  const rttMs = typeof seconds === 'number' ? Math.round(seconds * 10_000) / 10 : undefined;
  return { route: relayed ? 'relay' : near ? 'lan' : 'direct', rttMs };
}
