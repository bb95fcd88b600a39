import { createContext, use, type ReactNode } from 'react';
import { AbandonedAnswers } from '../chat/abandoned-answers.js';
import { answerLocks } from '../chat/answer-locks.js';
import { ChatRunner } from '../chat/chat-runner.js';
import { Conversations } from '../chat/conversations.js';
import { Account } from './account.js';
import type { ClientLike } from './client-like.js';
import { deviceStorage, type DeviceStorage } from './device-storage.js';
import { Drafts } from './drafts.js';
import { Router } from './route.js';
import { Selection } from './selection.js';
import { ServerConfigInfo } from './server-config.js';
import { ThemeSetting } from './theme.js';

/** Everything the pages work with; made once per page. */
export interface Services {
  readonly client: ClientLike;
  readonly account: Account;
  readonly conversations: Conversations;
  readonly runner: ChatRunner;
  /** By chat. */
  readonly drafts: Drafts;
  /** Of messages open for editing, by message. */
  readonly edits: Drafts;
  readonly selection: Selection;
  readonly theme: ThemeSetting;
  readonly router: Router;
  readonly server: ServerConfigInfo;
}

/** Puts the services together over a client. */
export function makeServices(client: ClientLike, storage: DeviceStorage = deviceStorage()): Services {
  const conversations = new Conversations(storage);
  const selection = new Selection(storage);
  const locks = answerLocks();
  const runner = new ChatRunner(client, conversations, locks);
  new AbandonedAnswers(conversations, runner.runs, locks);
  return {
    client,
    account: new Account(client, selection),
    conversations,
    runner,
    drafts: new Drafts(),
    edits: new Drafts(),
    selection,
    theme: new ThemeSetting(storage),
    router: new Router(),
    server: new ServerConfigInfo(),
  };
}

const Context = createContext<Services | undefined>(undefined);

/** Gives the services to the components below. */
export function ServicesProvider({
  services,
  children,
}: {
  readonly services: Services;
  readonly children: ReactNode;
}): ReactNode {
  return <Context value={services}>{children}</Context>;
}

/** The services of the page. Throws outside of the provider. */
export function useServices(): Services {
  const services = use(Context);
  if (services === undefined) throw new Error('no ServicesProvider above');
  return services;
}
