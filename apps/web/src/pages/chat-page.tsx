import { useCallback, useEffect, useState, type ReactNode } from 'react';
import { isAnsweredElsewhere } from '../chat/abandoned-answers.js';
import type { AssistantMessage, UserMessage } from '../chat/types.js';
import { Composer } from '../components/composer.js';
import { Icon } from '../components/icon.js';
import { ModelPicker } from '../components/model-picker.js';
import { useTitle } from '../components/page-heading.js';
import { SituationView } from '../components/situation-view.js';
import { useHostCommand } from '../state/host-command.js';
import { useValue } from '../state/observable.js';
import { resolve } from '../state/selection.js';
import { useServices } from '../state/services.js';
import { canAsk, situationOf, type SituationAction } from '../state/situation.js';
import { ChatLog } from './chat-log.js';
import { EmptyChat } from './empty-chat.js';

/** A chat, or the beginning of one. `covered`: by the list of chats, so that nothing of it is to be reached. */
export function ChatPage(props: {
  readonly conversationId: string | undefined;
  readonly covered: boolean;
  readonly onMenu: () => void;
}): ReactNode {
  const { conversationId, covered, onMenu } = props;
  const { account, client, conversations, drafts, runner, selection, router } = useServices();
  const view = useValue(account);
  const resolved = resolve(useValue(selection), view.hosts);
  const conversation = useValue(conversations).find(({ id }) => id === conversationId);
  const run = useValue(runner.runs).get(conversation?.id ?? '');
  const full = useValue(conversations.full);
  const [picking, setPicking] = useState(false);
  const situation = situationOf(view, resolved, useHostCommand());
  const elsewhere = conversation !== undefined && isAnsweredElsewhere(conversation, run);
  // Two tabs that write into one chat would overwrite each other's answers.
  const ready = resolved !== undefined && canAsk(situation) && !elsewhere;
  const model = resolved?.choice;
  const id = conversation?.id;

  let placeholder = ready ? `Message ${resolved.choice.modelName}` : 'Write a message';
  if (elsewhere) placeholder = 'Wait for the answer in the other tab';

  // What is written is meant for the computer that is shown meanwhile: no other takes its place by itself.
  const written = useValue(drafts).has(conversationId);
  useEffect(() => {
    if (written && model !== undefined) selection.hold(model);
  }, [written, model, selection]);

  useTitle(conversation?.title);

  const act = (action: SituationAction): void => {
    const hostId = situation?.hostId;
    if (action === 'retry-server') client.retryNow();
    else if (action === 'retry-host' && hostId !== undefined) account.retry(hostId);
    else if (action === 'refresh-models' && hostId !== undefined)
      client.refreshModels(hostId).catch(() => undefined);
    else if (action === 'pick-model') setPicking(true);
    else if (action === 'devices') router.go('#/settings');
  };
  const send = (text: string): void => {
    if (model === undefined) return;
    selection.choose(model);
    const chat = runner.send(id, text, model);
    if (chat !== id) router.go(`#/c/${chat}`);
  };
  const again = useCallback(
    (message: AssistantMessage) => {
      if (id !== undefined && model !== undefined) runner.again(id, message.id, model);
    },
    [id, model, runner],
  );
  const edit = useCallback(
    (message: UserMessage, text: string) => {
      if (id !== undefined && model !== undefined) runner.edit(id, message.id, text, model);
    },
    [id, model, runner],
  );
  return (
    <main className="chat-page" inert={covered}>
      <header className="chat-head">
        <button
          type="button"
          className="icon-button narrow-only"
          aria-label="Open the list of chats"
          aria-controls="sidebar"
          data-testid="open-sidebar"
          onClick={onMenu}
        >
          <Icon name="menu" />
        </button>
        <ModelPicker
          hosts={view.hosts}
          waiting={view.waiting}
          resolved={resolved}
          open={picking}
          onOpen={setPicking}
          onChoose={(choice) => selection.choose(choice)}
        />
        <button
          type="button"
          className="icon-button narrow-only"
          aria-label="New chat"
          title="New chat"
          onClick={() => router.go('#/')}
        >
          <Icon name="plus" />
        </button>
      </header>
      {situation !== undefined && conversation !== undefined && (
        <SituationView situation={situation} shape="line" onAction={act} />
      )}
      {full && (
        <p className="storage-note" role="alert">
          This browser has no room for what is new in your chats: it is lost with this page. Delete old chats
          to keep it.
        </p>
      )}
      {conversation === undefined ? (
        <EmptyChat situation={situation} resolved={resolved} onAction={act} onSuggest={send} />
      ) : (
        <ChatLog
          conversation={conversation}
          run={run}
          onAgain={ready ? again : undefined}
          onEdit={ready ? edit : undefined}
        />
      )}
      <div className="composer-dock">
        <Composer
          chat={conversationId}
          ready={ready}
          running={run !== undefined}
          placeholder={placeholder}
          onSend={send}
          onStop={() => id !== undefined && runner.stop(id)}
        />
        <p className="fine-print">
          Models make mistakes. Messages go straight to your computer and are kept on this device only.
        </p>
      </div>
    </main>
  );
}
