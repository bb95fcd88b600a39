import { memo, useEffect, useState, type ReactNode } from 'react';
import type { Run } from '../chat/chat-runner.js';
import type { LiveView } from '../chat/live-answer.js';
import type { AssistantMessage, UserMessage } from '../chat/types.js';
import { Markdown } from '../markdown/markdown.js';
import { Observable, useValue } from '../state/observable.js';
import { useServices } from '../state/services.js';
import { CopyButton } from './copy-button.js';
import { Icon } from './icon.js';
import { useFocusBack } from './use-focus-back.js';

/**
 * A message while other words are found for it. `fresh`: it was opened just now, and takes the focus. Without `onDone` it can be
 * written on, but not sent.
 */
function MessageEditor(props: {
  readonly draft: string;
  readonly fresh: boolean;
  readonly onWrite: (draft: string) => void;
  readonly onCancel: () => void;
  readonly onDone: (() => void) | undefined;
}): ReactNode {
  const { draft, fresh, onWrite, onCancel, onDone } = props;
  return (
    <article className="message user editing" aria-label="Edit your message">
      <div className="composer-grow" data-text={`${draft}\n`}>
        <textarea
          autoFocus={fresh}
          dir="auto"
          aria-label="Your message"
          value={draft}
          onChange={(event) => onWrite(event.target.value)}
        />
      </div>
      <div className="row end">
        <button type="button" className="button quiet" onClick={onCancel}>
          Cancel
        </button>
        <button type="button" className="button" disabled={onDone === undefined} onClick={onDone}>
          Ask again
        </button>
      </div>
    </article>
  );
}

/** What a person said. `answering`: an answer is coming in below. */
export const UserMessageView = memo(function UserMessageView(props: {
  readonly message: UserMessage;
  readonly answering: boolean;
  readonly onEdit: ((message: UserMessage, text: string) => void) | undefined;
}): ReactNode {
  const { message, answering, onEdit } = props;
  const { id, text } = message;
  const { edits } = useServices();
  const draft = useValue(edits).get(id);
  const [fresh, setFresh] = useState(false);
  const { opener, giveBack } = useFocusBack();
  useEffect(() => {
    // Something else was sent: an edit that has changed nothing is over, one that has is not lost.
    if (answering && edits.get().get(id) === text) edits.keep(id, undefined);
  }, [answering, edits, id, text]);
  const open = (): void => {
    setFresh(true);
    edits.keep(id, text);
  };
  if (draft !== undefined) {
    const done = (): void => {
      if (draft.trim() !== '') onEdit?.(message, draft.trim());
      edits.keep(id, undefined);
    };
    const cancel = (): void => {
      edits.keep(id, undefined);
      giveBack();
    };
    return (
      <MessageEditor
        draft={draft}
        fresh={fresh}
        onWrite={(written) => edits.keep(id, written)}
        onCancel={cancel}
        onDone={onEdit === undefined ? undefined : done}
      />
    );
  }
  return (
    <article className="message user" data-testid="message-user" aria-label="You">
      <div className="bubble" dir="auto">
        {text}
      </div>
      <div className="message-tools">
        <CopyButton text={text} label="Copy" />
        {onEdit !== undefined && (
          <button
            ref={opener}
            type="button"
            className="icon-button small"
            aria-label="Edit"
            title="Edit"
            onClick={open}
          >
            <Icon name="pencil" />
          </button>
        )}
      </div>
    </article>
  );
});

function Reasoning(props: {
  readonly text: string;
  readonly open: boolean;
  readonly growing: boolean;
}): ReactNode {
  const { text, open, growing } = props;
  if (text === '') return null;
  return (
    <details className="reasoning" open={open || undefined}>
      <summary>{open ? 'Thinking…' : 'Thoughts'}</summary>
      <Markdown text={text} growing={growing} />
    </details>
  );
}

const SLOW_MS = 5_000;

function Waiting({ queue }: { readonly queue: number | undefined }): ReactNode {
  const [slow, setSlow] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSlow(true), SLOW_MS);
    return () => clearTimeout(timer);
  }, []);
  const before = (queue ?? 0) - 1;
  let said = slow ? 'The model is being loaded or thinks; the first answer can take a while.' : '';
  if (before === 0) said = 'You are next.';
  if (before > 0) said = `${before} waiting before you.`;
  return (
    <p className="waiting" role="status" data-testid="waiting">
      <span className="dots" aria-hidden="true">
        <i />
        <i />
        <i />
      </span>
      {said === '' ? <span className="visually-hidden">Waiting for the answer</span> : <span>{said}</span>}
    </p>
  );
}

