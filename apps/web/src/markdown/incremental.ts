import type { Token } from 'marked';
import { lexBounded } from './bounded-lexer.js';

/** A block of an answer. Its token object stays the same for as long as its text does, so that it is drawn once. */
export interface Block {
  readonly key: number;
  readonly token: Token;
}

/** What may become the next item of a list: a number without its dot, or a bullet without its space. */
const ITEM_BEGUN = /^ {0,3}(?:\d{1,9}[.)]?|[-*+])$/;

/**
 * Markdown that grows at its end. Text before the last block is settled: only what follows is parsed again, so that the
 * work for an answer grows with its length and not with its square.
 */
export class IncrementalMarkdown {
  private source = '';
  private settled: Block[] = [];
  private settledLength = 0;
  private blocks: readonly Block[] = [];
  private unreadable = false;

  constructor(private readonly lex: (text: string) => readonly Token[] = lexBounded) {}

  /** Characters that were parsed in the last update. */
  parsed = 0;

  /**
   * The blocks of `text`. Cheap when it continues the text of the last call. What cannot be parsed is one block of plain
   * text, and is not tried again while it grows: this is called while the page is drawn, and must neither throw nor take long.
   */
  update(text: string): readonly Block[] {
    const source = text.replace(/\r\n?/g, '\n');
    if (source === this.source && source !== '') return this.blocks;
    if (!source.startsWith(this.source)) {
      this.settled = [];
      this.settledLength = 0;
      this.unreadable = false;
    }
    this.source = source;
    const tail = source.slice(this.settledLength);
    this.parsed = tail.length;
    const tokens = this.read(tail);
    this.settle(tokens);
    const open = tokens.slice(this.settledNow).map((token, at) => ({ key: this.settled.length + at, token }));
    this.blocks = [...this.settled, ...open];
    return this.blocks;
  }

  private settledNow = 0;

  private read(text: string): readonly Token[] {
    if (!this.unreadable) {
      try {
        return this.lex(text);
      } catch {
        this.unreadable = true;
      }
    }
    return [{ type: 'plain', raw: text }];
  }

  /** Keeps every token before those that may still grow. */
  private settle(tokens: readonly Token[]): void {
    this.settledNow = 0;
    for (const token of tokens.slice(0, firstOpen(tokens))) {
      this.settled.push({ key: this.settled.length, token });
      this.settledLength += token.raw.length;
      this.settledNow++;
    }
  }
}

/** Where the text may still change: at the last token that is no blank line, or at the list that it may come to belong to. */
function firstOpen(tokens: readonly Token[]): number {
  const last = beforeBlank(tokens, tokens.length - 1);
  if (!ITEM_BEGUN.test(tokens[last]?.raw ?? '')) return last;
  const before = beforeBlank(tokens, last - 1);
  return tokens[before]?.type === 'list' ? before : last;
}

function beforeBlank(tokens: readonly Token[], from: number): number {
  let at = Math.max(from, 0);
  while (at > 0 && tokens[at]?.type === 'space') at--;
  return at;
}
