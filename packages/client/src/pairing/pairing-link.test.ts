import { describe, expect, it } from 'vitest';
import { toBase64Url } from '../core/bytes.js';
import { identityVectors } from '../identity/testing/vectors.js';
import { parsePairingLink, readPairingLink } from './pairing-link.js';

interface LinkVectors {
  readonly valid: readonly { link: string; origin: string; code: string; secret: string }[];
  readonly invalid: readonly string[];
}

const { valid, invalid } = identityVectors('pairing_link') as LinkVectors;
const refused = expect.objectContaining({ code: 'pairing_link_invalid' }) as unknown as Error;

describe('parsePairingLink', () => {
  it.each(valid)('reads $link', ({ link, origin, code, secret }) => {
    const parsed = parsePairingLink(link);
    expect(parsed.origin).toBe(origin);
    expect(parsed.codeText).toBe(code);
    expect(toBase64Url(parsed.code)).toBe(code);
    expect(toBase64Url(parsed.secret)).toBe(secret);
  });

  it.each(invalid)('refuses %j', (text) => {
    expect(() => parsePairingLink(text)).toThrow(refused);
  });
});

describe('readPairingLink', () => {
  it('takes the fragment alone, and what was pasted with spaces around it', () => {
    const [{ link, code }] = valid as [(typeof valid)[0]];
    expect(readPairingLink(link.slice(link.indexOf('#')))).toMatchObject({
      origin: undefined,
      codeText: code,
    });
    expect(readPairingLink(` ${link}\n`).codeText).toBe(code);
  });

  it.each(['', '#pair=', 'hello', '#pair=a.b', '#other'])('refuses %j', (text) => {
    expect(() => readPairingLink(text)).toThrow(refused);
  });
});
