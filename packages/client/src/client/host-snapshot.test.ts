import { expect, it } from 'vitest';
import { clientError } from './error.js';
import type { HostConnection } from './host-connection.js';
import { hostSnapshot, type HostParts } from './host-snapshot.js';
import { identityError } from '../identity/error.js';
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

it.each([
  ['knows better than a server that does not see it', undefined, true],
  ['has said that it does not share', false, false],
])('of a host whose link is open while its signaling is away: %s', (_name, hosting, shown) => {
  const open = connection({ trust: 'pinned', ...(hosting === undefined ? {} : { hosting }) });
  expect(snapshot({ known, connection: open })).toMatchObject({
    online: false,
    state: 'connected',
    hosting: shown,
  });
});

it('does not show trust in a host whose key nobody vouched for, whatever key the server claims', () => {
  const failed = connection({ state: 'failed', error: identityError('key_not_accepted') });
  expect(snapshot({ entry, connection: failed, trust: 'vouched' }).trust).toBe('unknown');
});

it('does not show trust in a host that could not prove itself', () => {
  const failed = connection({ state: 'failed', error: clientError('key_untrusted') });
  expect(snapshot({ entry, connection: failed, trust: 'pinned' })).toMatchObject({
    state: 'failed',
    trust: 'unknown',
  });
});
