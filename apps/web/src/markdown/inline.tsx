import { Fragment, type ReactNode } from 'react';
import type { Token, Tokens } from 'marked';
import { decodeEntities } from './entities.js';
import { safeUrl } from './safe-url.js';

/** What stands within a line: emphasis, code, links, text. `linked`: within a link, which may hold no other. */
export function Inline(props: {
  readonly tokens: readonly Token[] | undefined;
  readonly linked?: boolean;
}): ReactNode {
  const { tokens, linked = false } = props;
  return tokens?.map((token, at) => <Fragment key={at}>{inline(token as Tokens.Generic, linked)}</Fragment>);
}

function inline(token: Tokens.Generic, linked: boolean): ReactNode {
  const href = linked || token['href'] === undefined ? undefined : safeUrl(String(token['href']));
  const inner = <Inline tokens={token.tokens} linked={linked || href !== undefined} />;
  switch (token.type) {
    case 'strong':
      return <strong>{inner}</strong>;
    case 'em':
      return <em>{inner}</em>;
    case 'del':
      return <del>{inner}</del>;
    case 'codespan':
      return <code>{String(token['text'])}</code>;
    case 'br':
      return <br />;
    case 'link':
      return <Link href={href}>{inner}</Link>;
    case 'image':
      // Loading it would tell its server that, and when, the answer was read.
      return <Link href={href}>{`Image: ${String(token['text']) || String(token['href'])}`}</Link>;
    case 'text':
      return token.tokens === undefined ? decodeEntities(String(token['text'])) : inner;
    case 'escape':
      return decodeEntities(String(token['text']));
    default:
      return token.raw; // raw HTML, above all
  }
}

function Link(props: { readonly href: string | undefined; readonly children: ReactNode }): ReactNode {
  const { href, children } = props;
  if (href === undefined) return children;
  return (
    <a href={href} target="_blank" rel="noopener noreferrer nofollow">
      {children}
    </a>
  );
}
