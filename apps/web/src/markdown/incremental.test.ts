import { describe, expect, it } from 'vitest';
import { answer } from '../testing/answer.js';
import { lexBounded } from './bounded-lexer.js';
import { IncrementalMarkdown } from './incremental.js';

function shape(parser: IncrementalMarkdown, text: string): string[] {
  return parser.update(text).map(({ token }) => `${token.type}:${token.raw.trim()}`);
}

/** The blocks while a text comes character by character, and as they were if each beginning of it had come at once. */
function eachStep(text: string): readonly { readonly grown: string[]; readonly whole: string[] }[] {
  const parser = new IncrementalMarkdown();
  const seen = (one: IncrementalMarkdown, begun: string): string[] =>
    shape(one, begun).filter((block) => !block.startsWith('space'));
  return Array.from(text, (_char, at) => {
    const begun = text.slice(0, at + 1);
    return { grown: seen(parser, begun), whole: seen(new IncrementalMarkdown(), begun) };
  });
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
    for (const { grown, whole } of eachStep(text)) expect(grown).toEqual(whole);
  });

  it.each([
    [
      'between paragraphs',
      'See [the page][1].\n\n[1]: https://example.org/page\n\nFirst after it.\n\nSecond after it.\n\nThird after it.',
    ],
    ['at the beginning', '[1]: https://example.org/page\nAfter it.\n\nSecond after it.'],
    [
      'one below the other',
      'See.\n\n[1]: https://example.org/1\n[2]: <https://example.org/2>\n\nAfter.\n\nSecond.',
    ],
    [
      'with a title on its next line',
      'See.\n\n[1]: https://example.org/page\n  "The page"\n\nAfter.\n\nSecond.',
    ],
    ['followed by a quotation', 'See.\n\n[1]: https://example.org/page\n"So," he said.\n\nAfter.\n\nSecond.'],
    ['that is none', 'See.\n\n[1]: https://example.org/page, the page.\n\nAfter.\n\nSecond.'],
    ['in a list', '- one\n\n  [1]: https://example.org/page\n\n- two\n\nAfter.\n\nSecond.'],
  ])('shows a text with a link definition %s at each step as if it had come at once', (_what, text) => {
    for (const { grown, whole } of eachStep(text)) expect(grown).toEqual(whole);
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

  it.each([
    [
      'a link definition at the beginning',
      '[1]: https://example.org/page\n\n',
      'A paragraph of some length.\n\n',
    ],
    ['link definitions alone', '', '[1]: https://example.org/page\n'],
  ])('parses only the last block again of a long answer with %s', (_what, first, more) => {
    const parser = new IncrementalMarkdown();
    for (let text = first; text.length < 20_000; text += more) {
      parser.update(text);
      expect(parser.parsed).toBeLessThan(200);
    }
  });

  it.each([
    ['above it', 'See [the page][1].\n\nMore.\n\n[1]: https://example.org/page\n\nAfter.'],
    ['above it, in a list', '- [A  Page]\n- two\n\nMore.\n\n[a page]: https://example.org/page\n\nAfter.'],
    ['below it', '[1]: https://example.org/page\n\nMore.\n\nSee [the page][1].\n\nAfter.'],
    ['that another would change', '[1]: https://example.org/page\n\n[1]: /other\n\nSee [1].\n\nAfter.'],
  ])('links what stands %s to what a definition says', (_what, text) => {
    const parser = new IncrementalMarkdown();
    for (let end = 1; end < text.length; end++) parser.update(text.slice(0, end));
    const tokens = (one: IncrementalMarkdown): unknown => one.update(text).map(({ token }) => token);
    expect(tokens(parser)).toEqual(tokens(new IncrementalMarkdown()));
    expect(JSON.stringify(tokens(parser))).toContain('"href":"https://example.org/page"');
  });

  it('links nothing for good to a definition that has only begun', () => {
    const parser = new IncrementalMarkdown();
    const [more, text] = ['See [1].\n\n[1]: https://exa', 'See [1].\n\n[1]: https://example.org, the page.'];
    parser.update(more);
    expect(JSON.stringify(parser.update(text)[0]?.token)).not.toContain('href');
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
