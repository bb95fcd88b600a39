import type { Links, Token, Tokens } from 'marked';

/** As long as CommonMark has them at most: a search that finds no end must not go on to that of the text. */
const LABEL = /\[((?:\\.|[^[\]\\]){1,999})\]/g;

/** The form in which labels are compared, as the parser has it. */
function normalized(label: string): string {
  return label.replace(/\s+/g, ' ').toLowerCase();
}

/** The link definitions of a text that grows, and which of its blocks wait for one. */
export class Definitions {
  /** Where labels lead, in the parser's form. */
  readonly links: Links = Object.create(null) as Links;
  private readonly waiting = new Map<string, Set<number>>();

  /** Notes that a block may refer to labels that are not defined yet. */
  mention(block: number, { type, raw }: Token): void {
    if (type === 'code' || type === 'def') return;
    for (const [, found = ''] of raw.matchAll(LABEL)) {
      const label = normalized(found);
      if (label in this.links) continue;
      const blocks = this.waiting.get(label) ?? new Set();
      this.waiting.set(label, blocks.add(block));
    }
  }

  /** Takes a definition in, of which the first one of a label counts. Returns the blocks that were waiting for it. */
  define({ tag, href, title }: Tokens.Def): Iterable<number> {
    if (tag in this.links) return [];
    this.links[tag] = { href, title };
    const blocks = this.waiting.get(tag) ?? [];
    this.waiting.delete(tag);
    return blocks;
  }
}
