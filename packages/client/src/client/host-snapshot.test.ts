import { expect, it } from 'vitest';
import { clientError } from './error.js';
import type { HostConnection } from './host-connection.js';
import { hostSnapshot, type HostParts } from './host-snapshot.js';
import { parsePeerEntry } from '../signaling/peer-directory.js';

const known = { deviceId: 'd', name: 'Study', platform: 'linux' };
const entry = parsePeerEntry({ socketId: 's', deviceId: 'd', isHosting: true, link: true });

function snapshot(more: Partial<HostParts>): ReturnType<typeof hostSnapshot> {
  return hostSnapshot({
    deviceId: 'd',
    known: undefined,
    entry: undefined,
    connection: undefined,
    trust: 'unknown',
    ...more,
  });
}

function connection(more: Partial<HostConnection>): HostConnection {
  return { state: 'connected', ...more } as HostConnection;
}

it('names a host that is offline as it was last seen', () => {
  expect(snapshot({ known, trust: 'pinned' })).toEqual({
    deviceId: 'd',
    name: 'Study',
    platform: 'linux',
    online: false,
    hosting: false,
    trust: 'pinned',
    protocol: 'link',
    state: 'idle',
    models: [],
    engines: [],
    catalogue: false,
  });
});

it('falls back to the id for a name, and shows presence', () => {
  expect(snapshot({ entry })).toMatchObject({ name: 'd', online: true, hosting: true });
});

it('takes the proven trust and the word of a connected host over those of the server', () => {
  const proven = connection({
    trust: 'vouched',
    hosting: false,
    rtt: 3,
    route: 'lan',
    catalogue: { models: [], engines: [] },
  });
  expect(snapshot({ entry, connection: proven, trust: 'first-sight' })).toMatchObject({
    trust: 'vouched',
    hosting: false,
    catalogue: true,
    rtt: 3,
    route: 'lan',
  });
});

it('does not show trust in a host that could not prove itself', () => {
  const failed = connection({ state: 'failed', error: clientError('key_untrusted') });
  expect(snapshot({ entry, connection: failed, trust: 'pinned' })).toMatchObject({
    state: 'failed',
    trust: 'unknown',
  });
});
