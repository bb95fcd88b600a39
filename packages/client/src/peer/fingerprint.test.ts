import { expect, it } from 'vitest';
import { fingerprintOf } from './fingerprint.js';

const HEX = Array.from({ length: 32 }, (_, i) => i.toString(16).padStart(2, '0'));
const LINE = `a=fingerprint:sha-256 ${HEX.join(':').toUpperCase()}`;

it('reads the one sha-256 fingerprint, whatever the case and the line ends', () => {
  const bytes = Uint8Array.from({ length: 32 }, (_, i) => i);
  expect(fingerprintOf(`v=0\r\n${LINE}\r\na=setup:active\r\n`)).toEqual(bytes);
  expect(fingerprintOf(`v=0\n${LINE.toLowerCase()}\n`)).toEqual(bytes);
});

it.each([
  ['none', 'v=0\r\n'],
  ['two, even alike ones', `${LINE}\r\n${LINE}\r\n`],
  ['another hash', LINE.replace('sha-256', 'sha-512')],
  ['a second of another hash', `${LINE}\r\na=fingerprint:sha-1 ${HEX.slice(0, 20).join(':')}\r\n`],
  ['a short one', LINE.slice(0, -3)],
  ['a long one', `${LINE}:00`],
  ['one with more behind it', `${LINE} more`],
])('refuses %s', (_what, sdp) => {
  expect(() => fingerprintOf(sdp)).toThrow(
    expect.objectContaining({ code: 'bad_fingerprint' }) as unknown as Error,
  );
});
