import { expect, it } from 'vitest';
import { readRoute } from './route.js';

function report(local: object, remote: object, pair: object = {}): unknown[] {
  return [
    { id: 'T', type: 'transport', selectedCandidatePairId: 'P' },
    { id: 'other', type: 'candidate-pair', nominated: true },
    {
      id: 'P',
      type: 'candidate-pair',
      localCandidateId: 'L',
      remoteCandidateId: 'R',
      currentRoundTripTime: 0.01234,
      ...pair,
    },
    { id: 'L', type: 'local-candidate', ...local },
    { id: 'R', type: 'remote-candidate', ...remote },
  ];
}

it.each([
  [
    'lan',
    { candidateType: 'host', address: '192.168.1.5' },
    { candidateType: 'host', address: '192.168.1.9' },
  ],
  ['lan', { candidateType: 'host', address: '10.0.0.5' }, { candidateType: 'prflx', address: '172.20.0.9' }],
  [
    'lan',
    { candidateType: 'host' },
    { candidateType: 'host', address: '3f1c0e9a-0000-4000-8000-000000000000.local' },
  ],
  ['lan', { candidateType: 'prflx', address: '' }, { candidateType: 'host', address: '127.0.0.1' }],
  ['direct', { candidateType: 'prflx', address: '' }, { candidateType: 'srflx', address: '203.0.113.9' }],
  ['lan', { candidateType: 'host', address: '192.0.2.5' }, { candidateType: 'host', address: '192.0.2.9' }],
  [
    'lan',
    { candidateType: 'host', address: '2001:db8:1:2::5' },
    { candidateType: 'host', address: '2001:db8:1:2::9' },
  ],
  [
    'direct',
    { candidateType: 'srflx', address: '198.51.100.5' },
    { candidateType: 'host', address: '203.0.113.9' },
  ],
  [
    'direct',
    { candidateType: 'host', address: '192.168.1.5' },
    { candidateType: 'srflx', address: '203.0.113.9' },
  ],
  [
    'direct',
    { candidateType: 'host', address: '172.15.0.1' },
    { candidateType: 'host', address: '172.32.0.1' },
  ],
  [
    'relay',
    { candidateType: 'relay', address: '192.168.1.1' },
    { candidateType: 'host', address: '192.168.1.9' },
  ],
  [
    'relay',
    { candidateType: 'host', address: '192.168.1.1' },
    { candidateType: 'relay', address: '192.168.1.9' },
  ],
] as const)('is %s between %j and %j', (route, local, remote) => {
  expect(readRoute(report(local, remote))).toEqual({ route, rttMs: 12.3 });
});

it('finds the pair where a browser names none: the selected one, else the nominated one', () => {
  const host = { candidateType: 'host', address: '127.0.0.1' };
  const [, , pair, ...ends] = report(host, host, { selected: true });
  expect(readRoute([pair, ...ends])?.route).toBe('lan');
});

it('knows nothing before there is a pair', () => {
  expect(readRoute([])).toBeUndefined();
});
