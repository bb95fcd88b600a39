import type { ReactNode } from 'react';
import type { Message } from '../chat/types.js';
import { CopyButton } from './copy-button.js';
import { Icon } from './icon.js';

/** A message that cannot be drawn as it should be: its text, and a way on. */
export function PlainMessage(props: {
  readonly message: Message;
  readonly onAgain: (() => void) | undefined;
}): ReactNode {
  const { message, onAgain } = props;
  const mine = message.role === 'user';
  return (
    <article
      className={`message ${message.role}`}
      data-testid="message-plain"
      aria-label={mine ? 'You' : 'Answer'}
    >
      <div className={mine ? 'bubble' : 'message-body markdown'}>
        <p className="plain" dir="auto">
          {message.text}
        </p>
      </div>
      <div className="failure tone-warning" role="status">
        <Icon name="warning" />
        <div>This message cannot be shown as it should be. This is its text.</div>
        {onAgain !== undefined && (
          <button type="button" className="button quiet" onClick={onAgain}>
            Ask again
          </button>
        )}
      </div>
      <div className="message-tools">
        <CopyButton text={message.text} label="Copy" />
      </div>
    </article>
  );
}
