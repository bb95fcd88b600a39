import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { memoryStorage } from '../state/device-storage.js';
import { Observable } from '../state/observable.js';
import { streamed } from '../testing/replies.js';
import { scriptOf } from '../testing/scenarios.js';
import { ScriptedClient } from '../testing/scripted-client.js';
import { sharedStorage } from '../testing/shared-storage.js';
import { AbandonedAnswers, isAnsweredElsewhere } from './abandoned-answers.js';
import { answerLocks, type AnswerLocks } from './answer-locks.js';
import { ChatRunner, type Run } from './chat-runner.js';
import { Conversations } from './conversations.js';
import type { AssistantMessage, UserMessage } from './types.js';

const model = { hostId: 'h', hostName: 'Host', modelId: 'm', modelName: 'Model' };
const question: UserMessage = { role: 'user', id: 'q', text: 'Why?', at: 1 };
const answer: AssistantMessage = {
  role: 'assistant',
  id: 'a',
  text: 'Because',
  at: 2,
  model,
  status: 'streaming',
};
const noLocks = answerLocks(undefined);

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function last(conversations: Conversations): AssistantMessage {
  return conversations.get()[0]?.messages.at(-1) as AssistantMessage;
}

function watch(
  conversations: Conversations,
  locks: AnswerLocks = noLocks,
): Observable<ReadonlyMap<string, Run>> {
  const runs = new Observable<ReadonlyMap<string, Run>>(new Map());
  new AbandonedAnswers(conversations, runs, locks);
  return runs;
}

describe('an answer that came in when the page went away', () => {
  it('is settled at once when nobody has written it for long', async () => {
    const storage = memoryStorage();
    new Conversations(storage).create([question, answer]);
    vi.advanceTimersByTime(60_000);
    const conversations = new Conversations(storage);
    watch(conversations);
    await vi.advanceTimersByTimeAsync(0);
    expect(last(conversations)).toMatchObject({
      text: 'Because',
      status: 'failed',
      failure: { code: 'page_closed' },
    });
  });

  it('is settled a few seconds after it was last written, and stays where it is in the list', async () => {
    const storage = memoryStorage();
    const { changedAt } = new Conversations(storage).create([question, answer]);
    const conversations = new Conversations(storage);
    watch(conversations);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(last(conversations).status).toBe('streaming');
    await vi.advanceTimersByTimeAsync(3_000);
    expect(last(conversations).status).toBe('failed');
    expect(conversations.get()[0]?.changedAt).toBe(changedAt);
  });

  it('is not settled while a tab holds its lock, however seldom it writes', async () => {
    const conversations = new Conversations(memoryStorage());
    conversations.create([question, answer]);
    const held = new Set([answer.id]);
    watch(conversations, { ...noLocks, held: () => Promise.resolve(held) });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(last(conversations).status).toBe('streaming');
    held.clear();
    await vi.advanceTimersByTimeAsync(1_500);
    expect(last(conversations).status).toBe('failed');
  });

  it.each([
    ['its end', { ...answer, text: 'Because of that', status: 'done' }],
    ['more of it', { ...answer, text: 'Because of' }],
  ] as const)(
    'is left alone when %s was stored a moment ago, though nobody told this tab',
    async (_what, message) => {
      const storage = memoryStorage();
      const { id } = new Conversations(storage).create([question, answer]);
      const conversations = new Conversations(storage);
      vi.advanceTimersByTime(60_000);
      new Conversations(storage).replace(id, message);
      watch(conversations);
      await vi.advanceTimersByTimeAsync(2_000);
      expect(last(new Conversations(storage))).toEqual(message);
    },
  );
});

describe('an answer that another tab streams', () => {
  it('comes in here, too, and ends as it ends there', async () => {
    const open = sharedStorage();
    const there = new Conversations(open());
    const words = 'word '.repeat(50);
    const script = { ...scriptOf('ready'), reply: streamed(words, 'whole', 400) };
    const runner = new ChatRunner(new ScriptedClient(script), there, noLocks);
    runner.send(undefined, 'hello', model);
    await vi.advanceTimersByTimeAsync(3_000);

    const here = new Conversations(open());
    watch(here);
    await vi.advanceTimersByTimeAsync(12_000);
    expect(last(here)).toMatchObject({ status: 'streaming' });
    expect(last(here).text).toMatch(/^(word ){20,}/);
    const [chat] = here.get();
    expect(chat && isAnsweredElsewhere(chat, undefined)).toBe(true);

    await vi.advanceTimersByTimeAsync(10_000);
    expect(last(here)).toMatchObject({ status: 'done', text: words });
    expect(last(there)).toMatchObject({ status: 'done', text: words });
  });

  it('is not elsewhere in the tab that streams it', () => {
    const conversations = new Conversations(memoryStorage());
    const script = { ...scriptOf('ready'), reply: streamed('one two', 'open') };
    const runner = new ChatRunner(new ScriptedClient(script), conversations, noLocks);
    const id = runner.send(undefined, 'hello', model);
    const [chat] = conversations.get();
    expect(chat && isAnsweredElsewhere(chat, runner.runs.get().get(id))).toBe(false);
  });
});
