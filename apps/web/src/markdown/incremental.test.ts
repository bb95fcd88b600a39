import { describe, expect, it } from 'vitest';
import { answer } from '../testing/answer.js';
import { lexBounded } from './bounded-lexer.js';
import { IncrementalMarkdown } from './incremental.js';

function shape(parser: IncrementalMarkdown, text: string): string[] {
  return parser.update(text).map(({ token }) => `${token.type}:${token.raw.trim()}`);
}

describe('IncrementalMarkdown', () => {
  it.each([1, 3, 17])('comes to the same blocks in steps of %i characters as at once', (step) => {
    const parser = new IncrementalMarkdown();
    for (let end = 0; end < answer.length; end += step) parser.update(answer.slice(0, end));
    const grown = shape(parser, answer).filter((one) => !one.startsWith('space'));
    const whole = shape(new IncrementalMarkdown(), answer).filter((one) => !one.startsWith('space'));
    expect(grown).toEqual(whole);
  });

  it.each([
    ['numbered, with blank lines', '1. one\n\n2. two\n\n10. ten\n\nafter'],
    ['numbered with parentheses', '1) one\n\n2) two\n\n3) three'],
    ['with bullets and blank lines', '* one\n\n* two\n\n  more\n\n* three'],
    ['with items that are indented', '1. one\n\n   - inner\n\n 2. two'],
    ['followed by a number', '1. one\n\n2 more to go'],
    ['followed by a rule', '- one\n\n---\n\nafter'],
  ])('shows a list %s at each step as if it had come at once', (_what, text) => {
    const parser = new IncrementalMarkdown();
    for (let end = 1; end <= text.length; end++) {
      const grown = shape(parser, text.slice(0, end)).filter((one) => !one.startsWith('space'));
      const whole = shape(new IncrementalMarkdown(), text.slice(0, end));
      expect(grown).toEqual(whole.filter((one) => !one.startsWith('space')));
    }
  });

  it('keeps settled blocks as the objects they are', () => {
    const parser = new IncrementalMarkdown();
    const [first] = parser.update('One.\n\nTwo');
    const [again] = parser.update('One.\n\nTwo goes on');
    expect(again?.token).toBe(first?.token);
  });

  it('parses only the last block of a long answer again', () => {
    const parser = new IncrementalMarkdown();
    const long = 'A paragraph of some length.\n\n'.repeat(2_000);
    parser.update(long);
    parser.update(`${long}And`);
    parser.update(`${long}And one`);
    expect(parser.parsed).toBeLessThan(100);
  });

  it('keeps a code block with blank lines in one piece', () => {
    const parser = new IncrementalMarkdown();
    for (const text of ['```js\na\n', '```js\na\n\nb\n', '```js\na\n\nb\n```\n\nafter']) parser.update(text);
    expect(shape(parser, '```js\na\n\nb\n```\n\nafter').filter((one) => !one.startsWith('space'))).toEqual([
      'code:```js\na\n\nb\n```',
      'paragraph:after',
    ]);
  });

  it('shows what cannot be parsed as it is, and tries it once', () => {
    let tries = 0;
    const parser = new IncrementalMarkdown((text) => {
      if (!text.includes('!')) return lexBounded(text);
      tries++;
      throw new RangeError('Maximum call stack size exceeded');
    });
    parser.update('One.\n\nTwo');
    for (const text of ['One.\n\nTwo!', 'One.\n\nTwo!\n\nThree'])
      expect(shape(parser, text)).toEqual(['paragraph:One.', 'space:', `plain:${text.slice(6)}`]);
    expect(tries).toBe(1);
    expect(shape(parser, 'Other')).toEqual(['paragraph:Other']);
  });

  it('begins anew with another text', () => {
    const parser = new IncrementalMarkdown();
    parser.update('One.\n\nTwo.\n\nThree.');
    expect(shape(parser, 'Other')).toEqual(['paragraph:Other']);
  });
});
