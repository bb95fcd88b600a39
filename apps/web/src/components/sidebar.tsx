import { memo, useCallback, useMemo, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import { flushSync } from 'react-dom';
import { isAnsweredElsewhere } from '../chat/abandoned-answers.js';
import { askedAt, searchConversations } from '../chat/conversations.js';
import type { Conversation } from '../chat/types.js';
import { useValue } from '../state/observable.js';
import { useServices } from '../state/services.js';
import { Icon, Logo } from './icon.js';
import { ageGroup } from './age-group.js';
import { isComposing } from './input-method.js';
import { useDrawer } from './use-drawer.js';
import { useFocusBack } from './use-focus-back.js';

/** How many chats are drawn, and how many more each time: thousands would make the page slow. */
const SHOWN_AT_ONCE = 200;

/** The chats of this device. On a narrow screen it slides over the page. */
export function Sidebar(props: { readonly open: boolean; readonly onClose: () => void }): ReactNode {
  const { open, onClose } = props;
  const { conversations, router } = useServices();
  const all = useValue(conversations);
  const [search, setSearch] = useState('');
  const found = useMemo(() => searchConversations(all, search), [all, search]);
  const closer = useRef<HTMLButtonElement>(null);
  const beginner = useRef<HTMLButtonElement>(null);
  useDrawer(open, closer, onClose);
  const go = useCallback(
    (hash: string): void => {
      router.go(hash);
      onClose();
    },
    [router, onClose],
  );
  const onOpen = useCallback((id: string) => go(`#/c/${id}`), [go]);
  const onRemoved = useCallback(() => beginner.current?.focus({ preventScroll: true }), []);
  return (
    <>
      {open && (
        <button
          type="button"
          className="backdrop sidebar-backdrop"
          aria-label="Close the list of chats"
          tabIndex={-1}
          onClick={onClose}
        />
      )}
      <aside className={open ? 'sidebar open' : 'sidebar'} id="sidebar" aria-label="Chats">
        <div className="sidebar-head">
          <span className="wordmark">
            <Logo /> Pantheon
          </span>
          <button
            ref={closer}
            type="button"
            className="icon-button narrow-only"
            aria-label="Close"
            onClick={onClose}
          >
            <Icon name="close" />
          </button>
        </div>
        <button ref={beginner} type="button" className="button new-chat" onClick={() => go('#/')}>
          <Icon name="plus" /> New chat
        </button>
        {all.length > 0 && (
          <label className="search">
            <Icon name="search" />
            <input
              type="text"
              inputMode="search"
              aria-label="Search chats"
              placeholder="Search chats"
              value={search}
              onChange={(event) => setSearch(event.target.value)}
            />
          </label>
        )}
        <nav className="chat-list" aria-label="Earlier chats">
          <ChatEntries found={found} onOpen={onOpen} onRemoved={onRemoved} />
          {all.length === 0 && (
            <p className="hint">Your chats will be listed here. They stay on this device.</p>
          )}
          {all.length > 0 && found.length === 0 && <p className="hint">No chat has these words.</p>}
        </nav>
        <button
          type="button"
          className="sidebar-settings"
          data-testid="open-settings"
          onClick={() => go('#/settings')}
        >
          <Icon name="settings" /> Devices and settings
        </button>
      </aside>
    </>
  );
}

/** Both are to stay the same from one drawing to the next. */
interface EntryActions {
  readonly onOpen: (id: string) => void;
  /** The buttons of an entry are about to go: the focus needs another place. */
  readonly onRemoved: () => void;
}

/** The first of the chats, under their ages, and the way to more of them. */
function ChatEntries(props: EntryActions & { readonly found: readonly Conversation[] }): ReactNode {
  const { found, onOpen, onRemoved } = props;
  const { router, runner } = useServices();
  const route = useValue(router);
  const runs = useValue(runner.runs);
  const [shown, setShown] = useState(SHOWN_AT_ONCE);
  const list = useRef<HTMLDivElement>(null);
  const showMore = (): void => {
    flushSync(() => setShown(shown + SHOWN_AT_ONCE));
    list.current?.querySelectorAll<HTMLElement>('.chat-open')[shown]?.focus(); // the button may have gone
  };
  return (
    <div ref={list}>
      {found.slice(0, shown).map((conversation, at) => {
        const age = ageGroup(askedAt(conversation));
        const previous = found[at - 1];
        const first = previous === undefined || ageGroup(askedAt(previous)) !== age;
        const { id } = conversation;
        const run = runs.get(id);
        return (
          <div key={id}>
            {first && <h2 className="chat-age">{age}</h2>}
            <ChatEntry
              conversation={conversation}
              current={route.page === 'chat' && route.conversation === id}
              running={run !== undefined || isAnsweredElsewhere(conversation, run)}
              onOpen={onOpen}
              onRemoved={onRemoved}
            />
          </div>
        );
      })}
      {found.length > shown && (
        <button type="button" className="button small quiet" onClick={showMore}>
          Show more
        </button>
      )}
    </div>
  );
}

/** One chat. Drawn again only when it changes: every answer that is being stored has the whole list drawn each two seconds. */
const ChatEntry = memo(function ChatEntry({
  conversation,
  current,
  running,
  onOpen,
  onRemoved,
}: EntryActions & {
  readonly conversation: Conversation;
  readonly current: boolean;
  readonly running: boolean;
}): ReactNode {
  const { conversations, router } = useServices();
  const [mode, setMode] = useState<'rename' | 'delete' | undefined>();
  const renamer = useFocusBack();
  const remover = useFocusBack();
  const { id, title } = conversation;
  const remove = (): void => {
    onRemoved();
    conversations.remove(id);
    if (current) router.go('#/');
  };
  if (mode === 'rename') {
    return (
      <RenameField
        title={title}
        onDone={(name, byKey) => {
          if (byKey) renamer.giveBack();
          if (name !== undefined) conversations.rename(id, name);
          setMode(undefined);
        }}
      />
    );
  }
  if (mode === 'delete') {
    return (
      <div className="chat-entry confirm" role="group" aria-label={`Delete ${title}?`}>
        <span>Delete this chat?</span>
        <button type="button" className="button small danger" autoFocus onClick={remove}>
          Delete
        </button>
        <button
          type="button"
          className="button small quiet"
          onClick={() => {
            setMode(undefined);
            remover.giveBack();
          }}
        >
          Keep
        </button>
      </div>
    );
  }
  return (
    <div className={current ? 'chat-entry current' : 'chat-entry'}>
      <button
        type="button"
        className="chat-open"
        aria-current={current ? 'page' : undefined}
        onClick={() => onOpen(id)}
      >
        {running && <span className="dot busy" aria-label="Answering" />}
        <span dir="auto">{title}</span>
      </button>
      <span className="chat-tools">
        <button
          ref={renamer.opener}
          type="button"
          className="icon-button small"
          aria-label={`Rename ${title}`}
          title="Rename"
          onClick={() => setMode('rename')}
        >
          <Icon name="pencil" />
        </button>
        <button
          ref={remover.opener}
          type="button"
          className="icon-button small"
          aria-label={`Delete ${title}`}
          title="Delete"
          onClick={() => setMode('delete')}
        >
          <Icon name="trash" />
        </button>
      </span>
    </div>
  );
});

function RenameField({
  title,
  onDone,
}: {
  readonly title: string;
  /** `byKey`: the focus has not gone elsewhere. */
  readonly onDone: (name: string | undefined, byKey: boolean) => void;
}): ReactNode {
  const [name, setName] = useState(title);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' && event.key !== 'Escape') return;
    event.stopPropagation();
    if (isComposing(event)) return;
    event.preventDefault(); // or Enter would press the button that gets the focus
    onDone(event.key === 'Enter' ? name : undefined, true);
  };
  return (
    <div className="chat-entry">
      <input
        type="text"
        className="rename"
        dir="auto"
        autoFocus
        aria-label="Name of the chat"
        value={name}
        onChange={(event) => setName(event.target.value)}
        onKeyDown={onKeyDown}
        onBlur={() => onDone(name, false)}
      />
    </div>
  );
}
