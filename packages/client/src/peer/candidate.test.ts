import { expect, it } from 'vitest';
import { isUsableCandidate, withUsableCandidates } from './candidate.js';

const CANDIDATE = (address: string, port = '5000'): string =>
  `candidate:1 1 udp 2122260223 ${address} ${port} typ host generation 0`;

it.each([
  '192.168.1.5',
  '127.0.0.1',
  'fe80::1',
  '2001:db8::5',
  '::1',
  '3f1c0e9a-1234-4abc-8def-001122334455.local',
])('takes %s', (address) => {
  expect(isUsableCandidate(CANDIDATE(address))).toBe(true);
  expect(isUsableCandidate(`a=${CANDIDATE(address)}`)).toBe(true);
});

it.each(['tracker.example', 'printer.local', 'localhost', '', '1.2.3', 'ab'])(
  'leaves out the address %j',
  (address) => {
    expect(isUsableCandidate(CANDIDATE(address))).toBe(false);
  },
);

it('leaves out what is no candidate', () => {
  expect(isUsableCandidate('')).toBe(false);
  expect(isUsableCandidate('junk')).toBe(false);
  expect(isUsableCandidate(CANDIDATE('127.0.0.1', 'port'))).toBe(false);
});

it('keeps a description whole but for the candidates it must not hold', () => {
  const sdp = [
    'v=0',
    `a=${CANDIDATE('10.0.0.1')}`,
    `a=${CANDIDATE('evil.example')}`,
    `a=${CANDIDATE('10.0.0.2')}`,
    'a=x',
    '',
  ];
  expect(withUsableCandidates(sdp.join('\r\n'), 8).split('\r\n')).toEqual([
    sdp[0],
    sdp[1],
    sdp[3],
    'a=x',
    '',
  ]);
  expect(withUsableCandidates(sdp.join('\r\n'), 1).split('\r\n')).toEqual([sdp[0], sdp[1], 'a=x', '']);
});
