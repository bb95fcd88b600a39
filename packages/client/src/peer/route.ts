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

const PRIVATE = /^(10\.|127\.|169\.254\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|\[?(::1$|f[cd]|fe80))|\.local$/i;

function selectedPair(entries: ReadonlyMap<string, Entry>): Entry | undefined {
  const all = [...entries.values()];
  const transport = all.find((entry) => entry.type === 'transport' && typeof entry['selectedCandidatePairId'] === 'string');
  const named = transport === undefined ? undefined : entries.get(String(transport['selectedCandidatePairId']));
  const pairs = all.filter((entry) => entry.type === 'candidate-pair');
  return named ?? pairs.find((pair) => pair['selected'] === true) ?? pairs.find((pair) => pair['nominated'] === true);
}

function isLocal(candidate: Entry | undefined): boolean {
  const address = candidate?.['address'] ?? candidate?.['ip'];
  if (typeof address === 'string' && address !== '') return PRIVATE.test(address);
  return candidate?.['candidateType'] === 'host'; // browsers hide the address of some
}

/** Reads what RTCPeerConnection.getStats() gave; undefined before a pair was chosen. Pure. */
export function readRoute(report: Iterable<unknown>): RouteReport | undefined {
  const entries = new Map([...report].map((entry) => [(entry as Entry).id, entry as Entry]));
  const pair = selectedPair(entries);
  if (pair === undefined) return undefined;
  const ends = [entries.get(String(pair['localCandidateId'])), entries.get(String(pair['remoteCandidateId']))];
  const relayed = ends.some((candidate) => candidate?.['candidateType'] === 'relay');
  const seconds = pair['currentRoundTripTime'];
  const rttMs = typeof seconds === 'number' ? Math.round(seconds * 10_000) / 10 : undefined;
  return { route: relayed ? 'relay' : ends.every(isLocal) ? 'lan' : 'direct', rttMs };
}
