import { useEffect, useState, type ReactNode } from 'react';
import { copyText } from '../state/clipboard.js';
import { Icon } from './icon.js';

const SHOWN_MS = 1_800;

/** A button that copies a text, and says for a moment that it did. */
export function CopyButton({ text, label }: { readonly text: string; readonly label: string }): ReactNode {
  const [result, setResult] = useState<'copied' | 'failed' | undefined>();
  useEffect(() => {
    if (result === undefined) return undefined;
    const timer = setTimeout(() => setResult(undefined), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [result]);
  const copy = async (): Promise<void> => setResult((await copyText(text)) ? 'copied' : 'failed');
  const said = result === 'copied' ? 'Copied' : result === 'failed' ? 'Copying is blocked' : label;
  return (
    <button
      type="button"
      className="icon-button small"
      onClick={() => void copy()}
      aria-label={said}
      title={said}
    >
      <Icon name={result === 'copied' ? 'check' : result === 'failed' ? 'close' : 'copy'} />
      <span className="visually-hidden" role="status">
        {result === undefined ? '' : said}
      </span>
    </button>
  );
}
