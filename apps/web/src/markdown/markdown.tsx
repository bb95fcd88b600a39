import { memo, useState, type ReactNode } from 'react';
import type { Token, Tokens } from 'marked';
import { CodeBlock } from './code-block.js';
import { directionOf } from './direction.js';
import { IncrementalMarkdown } from './incremental.js';
import { Inline } from './inline.js';
import { usePaced } from './pace.js';

/**
 * The text of a model as elements. No HTML is ever made from text: the parser's tokens become React elements, raw HTML is
 * shown as the text it is, and links lead to web addresses only. `growing`: more of it may come.
 */
export function Markdown(props: { readonly text: string; readonly growing: boolean }): ReactNode {
  const { text, growing } = props;
  // What has ended is parsed once more as a whole: a link definition at its very end counts for all of it.
  const [parsers] = useState(() => ({
    growing: new IncrementalMarkdown(),
    whole: new IncrementalMarkdown(),
  }));
  const parser = growing ? parsers.growing : parsers.whole;
  const paced = usePaced(text);
  return (
    <div className="markdown">
      {parser.update(growing ? paced : text).map(({ key, token }) => (
        <BlockView key={key} token={token} />
      ))}
    </div>
  );
}

const BlockView = memo(function BlockView({ token }: { readonly token: Token }): ReactNode {
  return block(token as Tokens.Generic);
});

function block(token: Tokens.Generic): ReactNode {
  switch (token.type) {
    case 'space':
    case 'def':
      return null;
    case 'heading':
      return heading(token as Tokens.Heading);
    case 'code':
      return <CodeBlock code={String(token['text'])} language={String(token['lang'] ?? '')} />;
    case 'blockquote':
      return <blockquote dir={directionOf(String(token['text']))}>{blocks(token.tokens)}</blockquote>;
    case 'list':
      return list(token as Tokens.List);
    case 'table':
      return table(token as Tokens.Table);
    case 'hr':
      return <hr />;
    case 'paragraph':
      return (
        <p dir="auto">
          <Inline tokens={token.tokens} />
        </p>
      );
    case 'plain': // could not be parsed
      return (
        <p className="plain" dir="auto">
          {token.raw}
        </p>
      );
    case 'text':
      return token.tokens === undefined ? <Inline tokens={[token]} /> : <Inline tokens={token.tokens} />;
    default:
      return <p dir="auto">{token.raw}</p>; // raw HTML, above all
  }
}

function blocks(tokens: readonly Token[] | undefined): ReactNode {
  return tokens?.map((token, at) => <BlockView key={at} token={token} />);
}

function heading({ depth, tokens }: Tokens.Heading): ReactNode {
  // The page has headings of its own above: an answer begins at the third level.
  const Level = (['h3', 'h4', 'h5', 'h6'] as const)[Math.min(depth, 4) - 1] ?? 'h6';
  return (
    <Level dir="auto">
      <Inline tokens={tokens} />
    </Level>
  );
}

function list({ ordered, start, items }: Tokens.List): ReactNode {
  const entries = items.map((item, at) => (
    <li key={at} className={item.task ? 'task' : undefined}>
      {item.task && <input type="checkbox" checked={item.checked === true} readOnly disabled />}
      {blocks(item.tokens)}
    </li>
  ));
  // The direction of all its items: their numbers and bullets stand on one side.
  const dir = directionOf(items.map(({ text }) => text).join('\n'));
  if (!ordered) return <ul dir={dir}>{entries}</ul>;
  return (
    <ol dir={dir} start={typeof start === 'number' ? start : 1}>
      {entries}
    </ol>
  );
}

function cell(Tag: 'th' | 'td', { tokens, align }: Tokens.TableCell, key: number): ReactNode {
  return (
    <Tag key={key} dir="auto" className={align === null ? undefined : `align-${align}`}>
      <Inline tokens={tokens} />
    </Tag>
  );
}

function table({ header, rows }: Tokens.Table): ReactNode {
  const dir = directionOf(header.map(({ text }) => text).join('\n'));
  return (
    <div className="table-scroll" role="region" aria-label="Table" tabIndex={0} dir={dir}>
      <table>
        <thead>
          <tr>{header.map((one, at) => cell('th', one, at))}</tr>
        </thead>
        <tbody>
          {rows.map((row, at) => (
            <tr key={at}>{row.map((one, column) => cell('td', one, column))}</tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
