import { Lexer, Tokenizer, type Links, type Token, type Tokens } from 'marked';

/** How deep quotes and lists may stand in each other. What is deeper is text. */
const MAX_CONTAINERS = 12;

/** How deep quotes alone: where lines lack a `>` of theirs, the lexer reads a quote twice for each one around it. */
const MAX_QUOTES = 6;

/** How deep emphasis and links may stand in each other. */
const MAX_SPANS = 12;

/** How many characters of a paragraph may be searched for the ends of what begins in it. After that its marks are text. */
const MAX_SEARCHED = 200_000;

/** Longest label or target of a link, and longest heading that is underlined. */
const MAX_PART = 2_000;

/** Quotation marks and parentheses in a link's target: each may begin a title, which is searched for at each. */
const MAX_TITLE_MARKS = 16;

/** How much text is looked at for what may follow it; an address of mail, for one, is searched from every mark. */
const MAX_AHEAD = 300;

/** How many brackets a text may have in which links that were defined before it are looked for. */
const MAX_BRACKETS = 500;

const OPTIONS = { gfm: true, breaks: true } as const;
const URL_OR_MAIL = /^(?:https?:\/\/|ftp:\/\/|www\.|[a-z0-9._+-]{1,254}@)/i;

/**
 * The tokens of a text, for texts of any kind: a model that repeats itself writes thousands of `>` or `[a](`, over which the
 * lexer as it comes would run out of stack, or take minutes. Here nesting ends at a depth, and a search at a length; beyond
 * them marks are the text they are. `links`: the link definitions that stand before the text. Those in it are tokens, too, so that the
 * tokens together are the whole text.
 */
export function lexBounded(text: string, links: Links = {}): readonly Token[] {
  const lexer = new BoundedLexer();
  // Where there are links the lexer looks for the end of each bracket, each time from its beginning.
  if (text.split('[', MAX_BRACKETS + 1).length <= MAX_BRACKETS) Object.assign(lexer.tokens.links, links);
  return lexer.lex(text);
}

class BoundedLexer extends Lexer {
  private spans = 0;

  private readonly bounded: BoundedTokenizer;

  constructor(bounded = new BoundedTokenizer()) {
    super({ ...OPTIONS, tokenizer: bounded });
    this.bounded = bounded;
  }

  override inlineTokens(text: string, tokens: Token[] = []): Token[] {
    if (this.spans === 0) this.bounded.beginParagraph();
    if (this.spans >= MAX_SPANS) {
      tokens.push({ type: 'text', raw: text, text });
      return tokens;
    }
    this.spans++;
    try {
      return super.inlineTokens(text, tokens);
    } finally {
      this.spans--;
    }
  }
}

class BoundedTokenizer extends Tokenizer {
  private containers = 0;
  private quotes = 0;
  private searchable = MAX_SEARCHED;

  beginParagraph(): void {
    this.searchable = MAX_SEARCHED;
  }

  override blockquote(source: string): Tokens.Blockquote | undefined {
    if (this.quotes >= MAX_QUOTES) return undefined;
    this.quotes++;
    try {
      return this.contain(() => super.blockquote(source));
    } finally {
      this.quotes--;
    }
  }

  override list(source: string): Tokens.List | undefined {
    return this.contain(() => super.list(source));
  }

  /** The lexer itself passes over a definition without a token. */
  override def(source: string): Tokens.Def | undefined {
    const found = super.def(source);
    if (found !== undefined && this.containers === 0) this.lexer.tokens.push(found);
    return found;
  }

  /** Within lists this is tried at each line, and looks for its underline as far as the text goes. */
  override lheading(source: string): Tokens.Heading | undefined {
    if (source.length <= MAX_PART) return super.lheading(source);
    return super.lheading(source.slice(0, source.lastIndexOf('\n', MAX_PART) + 1));
  }

  override emStrong(source: string, masked: string, before?: string): Tokens.Em | Tokens.Strong | undefined {
    return this.search(source, '*_', () => super.emStrong(source, masked, before));
  }

  override link(source: string): Tokens.Link | Tokens.Image | undefined {
    return this.search(source, '![', () =>
      mayBeLink(source) ? super.link(source.slice(0, 3 * MAX_PART)) : undefined,
    );
  }

  override reflink(
    source: string,
    links: Parameters<Tokenizer['reflink']>[1],
  ): ReturnType<Tokenizer['reflink']> {
    return this.search(source, '![', () => super.reflink(source, links));
  }

  override del(source: string): Tokens.Del | undefined {
    return this.search(source, '~', () => super.del(source));
  }

  override codespan(source: string): Tokens.Codespan | undefined {
    return this.search(source, '`', () => super.codespan(source));
  }

  override tag(source: string): Tokens.Tag | undefined {
    return this.search(source, '<', () => super.tag(source));
  }

  override url(source: string): Tokens.Link | undefined {
    if (!URL_OR_MAIL.test(source)) return undefined;
    return this.search(source, source.charAt(0), () => super.url(firstWord(source)));
  }

  override inlineText(source: string): Tokens.Text | undefined {
    if (source.length <= MAX_AHEAD) return super.inlineText(source);
    const space = source.lastIndexOf(' ', MAX_AHEAD); // so that no address is cut
    return super.inlineText(source.slice(0, space > 0 ? space : MAX_AHEAD));
  }

  private contain<T>(read: () => T | undefined): T | undefined {
    if (this.containers >= MAX_CONTAINERS) return undefined;
    this.containers++;
    try {
      return read();
    } finally {
      this.containers--;
    }
  }

  /** Reads what begins with one of `marks`; what is searched in vain to the end of the text counts. */
  private search<T extends { readonly raw: string }>(
    source: string,
    marks: string,
    read: () => T | undefined,
  ): T | undefined {
    if (!marks.includes(source.charAt(0)) || this.searchable <= 0) return undefined;
    const found = read();
    this.searchable -= found?.raw.length ?? source.length;
    return found;
  }
}

function firstWord(source: string): string {
  return source.slice(0, MAX_PART).split(/\s/, 1)[0] ?? '';
}

/** Whether a label ends soon and is followed by a target that can be read in little time. */
function mayBeLink(source: string): boolean {
  const end = labelEnd(source, source.startsWith('!') ? 1 : 0);
  if (source.charAt(end + 1) !== '(') return false;
  const target = /^\s*(\S*)/.exec(source.slice(end + 2, end + 2 + MAX_PART))?.[1] ?? '';
  return target.length < MAX_PART && (target.match(/["'(]/g)?.length ?? 0) <= MAX_TITLE_MARKS;
}

/** Where the bracket at `start` closes; past the end when it does not. */
function labelEnd(source: string, start: number): number {
  const near = source.slice(0, MAX_PART);
  let depth = 0;
  for (let at = start; at < near.length; at++) {
    const char = near.charAt(at);
    if (char === '\\') at++;
    else if (char === '`') at = Math.max(at, near.indexOf('`', at + 1));
    else if (char === '[') depth++;
    else if (char === ']' && --depth === 0) return at;
  }
  return source.length;
}
