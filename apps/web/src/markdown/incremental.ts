import type { Links, Token, Tokens } from 'marked';
import { lexBounded } from './bounded-lexer.js';
import { Definitions } from './definitions.js';

/** A block of an answer. Its token object stays the same for as long as its text does, so that it is drawn once. */
export interface Block {
  readonly key: number;
  readonly token: Token;
}

/** What may become the next item of a list: a number without its dot, or a bullet without its space. */
const ITEM_BEGUN = /^ {0,3}(?:\d{1,9}[.)]?|[-*+])$/;

/** What may become the title of the link definition above it. */
const TITLE_BEGUN = /^\s*["'(]/;

/**
 * Markdown that grows at its end. Text before the last block is settled: only what follows is parsed again, so that the
 * work for an answer grows with its length and not with its square. A link definition counts for settled blocks as soon as it is
 * settled itself. So the last one of a text links only what is parsed together with it; and one within a list or a quote does so always.
 */
export class IncrementalMarkdown {
  private source = '';
  private settled: Block[] = [];
  private settledLength = 0;
  private blocks: readonly Block[] = [];
  private definitions = new Definitions();
  private unreadable = false;

  private readonly lex: (text: string, links: Links) => readonly Token[];

  constructor(lex: (text: string, links: Links) => readonly Token[] = lexBounded) {
    this.lex = lex;
  }

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
      this.definitions = new Definitions();
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
        return this.lex(text, this.definitions.links);
      } catch {
        this.unreadable = true;
      }
    }
    return [{ type: 'plain', raw: text }];
  }

  /** Keeps every token before those that may still grow. */
  private settle(tokens: readonly Token[]): void {
    const settling = tokens.slice(0, firstOpen(tokens));
    this.link(settling);
    for (const token of settling) {
      this.definitions.mention(this.settled.length, token);
      this.settled.push({ key: this.settled.length, token });
      this.settledLength += token.raw.length;
    }
    this.settledNow = settling.length;
  }

  /** Parses the settled blocks again that waited for a definition among `tokens`. */
  private link(tokens: readonly Token[]): void {
    const waited = new Set<number>();
    for (const token of tokens)
      if (isDefinition(token)) for (const block of this.definitions.define(token)) waited.add(block);
    for (const key of waited) {
      const token = this.settled[key]?.token;
      const [linked] = this.read(token?.raw ?? '');
      this.parsed += token?.raw.length ?? 0;
      if (linked !== undefined && linked.raw === token?.raw) this.settled[key] = { key, token: linked };
    }
  }
}

function isDefinition(token: Token | undefined): token is Tokens.Def {
  return token?.type === 'def';
}

/**
 * Where the text may still change: at the last token that is no blank line, or at the one that it may come to belong to. While the
 * line of a link definition goes on, nothing is settled that was parsed with what there is of it.
 */
function firstOpen(tokens: readonly Token[]): number {
  const last = beforeBlank(tokens, tokens.length - 1);
  const before = beforeBlank(tokens, last - 1);
  const open = mayJoin(tokens[last], tokens[before]) ? before : last;
  if (!isDefinition(tokens[open]) || tokens[open].raw.endsWith('\n')) return open;
  return tokens.findIndex((token, at) => at === open || !isDefinition(token));
}

function mayJoin(last: Token | undefined, before: Token | undefined): boolean {
  const begun = last?.raw ?? '';
  return before?.type === 'list' ? ITEM_BEGUN.test(begun) : isDefinition(before) && TITLE_BEGUN.test(begun);
}

function beforeBlank(tokens: readonly Token[], from: number): number {
  let at = Math.max(from, 0);
  while (at > 0 && tokens[at]?.type === 'space') at--;
  return at;
}
