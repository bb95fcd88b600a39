import { Fragment, type ReactNode } from 'react';
import type { Token, Tokens } from 'marked';
import { decodeEntities } from './entities.js';
import { safeUrl } from './safe-url.js';

/** What stands within a line: emphasis, code, links, text. */
export function Inline({ tokens }: { readonly tokens: readonly Token[] | undefined }): ReactNode {
  return tokens?.map((token, at) => <Fragment key={at}>{inline(token as Tokens.Generic)}</Fragment>);
}

function inline(token: Tokens.Generic): ReactNode {
  const inner = <Inline tokens={token.tokens} />;
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
      return <Link href={String(token['href'])}>{inner}</Link>;
    case 'image':
      // Loading it would tell its server that, and when, the answer was read.
      return (
        <Link href={String(token['href'])}>{`Image: ${String(token['text']) || String(token['href'])}`}</Link>
      );
    case 'text':
      return token.tokens === undefined ? decodeEntities(String(token['text'])) : inner;
    case 'escape':
      return decodeEntities(String(token['text']));
    default:
      return token.raw; // raw HTML, above all
  }
}

function Link({ href, children }: { readonly href: string; readonly children: ReactNode }): ReactNode {
  const url = safeUrl(href);
  if (url === undefined) return children;
  return (
    <a href={url} target="_blank" rel="noopener noreferrer nofollow">
      {children}
    </a>
  );
}
