import type { ReactNode } from 'react';
import { CopyButton } from '../components/copy-button.js';

/** Code with its language and a button that copies it. */
export function CodeBlock({
  code,
  language,
}: {
  readonly code: string;
  readonly language: string;
}): ReactNode {
  const name = /^[\w+#.-]{1,24}/.exec(language)?.[0] ?? '';
  return (
    <figure className="code-block" dir="ltr">
      <figcaption>
        <span>{name || 'text'}</span>
        <CopyButton text={code} label="Copy code" />
      </figcaption>
      <pre tabIndex={0}>
        <code>{code}</code>
      </pre>
    </figure>
  );
}
