import { Lexer, type Token } from 'marked';

/** A block of an answer. Its token object stays the same for as long as its text does, so that it is drawn once. */
export interface Block {
  readonly key: number;
  readonly token: Token;
}

const OPTIONS = { gfm: true, breaks: true } as const;

/**
 * Markdown that grows at its end. Text before the last block is settled: only what follows is parsed again, so that the
 * work for an answer grows with its length and not with its square.
 */
export class IncrementalMarkdown {
  private source = '';
  private settled: Block[] = [];
  private settledLength = 0;
  private blocks: readonly Block[] = [];

  /** Characters that were parsed in the last update. */
  parsed = 0;

  /** The blocks of `text`. Cheap when it continues the text of the last call. */
  update(text: string): readonly Block[] {
    const source = text.replace(/\r\n?/g, '\n');
    if (source === this.source && source !== '') return this.blocks;
    if (!source.startsWith(this.source)) {
      this.settled = [];
      this.settledLength = 0;
    }
    this.source = source;
    const tail = source.slice(this.settledLength);
    this.parsed = tail.length;
    const tokens = new Lexer(OPTIONS).lex(tail);
    this.settle(tokens);
    const open = tokens.slice(this.settledNow).map((token, at) => ({ key: this.settled.length + at, token }));
    this.blocks = [...this.settled, ...open];
    return this.blocks;
  }

  private settledNow = 0;

  /** Keeps every token before the last one that is not a blank line; that one may still grow. */
  private settle(tokens: readonly Token[]): void {
    this.settledNow = 0;
    let last = tokens.length - 1;
    while (last > 0 && tokens[last]?.type === 'space') last--;
    for (const token of tokens.slice(0, Math.max(last, 0))) {
      this.settled.push({ key: this.settled.length, token });
      this.settledLength += token.raw.length;
      this.settledNow++;
    }
  }
}