/** Nothing comes in of an answer that has ended. */
const ENDED = new Observable<LiveView | undefined>(undefined);

/**
 * What has come of an answer. The same elements while it comes in and when it has ended: what is selected in them, opened or
 * has the focus stays so.
 */
function AnswerBody({ message, run }: { readonly message: AssistantMessage; readonly run: Run | undefined }) {
  const live = useValue<LiveView | undefined>(run?.live ?? ENDED);
  const { text, reasoning = '' } = live ?? message;
  const growing = message.status === 'streaming';
  const waiting = live !== undefined && text === '' && reasoning === '';
  return (
    <>
      <Reasoning text={reasoning} open={live !== undefined && text === ''} growing={growing} />
      {waiting && <Waiting queue={live.queue} />}
      {text !== '' && <Markdown text={text} growing={growing} />}
    </>
  );
}

function statsText({ stats }: AssistantMessage): string {
  if (stats === undefined) return '';
  const speed =
    stats.tokensPerSecond === undefined
      ? ''
      : `${stats.tokensPerSecond.toFixed(stats.tokensPerSecond < 10 ? 1 : 0)} tokens/s`;
  return speed;
}

function statsTitle({ stats }: AssistantMessage): string {
  if (stats === undefined) return '';
  return `${stats.tokens} tokens, first after ${(stats.firstTokenMs / 1000).toFixed(2)} s`;
}

function FailureView(props: {
  readonly message: AssistantMessage;
  readonly onAgain: (() => void) | undefined;
}): ReactNode {
  const { message, onAgain } = props;
  const { failure } = message;
  if (failure === undefined) return null;
  const loud = failure.code === 'key_untrusted' || failure.code === 'binding_mismatch';
  return (
    <div
      className={`failure ${loud ? 'tone-danger' : 'tone-warning'}`}
      role="alert"
      data-testid="failure"
      data-code={failure.code}
    >
      <Icon name="warning" />
      <div>
        <strong>{failure.message}</strong> <span>{failure.advice}</span>
      </div>
      {onAgain !== undefined && (
        <button type="button" className="button quiet" data-testid="ask-again" onClick={onAgain}>
          Ask again
        </button>
      )}
    </div>
  );
}

const LENGTH_LIMIT = "The answer reached the model's length limit.";
const ELSEWHERE = 'This is being answered in another tab. It appears here as it comes in.';

function Note({ text }: { readonly text: string }): ReactNode {
  return (
    <p className="stopped" role="status">
      {text}
    </p>
  );
}

/** A quiet word about an answer that is not whole though nothing went wrong. */
function EndNote({
  message,
  streaming,
}: {
  readonly message: AssistantMessage;
  readonly streaming: boolean;
}): ReactNode {
  if (streaming) return null;
  if (message.status === 'stopped') return <p className="stopped">You stopped this answer.</p>;
  if (message.lengthLimit) return <Note text={LENGTH_LIMIT} />;
  if (message.status !== 'streaming') return null;
  return <Note text={ELSEWHERE} />;
}

/** What a model said, or says. */
export const AssistantMessageView = memo(function AssistantMessageView(props: {
  readonly message: AssistantMessage;
  readonly run: Run | undefined;
  readonly onAgain: ((message: AssistantMessage) => void) | undefined;
}): ReactNode {
  const { message, run, onAgain } = props;
  const { status, text, model } = message;
  const again = onAgain === undefined ? undefined : () => onAgain(message);
  const streaming = run !== undefined;
  return (
    <article
      className="message assistant"
      data-testid="message-assistant"
      data-status={streaming ? 'streaming' : status}
      aria-label={model.modelName}
      aria-busy={streaming || status === 'streaming'}
    >
      <header className="message-head">
        <span className="model-name">{model.modelName}</span>
        <span className="host-name">on {model.hostName}</span>
      </header>
      <div className="message-body" data-testid="message-text">
        <AnswerBody message={message} run={run} />
      </div>
      <EndNote message={message} streaming={streaming} />
      {!streaming && <FailureView message={message} onAgain={again} />}
      {!streaming && (
        <div className="message-tools">
          {text !== '' && <CopyButton text={text} label="Copy answer" />}
          {again !== undefined && (
            <button
              type="button"
              className="icon-button small"
              aria-label="Answer again"
              title="Answer again"
              onClick={again}
            >
              <Icon name="retry" />
            </button>
          )}
          <span className="stats" title={statsTitle(message)}>
            {statsText(message)}
          </span>
        </div>
      )}
    </article>
  );
});
