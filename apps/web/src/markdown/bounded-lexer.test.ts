import { Lexer, type Token, type Tokens } from 'marked';
import { describe, expect, it } from 'vitest';
import { answer } from '../testing/answer.js';
import { lexBounded } from './bounded-lexer.js';
import { IncrementalMarkdown } from './incremental.js';

/** What models write that have lost their way, and what takes a parser longest; with how often. */
const LOOPS: readonly (readonly [unit: string, times: number])[] = [
  ['>', 20_000],
  ['> ', 20_000],
  ['1. ', 10_000],
  ['- ', 10_000],
  ['* ', 10_000],
  ['+ ', 10_000],
  ['> - ', 10_000],
  ['- [ ] ', 10_000],
  ['[', 20_000],
  ['![', 20_000],
  ['[a](', 1_500],
  ['*', 20_000],
  ['_', 20_000],
  ['*a ', 10_000],
  ['**a ', 10_000],
  ['***a ', 10_000],
  ['_a ', 10_000],
  ['*a **b ', 5_000],
  ['*a _b ', 10_000],
  ['~a ', 20_000],
  ['`', 20_000],
  ['`a', 20_000],
  ['<a b="', 10_000],
  ['!', 100_000],
  ['a_', 40_000],
  ['_www.', 20_000],
  ['a.', 20_000],
  ['word', 20_000],
  ['\n', 20_000],
  ['- a\n', 10_000],
  ['|a', 20_000],
  ['\\[', 20_000],
  ['[a]: b\n', 5_000],
];

const MOST_MS = 2_000; // the slowest takes a tenth of it

/** Processor time in milliseconds: what else the machine does is not the lexer's fault. */
function took(work: () => void): number {
  const began = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(began);
  return (user + system) / 1000;
}

function depthOf(tokens: readonly Token[]): number {
  return tokens.reduce((most, token) => {
    const items = (token as Tokens.List).items?.flatMap((item) => item.tokens) ?? [];
    const inner = [...((token as Tokens.Generic).tokens ?? []), ...items];
    return Math.max(most, inner.length === 0 ? 1 : 1 + depthOf(inner));
  }, 0);
}

describe('lexBounded', () => {
  it.each(LOOPS)('reads %j, %i times, in little time and without running out of stack', (unit, times) => {
    const text = unit.repeat(times);
    let tokens: readonly Token[] = [];
    expect(took(() => void (tokens = lexBounded(text)))).toBeLessThan(MOST_MS);
    expect(tokens.map(({ raw }) => raw).join('').length).toBeGreaterThan(0);
    expect(depthOf(tokens)).toBeLessThan(40);
  });

  it.each([
    ['quotes whose lines have one mark less each', (at: number) => `${'>'.repeat(40 - at)} a`],
    ['lists within lists', (at: number) => `${'  '.repeat(at)}- a`],
    ['quotes and lists by turns', (at: number) => `${'> - '.repeat(40 - at)}a`],
  ])('reads %s', (_what, line) => {
    const text = Array.from({ length: 40 }, (_, at) => line(at)).join('\n');
    expect(took(() => lexBounded(text))).toBeLessThan(MOST_MS);
  });

  it.each(['*', '_', '**', '~~', '['])('keeps an end to what stands within %s', (mark) => {
    const text = `${mark}a `.repeat(5_000) + (mark === '[' ? '](b) ' : ` ${mark}`).repeat(5_000);
    expect(took(() => lexBounded(text))).toBeLessThan(MOST_MS);
  });

  it('reads an item of a list that has many lines', () => {
    expect(took(() => lexBounded('- a\n' + '  b\n'.repeat(30_000)))).toBeLessThan(MOST_MS);
  });

  it.each([
    answer,
    '> > > quoted\n> > less\n> least\nlazy\n\n1. a\n   - b\n     1. *c **d ~~e [f](g "h") ~~** i*',
    'Under it\n===\n\n[a][1] ![b](<c d> (e)) www.example.org a@example.org `` ` `` <b>x</b>\n\n[1]: https://example.org',
    `${'A paragraph that is long, with https://example.org/a_b in it and a@b.org. '.repeat(30)}`,
  ])('reads ordinary text as the lexer does', (text) => {
    const lexed = lexBounded(text);
    const shown = lexed.filter(({ type }) => type !== 'def');
    expect(shown).toEqual([...new Lexer({ gfm: true, breaks: true }).lex(text)]);
    expect(lexed.map(({ raw }) => raw).join('')).toHaveLength(text.length);
  });
});

describe('an answer that is a loop', () => {
  it.each([
    ...['>', '1. ', '!', '**a ', '- a\n', '\\[', '[a]: b\n', '[a]\n\n'].map((unit) => ['', unit] as const),
    ['[a]: b\n\n', '\\['] as const,
  ])('behind %j can be followed while it grows by %j', (before, unit) => {
    const text = before + unit.repeat(20_000 / unit.length);
    const parser = new IncrementalMarkdown();
    const spent = took(() => {
      for (let end = 0; end <= text.length; end += 500) parser.update(text.slice(0, end));
    });
    expect(spent).toBeLessThan(2 * MOST_MS);
  });
});
