import type { PeerEntry } from '../signaling/peer-directory.js';
import type { HostConnection } from './host-connection.js';
import type { KnownHost } from './known-hosts.js';
import type { Host, Trust } from './types.js';

const UNPROVEN = new Set(['key_untrusted', 'key_not_accepted']);

/** Everything that is known of a host. */
export interface HostParts {
  readonly deviceId: string;
  /** As last seen. */
  readonly known: KnownHost | undefined;
  /** As the signaling server sees it now; undefined while it is offline. */
  readonly entry: PeerEntry | undefined;
  readonly connection: HostConnection | undefined;
  /** Of the key that the server claims. A proven one of the connection wins. */
  readonly trust: Trust;
}

/** One host for a page. Pure. */
export function hostSnapshot({ deviceId, known, entry, connection, trust }: HostParts): Host {
  const error = connection?.error;
  const connected = connection?.state === 'connected';
  // Over an open link it is the host that knows, and it refuses requests while it does not share: only its signaling is away.
  const hosting = (connected ? connection.hosting : undefined) ?? entry?.isHosting ?? connected;
  return {
    deviceId,
    name: entry?.name || known?.name || deviceId,
    platform: entry?.platform || known?.platform || '',
    online: entry !== undefined,
    hosting,
    trust:
      (connected ? connection.trust : undefined) ?? (UNPROVEN.has(error?.code ?? '') ? 'unknown' : trust),
    protocol: connection?.protocol ?? (entry !== undefined && !entry.link ? 'legacy' : 'link'),
    state: connection?.state ?? 'idle',
    models: connection?.catalogue?.models ?? [],
    engines: connection?.catalogue?.engines ?? [],
    catalogue: connection?.catalogue !== undefined,
    ...(entry?.generation === 1 ? { relayed: true as const } : {}),
    ...(error === undefined ? {} : { error }),
    ...(connection?.rtt === undefined ? {} : { rtt: connection.rtt }),
    ...(connection?.route === undefined ? {} : { route: connection.route }),
  };
}
