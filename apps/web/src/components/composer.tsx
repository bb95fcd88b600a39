import { useEffect, useRef, type KeyboardEvent, type MouseEvent, type ReactNode } from 'react';
import { useValue } from '../state/observable.js';
import { useServices } from '../state/services.js';
import { hasKeyboard } from './has-keyboard.js';
import { Icon } from './icon.js';
import { isComposing } from './input-method.js';

/**
 * Whether a click is the second of a double click. Stop and Send take each other's place: it was meant for the one that the
 * first click has replaced.
 */
function isSecondClick({ detail }: MouseEvent): boolean {
  return detail > 1;
}

/** Where a message is written. Grows with it. `chat`: whose draft it is; a change moves the focus here. */
export function Composer(props: {
  readonly chat: string | undefined;
  readonly ready: boolean;
  readonly running: boolean;
  readonly placeholder: string;
  readonly onSend: (text: string) => void;
  readonly onStop: () => void;
}): ReactNode {
  const { chat, ready, running, placeholder, onSend, onStop } = props;
  const { drafts } = useServices();
  const text = useValue(drafts).get(chat) ?? '';
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    if (hasKeyboard()) field.current?.focus({ preventScroll: true });
  }, [chat]);
  useEffect(() => {
    // What asked for this answer has vanished with its button, as the edit of a message does; or Stop has, at its end.
    if (hasKeyboard() && document.activeElement === document.body)
      field.current?.focus({ preventScroll: true });
  }, [running]);

  const sendable = ready && !running && text.trim() !== '';
  const send = (): void => {
    if (!sendable) return;
    onSend(text.trim());
    drafts.write(chat, '');
    // On a phone the keyboard would cover the answer.
    if (hasKeyboard()) field.current?.focus({ preventScroll: true });
    else field.current?.blur();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    // On a touch screen Enter makes a new line: there is a button under the thumb.
    if (event.key !== 'Enter' || event.shiftKey || isComposing(event) || !hasKeyboard()) return;
    event.preventDefault();
    send();
  };
  return (
    <form
      className="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <div className="composer-grow" data-text={`${text}\n`}>
        <textarea
          ref={field}
          dir="auto"
          data-testid="composer"
          aria-label="Message"
          rows={1}
          value={text}
          placeholder={placeholder}
          onChange={(event) => drafts.write(chat, event.target.value)}
          onKeyDown={onKeyDown}
          enterKeyHint="enter"
          autoComplete="off"
        />
      </div>
      {/* The keys make two buttons of them: one and the same would be pressed as Stop, and then submit as Send. */}
      {running ? (
        <button
          key="stop"
          type="button"
          className="round-button"
          data-testid="stop"
          onClick={(event) => {
            if (!isSecondClick(event)) onStop();
          }}
          aria-label="Stop the answer"
          title="Stop the answer"
        >
          <Icon name="stop" />
        </button>
      ) : (
        <button
          key="send"
          type="submit"
          className="round-button"
          data-testid="send"
          disabled={!sendable}
          onClick={(event) => {
            if (isSecondClick(event)) event.preventDefault();
          }}
          aria-label="Send"
          title="Send"
        >
          <Icon name="send" />
        </button>
      )}
    </form>
  );
}
