import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

// Style sheets are not loaded in tests, not even as text.
const css = readFileSync(`${import.meta.dirname}/tokens.css`, 'utf8');

type Tokens = ReadonlyMap<string, string>;

/** The colours of a rule of the style sheet. */
function tokensOf(selector: string): Tokens {
  const start = css.indexOf(`${selector} {`);
  const rule = css.slice(start, css.indexOf('}', start));
  return new Map(
    [...rule.matchAll(/--([\w-]+): (#[\da-f]{6});/g)].map(([, name = '', value = '']) => [name, value]),
  );
}

/** WCAG 2.2, relative luminance. */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(tokens: Tokens, ink: string, ground: string): number {
  const [light = 0, dark = 0] = [ink, ground]
    .map((name) => luminance(tokens.get(name) ?? ''))
    .sort((one, other) => other - one);
  return (light + 0.05) / (dark + 0.05);
}

const GROUNDS = ['ground', 'surface', 'sunken', 'raised'];
const PAIRS = [
  ...['ink', 'ink-soft', 'ink-faint', 'accent'].flatMap((ink) =>
    GROUNDS.map((ground) => [ink, ground] as const),
  ),
  ...['accent', 'good', 'warn', 'danger'].map((tone) => [tone, `${tone}-soft`] as const),
  ['on-accent', 'accent'] as const,
];

describe.each([
  ['light', ':root'],
  ['dark', ":root[data-theme='dark']"],
] as const)('in the %s theme', (_name, selector) => {
  it.each(PAIRS)('%s on %s can be read: at least 4.5 to 1', (ink, ground) => {
    expect(contrast(tokensOf(selector), ink, ground)).toBeGreaterThanOrEqual(4.5);
  });
});

it('has the same dark colours for a dark device as for the dark theme', () => {
  expect(tokensOf(":root:not([data-theme='light'])")).toEqual(tokensOf(":root[data-theme='dark']"));
});
