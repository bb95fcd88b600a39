import type { Readable } from '../state/observable.js';
import type { AnswerLocks } from './answer-locks.js';
import type { Run } from './chat-runner.js';
import type { Conversations } from './conversations.js';
import { failureOf } from './failures.js';
import type { Conversation, Message } from './types.js';

/** Whoever writes an answer stores its chat every 2 s; three times missed, it is gone. */
const SILENT_MS = 6_000;
const LOOK_MS = 1_000;

/** Whether a chat has an answer that comes in, but not in this tab. Pure. */
export function isAnsweredElsewhere({ messages }: Conversation, run: Run | undefined): boolean {
  return messages.some((message) => isStreaming(message) && message.id !== run?.messageId);
}

function isStreaming(message: Message): boolean {
  return message.role === 'assistant' && message.status === 'streaming';
}

/** The clock may have been set back: a chat of the future is silent, too. */
function isSilent({ changedAt }: Conversation): boolean {
  return Math.abs(Date.now() - changedAt) > SILENT_MS;
}

function closed(message: Message): Message {
  if (message.role === 'user') return message;
  return { ...message, status: 'failed', failure: failureOf('page_closed') };
}

/**
 * Settles the answers of pages that were closed without a word, as when the browser was ended. An answer counts as written
 * for as long as its chat is stored again and again, or a tab holds its lock: tabs in the background are slowed down.
 */
export class AbandonedAnswers {
  private timer: ReturnType<typeof setTimeout> | undefined;

  private readonly conversations: Conversations;
  private readonly runs: Readable<ReadonlyMap<string, Run>>;
  private readonly locks: AnswerLocks;

  constructor(conversations: Conversations, runs: Readable<ReadonlyMap<string, Run>>, locks: AnswerLocks) {
    this.conversations = conversations;
    this.runs = runs;
    this.locks = locks;

    conversations.subscribe(() => this.lookAfter(LOOK_MS));
    this.lookAfter(0);
  }

  private elsewhere(): readonly Conversation[] {
    return this.conversations.get().filter((one) => isAnsweredElsewhere(one, this.runs.get().get(one.id)));
  }

  private lookAfter(delayMs: number): void {
    if (this.timer !== undefined || this.elsewhere().length === 0) return;
    this.timer = setTimeout(() => void this.look(), delayMs);
  }

  private async look(): Promise<void> {
    const silent = this.elsewhere().filter(isSilent);
    if (silent.length > 0) {
      const held = await this.locks.held();
      for (const { id } of silent) this.settle(id, held);
    }
    this.timer = undefined;
    this.lookAfter(LOOK_MS);
  }

  private settle(id: string, held: ReadonlySet<string>): void {
    const own = this.runs.get().get(id)?.messageId;
    const isAbandoned = (message: Message): boolean =>
      isStreaming(message) && message.id !== own && !held.has(message.id);
    this.conversations.amend(id, (stored) =>
      isSilent(stored) && stored.messages.some(isAbandoned)
        ? { ...stored, messages: stored.messages.map((one) => (isAbandoned(one) ? closed(one) : one)) }
        : stored,
    );
  }
}
