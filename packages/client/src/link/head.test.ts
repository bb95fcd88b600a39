import { describe, expect, it } from 'vitest';
import { utf8 } from '../core/bytes.js';
import { encodeRequestHead, encodeResponseHead, parseRequestHead, parseResponseHead } from './head.js';
import { fromHex, readVectors } from './testing/vectors.js';

interface Case {
  readonly name: string;
  readonly text?: string;
  readonly hex?: string;
  readonly fill?: { readonly text: string; readonly times: number };
  readonly head?: unknown;
}

interface Vectors {
  readonly requests: { readonly valid: readonly Case[]; readonly invalid: readonly Case[] };
  readonly answers: { readonly valid: readonly Case[]; readonly invalid: readonly Case[] };
}

const vectors = readVectors<Vectors>('heads');

function bytesOf({ text, hex, fill }: Case): Uint8Array {
  if (text === undefined) return fromHex(hex ?? '');
  return utf8(fill === undefined ? text : text.replace('%FILL%', fill.text.repeat(fill.times)));
}

describe('the head of a request', () => {
  it.each(vectors.requests.valid)('is read: $name', (example) => {
    const head = parseRequestHead(bytesOf(example));
    if (!head.ok) throw new Error(head.failure.message);
    if (example.head !== undefined) expect({ hops: [], key: '', ...head.value }).toEqual(example.head);
    const again = encodeRequestHead(head.value);
    if (again.ok) expect(parseRequestHead(again.value)).toEqual(head);
  });

  it.each(vectors.requests.invalid)('is refused: $name', (example) => {
    expect(parseRequestHead(bytesOf(example))).toMatchObject({ ok: false, failure: { code: 'bad_head' } });
  });

  it('is not written when it breaks the rules', () => {
    const head = { method: 'GET', path: '/a b', headers: [] };
    expect(encodeRequestHead(head)).toMatchObject({ ok: false, failure: { code: 'bad_head' } });
  });
});

describe('the head of an answer', () => {
  it.each(vectors.answers.valid)('is read: $name', (example) => {
    const head = parseResponseHead(bytesOf(example));
    if (!head.ok) throw new Error(head.failure.message);
    if (example.head !== undefined) expect({ info: {}, ...head.value }).toEqual(example.head);
    const again = encodeResponseHead(head.value);
    if (again.ok) expect(parseResponseHead(again.value)).toEqual(head);
  });

  it.each(vectors.answers.invalid)('is refused: $name', (example) => {
    expect(parseResponseHead(bytesOf(example))).toMatchObject({ ok: false, failure: { code: 'bad_head' } });
  });

  it('is refused with a byte order mark', () => {
    expect(parseResponseHead(utf8('\ufeff{"status":200}')).ok).toBe(false);
  });
});
