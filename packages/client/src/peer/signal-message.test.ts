import { expect, it } from 'vitest';
import { iceUfragOf, parseSignal } from './signal-message.js';

it('reads what simple-peer sends, with our extra field', () => {
  expect(parseSignal({ type: 'offer', sdp: 'v=0' })).toEqual({ type: 'offer', sdp: 'v=0' });
  expect(parseSignal({ type: 'answer', sdp: 'v=0', link: 1, more: true })).toEqual({
    type: 'answer',
    sdp: 'v=0',
    link: 1,
  });
  expect(parseSignal({ type: 'offer', sdp: 'v=0', link: 2 })).toEqual({ type: 'offer', sdp: 'v=0' });
  const candidate = { candidate: 'candidate:1', sdpMid: '0', sdpMLineIndex: 0 };
  expect(parseSignal({ type: 'candidate', candidate })).toEqual({ type: 'candidate', candidate });
  expect(parseSignal({ candidate: { candidate: 'candidate:1' } })).toEqual({
    type: 'candidate',
    candidate: { candidate: 'candidate:1', sdpMid: null, sdpMLineIndex: null },
  });
  expect(parseSignal({ type: 'renegotiate', renegotiate: true }).type).toBe('renegotiate');
  expect(parseSignal({ type: 'transceiverRequest', transceiverRequest: { kind: 'audio' } }).type).toBe(
    'media',
  );
});

it('reads of an answer which offer it is to', () => {
  const sdp = 'v=0\r\na=ice-ufrag:aB+/\r\na=ice-pwd:secret\r\n';
  expect(iceUfragOf(sdp)).toBe('aB+/');
  expect(iceUfragOf('v=0\r\n')).toBeUndefined();
  const answer = { type: 'answer', sdp, link: 1, offerUfrag: 'abcd' };
  expect(parseSignal(answer)).toEqual(answer);
  expect(parseSignal({ ...answer, offerUfrag: 5 })).toEqual({ type: 'answer', sdp, link: 1 });
  expect(parseSignal({ ...answer, type: 'offer' })).toEqual({ type: 'offer', sdp, link: 1 });
});

it.each([
  {},
  { type: 'offer' },
  { type: 'offer', sdp: 5 },
  { type: 'offer', sdp: 'x'.repeat(40_000) },
  { type: 'pranswer', sdp: 'v=0' },
  { type: 'candidate', candidate: 'text' },
  { type: 'candidate', candidate: { candidate: 'x'.repeat(600) } },
])('refuses %j', (signal) => {
  expect(() => parseSignal(signal)).toThrow(
    expect.objectContaining({ code: 'bad_signal' }) as unknown as Error,
  );
});
