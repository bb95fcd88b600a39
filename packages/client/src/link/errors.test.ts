import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { errorFromWire, errorToWire, LinkError, linkErrorCodes } from './errors.js';

describe('the error codes', () => {
  it('are those of the specification', () => {
    const page = readFileSync(new URL('../../../../docs/link-protocol.md', import.meta.url), 'utf8');
    const named = [...page.matchAll(/\| (\d+) \| ([a-z_]+) (?=\|)/g)].map(([, code, name]) => [
      Number(code),
      name,
    ]);
    expect(named).toHaveLength(linkErrorCodes.length);
    expect(new Map(named.map(([code, name]) => [code, name]))).toEqual(new Map(linkErrorCodes.entries()));
  });

  it('read as numbers and back; an unknown number reads as internal', () => {
    for (const code of linkErrorCodes) expect(errorFromWire(errorToWire(code))).toBe(code);
    expect(errorFromWire(20)).toBe('internal');
    expect(errorFromWire(2 ** 31 - 1)).toBe('internal');
  });
});

describe('LinkError', () => {
  it('is a TypeError with a code, a sentence and a detail', () => {
    const error = new LinkError('engine_failed', 'connection reset');
    expect(error).toBeInstanceOf(TypeError);
    expect([error.name, error.code, error.detail]).toEqual([
      'LinkError',
      'engine_failed',
      'connection reset',
    ]);
    expect(error.message).toBe('The model engine broke off while it answered. (connection reset)');
    expect(new LinkError('timed_out').message).not.toContain('(');
  });
});
