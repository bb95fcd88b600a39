import type { ClientLike } from '../state/client-like.js';
import { Observable } from '../state/observable.js';
import type { Choice } from '../state/selection.js';
import { answerLocks, type AnswerLocks } from './answer-locks.js';
import { ask, AnswerFailed } from './ask.js';
import type { Conversations } from './conversations.js';
import { failureOf, failureOfError } from './failures.js';
import { newId } from './ids.js';
import { LiveAnswer } from './live-answer.js';
import type { AssistantMessage, Message, UserMessage } from './types.js';

/** An answer that is under way. */
export interface Run {
  readonly conversationId: string;
  readonly messageId: string;
  readonly live: LiveAnswer;
  /** Ends it at once; the engine stops, too. */
  readonly stop: () => void;
  /** The same, because the page goes away. */
  readonly leave: () => void;
}

const SAVE_MS = 2_000;
const PAGE_CLOSED = new Error('the page is closed');

/** Asks models and writes their answers into the chats. One answer at a time per chat; they go on while another chat is shown. */
export class ChatRunner {
  /** The runs under way by the id of their chat. */
  readonly runs = new Observable<ReadonlyMap<string, Run>>(new Map());

  private readonly client: ClientLike;
  private readonly conversations: Conversations;
  private readonly locks: AnswerLocks;

  constructor(client: ClientLike, conversations: Conversations, locks: AnswerLocks = answerLocks()) {
    this.client = client;
    this.conversations = conversations;
    this.locks = locks;

    conversations.subscribe(() => this.stopUnwanted());
    // The client closes its links at the same event. Ours comes first, or the answers would end as lost connections.
    addEventListener('pagehide', () => this.runs.get().forEach((run) => run.leave()), { capture: true });
  }

  /** Sends a message in a chat, or in a new one; returns the id of the chat. */
  send(conversationId: string | undefined, text: string, model: Choice): string {
    const question: UserMessage = { role: 'user', id: newId(), text, at: Date.now() };
    const found = this.conversations.find(conversationId);
    const answer = newAnswer(model);
    if (found === undefined) {
      const { id } = this.conversations.create([question, answer]);
      this.run(id, answer, [question]);
      return id;
    }
    const messages = [...found.messages, question];
    this.conversations.setMessages(found.id, () => [...messages, answer]);
    this.run(found.id, answer, messages);
    return found.id;
  }

  /** Asks again for an answer: it and what follows is replaced. */
  again(conversationId: string, messageId: string, model: Choice): void {
    this.restart(conversationId, messageId, model, undefined);
  }

  /** Asks with other words: the question is replaced, what follows goes. */
  edit(conversationId: string, messageId: string, text: string, model: Choice): void {
    this.restart(conversationId, messageId, model, text);
  }

  /** Stops the answer of a chat; what came is kept. */
  stop(conversationId: string): void {
    this.runs.get().get(conversationId)?.stop();
  }

  /** Without its chat or message, deleted here or in another tab, an answer is for nobody. */
  private stopUnwanted(): void {
    for (const { conversationId, messageId, stop } of this.runs.get().values()) {
      const messages = this.conversations.find(conversationId)?.messages ?? [];
      if (!messages.some(({ id }) => id === messageId)) stop();
    }
  }

  private restart(conversationId: string, messageId: string, model: Choice, text: string | undefined): void {
    const messages = this.conversations.find(conversationId)?.messages ?? [];
    const at = messages.findIndex(({ id }) => id === messageId);
    if (at < 0) return;
    this.stop(conversationId);
    const before: Message[] = messages.slice(0, at);
    if (text !== undefined) before.push({ role: 'user', id: newId(), text, at: Date.now() });
    const answer = newAnswer(model);
    this.conversations.setMessages(conversationId, () => [...before, answer]);
    this.run(conversationId, answer, before);
  }

  private run(conversationId: string, answer: AssistantMessage, messages: readonly Message[]): void {
    const abort = new AbortController();
    const live = new LiveAnswer();
    const run: Run = {
      conversationId,
      messageId: answer.id,
      live,
      stop: () => abort.abort(),
      leave: () => abort.abort(PAGE_CLOSED),
    };
    this.runs.update((runs) => new Map(runs).set(conversationId, run));
    void this.follow(run, answer, messages, abort.signal);
  }

  private async follow(
    run: Run,
    answer: AssistantMessage,
    messages: readonly Message[],
    signal: AbortSignal,
  ): Promise<void> {
    const { live, conversationId } = run;
    const { hostId, modelId } = answer.model;
    const sink = {
      queue: (waiting: number) => live.setQueue(waiting),
      piece: (text: string, reasoning: string) => live.add(text, reasoning),
      tokens: (count: number) => live.setTokens(count),
    };
    const saving = setInterval(
      () => this.conversations.replace(conversationId, withText(answer, live)),
      SAVE_MS,
    );
    const release = this.locks.hold(answer.id);
    let end: AnswerEnd;
    try {
      const asked = ask(this.client, { hostId, modelId, messages }, sink, signal);
      const { finishReason } = await abortable(asked, signal);
      end = live.began ? doneFor(finishReason) : { status: 'failed', failure: failureOf('empty_answer') };
    } catch (error) {
      end = endOf(signal) ?? { status: 'failed', failure: failureFrom(error, live.began) };
    }
    clearInterval(saving);
    const stats = live.stats();
    this.conversations.replace(conversationId, {
      ...withText(answer, live),
      ...end,
      ...(stats === undefined ? {} : { stats }),
    });
    release();
    this.runs.update((runs) => {
      const left = new Map(runs);
      if (left.get(conversationId) === run) left.delete(conversationId);
      return left;
    });
  }
}

function newAnswer(model: Choice): AssistantMessage {
  return { role: 'assistant', id: newId(), text: '', at: Date.now(), model, status: 'streaming' };
}

function withText(answer: AssistantMessage, live: LiveAnswer): AssistantMessage {
  const { text, reasoning } = live.flush();
  return { ...answer, text, ...(reasoning === '' ? {} : { reasoning }) };
}

type AnswerEnd = Pick<AssistantMessage, 'status' | 'failure' | 'lengthLimit'>;

function doneFor(finishReason: string | undefined): AnswerEnd {
  return { status: 'done', ...(finishReason === 'length' ? { lengthLimit: true } : {}) };
}

/** How an answer ends that was ended here; undefined when it was not. */
function endOf(signal: AbortSignal): AnswerEnd | undefined {
  if (!signal.aborted) return undefined;
  return signal.reason === PAGE_CLOSED
    ? { status: 'failed', failure: failureOf('page_closed') }
    : { status: 'stopped' };
}

function failureFrom(error: unknown, began: boolean): ReturnType<typeof failureOfError> {
  return error instanceof AnswerFailed ? error.failure : failureOfError(error, began);
}

/** Connecting to a host knows no signal: "stop" must not wait for it. */
async function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let onAbort: () => void = () => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort);
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
    work.catch(() => undefined);
  }
}
