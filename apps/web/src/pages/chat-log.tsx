import type { ReactNode } from 'react';
import type { Run } from '../chat/chat-runner.js';
import type { AssistantMessage, Conversation, Message, UserMessage } from '../chat/types.js';
import { ErrorBoundary } from '../components/error-boundary.js';
import { Icon } from '../components/icon.js';
import { AssistantMessageView, UserMessageView } from '../components/message-view.js';
import { PlainMessage } from '../components/plain-message.js';
import { useStickToBottom } from '../components/use-stick-to-bottom.js';

/** For those who do not see the answer grow. Why it is not whole is said below it. */
function announcement(run: Run | undefined, last: Message | undefined): string {
  if (run !== undefined) return 'The answer is coming in.';
  const whole = last?.role === 'assistant' && last.status === 'done' && last.lengthLimit !== true;
  return whole ? 'The answer is complete.' : '';
}

/** One message; its plain text when it cannot be drawn, so that the others stay. */
function LogMessage(props: {
  readonly message: Message;
  readonly run: Run | undefined;
  readonly answering: boolean;
  readonly onAgain: ((message: AssistantMessage) => void) | undefined;
  readonly onEdit: ((message: UserMessage, text: string) => void) | undefined;
}): ReactNode {
  const { message, run, answering, onAgain, onEdit } = props;
  const again = message.role === 'user' || onAgain === undefined ? undefined : () => onAgain(message);
  return (
    <ErrorBoundary subject={message} instead={() => <PlainMessage message={message} onAgain={again} />}>
      {message.role === 'user' ? (
        <UserMessageView message={message} answering={answering} onEdit={onEdit} />
      ) : (
        <AssistantMessageView message={message} run={run} onAgain={onAgain} />
      )}
    </ErrorBoundary>
  );
}

/** The messages of a chat; the end stays in view until the person scrolls up. */
export function ChatLog(props: {
  readonly conversation: Conversation;
  readonly run: Run | undefined;
  readonly onAgain: ((message: AssistantMessage) => void) | undefined;
  readonly onEdit: ((message: UserMessage, text: string) => void) | undefined;
}): ReactNode {
  const { conversation, run, onAgain, onEdit } = props;
  const { id, title, messages } = conversation;
  const { scroller, content, atEnd, toEnd } = useStickToBottom(
    `${id} ${messages.filter(({ role }) => role === 'user').length}`,
  );
  const last = messages.at(-1);
  return (
    <div className="log-frame">
      <div className="log" ref={scroller} tabIndex={0} role="region" aria-label={`Chat: ${title}`}>
        <div className="log-content" ref={content}>
          <h1 className="visually-hidden" tabIndex={-1}>
            {title}
          </h1>
          {messages.map((message) => (
            <LogMessage
              key={message.id}
              message={message}
              run={run?.messageId === message.id ? run : undefined}
              answering={run !== undefined}
              onAgain={run === undefined && message === last ? onAgain : undefined}
              onEdit={run === undefined ? onEdit : undefined}
            />
          ))}
        </div>
      </div>
      <p className="visually-hidden" role="status">
        {announcement(run, last)}
      </p>
      {!atEnd && (
        <button
          type="button"
          className="to-end"
          onClick={toEnd}
          aria-label="To the newest message"
          title="To the newest message"
        >
          <Icon name="arrowDown" />
        </button>
      )}
    </div>
  );
}
