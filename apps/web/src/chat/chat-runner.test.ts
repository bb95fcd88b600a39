import { LinkError } from '@pantheon/client';
import { describe, expect, it, vi } from 'vitest';
import { memoryStorage, type DeviceStorage } from '../state/device-storage.js';
import { queued, refused, streamed } from '../testing/replies.js';
import { scriptOf } from '../testing/scenarios.js';
import { ScriptedClient, type Reply } from '../testing/scripted-client.js';
import { sharedStorage } from '../testing/shared-storage.js';
import { ChatRunner } from './chat-runner.js';
import { Conversations } from './conversations.js';
import type { AssistantMessage } from './types.js';

const model = { hostId: 'h', hostName: 'Host', modelId: 'm', modelName: 'Model' };

function setUp(
  reply: Reply,
  storage: DeviceStorage = memoryStorage(),
): { runner: ChatRunner; conversations: Conversations } {
  const conversations = new Conversations(storage);
  return {
    runner: new ChatRunner(new ScriptedClient({ ...scriptOf('ready'), reply }), conversations),
    conversations,
  };
}

function answerOf(conversations: Conversations): AssistantMessage {
  return conversations.get()[0]?.messages.at(-1) as AssistantMessage;
}

/** A runner whose requests get one reply after the other, and the messages that were sent in each. */
function recorder(...replies: readonly Reply[]) {
  const bodies: string[] = [];
  const { runner } = setUp((init) => {
    const reply = replies[bodies.length] ?? refused(500, 'no_reply', '');
    bodies.push(String(init.body));
    return reply(init);
  });
  const sent = (at: number): unknown =>
    bodies[at] === undefined ? [] : (JSON.parse(bodies[at]) as { readonly messages: unknown }).messages;
  return { runner, sent };
}

async function ended(runner: ChatRunner): Promise<void> {
  await vi.waitFor(() => expect(runner.runs.get().size).toBe(0), { timeout: 5_000 });
}

describe('ChatRunner', () => {
  it('writes a streamed answer into the chat, with the count of the engine', async () => {
    const { runner, conversations } = setUp(streamed('one two three'));
    runner.send(undefined, 'hello', model);
    await ended(runner);
    expect(answerOf(conversations)).toMatchObject({
      text: 'one two three',
      status: 'done',
      stats: { tokens: 120 },
    });
  });

  it('sends the whole chat, question and answer in turn', async () => {
    const { runner, sent } = recorder(streamed('fine'), streamed('fine'));
    const id = runner.send(undefined, 'first', model);
    await ended(runner);
    runner.send(id, 'second', model);
    await ended(runner);
    expect(sent(1)).toEqual([
      { role: 'user', content: 'first' },
      { role: 'assistant', content: 'fine' },
      { role: 'user', content: 'second' },
    ]);
  });

  it('sends questions in one turn whose answers failed before their first word', async () => {
    const refusal = refused(502, 'engine_unavailable', '');
    const { runner, sent } = recorder(streamed('fine'), refusal, refusal, streamed('fine'));
    const id = runner.send(undefined, 'first', model);
    await ended(runner);
    for (const text of ['second', 'third', 'fourth']) {
      runner.send(id, text, model);
      await ended(runner);
    }
    expect(sent(3)).toEqual([
      { role: 'user', content: 'first' },
      { role: 'assistant', content: 'fine' },
      { role: 'user', content: 'second\n\nthird\n\nfourth' },
    ]);
  });

  it('sends a question whose answer was stopped before its first word with the next one', async () => {
    const { runner, sent } = recorder(queued(3), streamed('fine'));
    const id = runner.send(undefined, 'first', model);
    await vi.waitFor(() => expect(sent(0)).toHaveLength(1));
    runner.stop(id);
    await ended(runner);
    runner.send(id, 'second', model);
    await ended(runner);
    expect(sent(1)).toEqual([{ role: 'user', content: 'first\n\nsecond' }]);
  });

  it('keeps what came when the connection is lost', async () => {
    const { runner, conversations } = setUp(streamed('one two three', 'lost'));
    runner.send(undefined, 'hello', model);
    await ended(runner);
    expect(answerOf(conversations)).toMatchObject({
      text: 'one two three',
      status: 'failed',
      failure: { code: 'connection_lost' },
    });
  });

  it.each([
    ['whole', undefined],
    ['length', true],
  ] as const)('knows whether an answer that is %s was ended by its length', async (ending, lengthLimit) => {
    const { runner, conversations } = setUp(streamed('one two three', ending));
    runner.send(undefined, 'hello', model);
    await ended(runner);
    expect(answerOf(conversations).status).toBe('done');
    expect(answerOf(conversations).lengthLimit).toBe(lengthLimit);
  });

  it('takes no answer for whole that the engine broke off in silence, and keeps what came', async () => {
    const { runner, conversations } = setUp(streamed('one two three', 'cut'));
    runner.send(undefined, 'hello', model);
    await ended(runner);
    expect(answerOf(conversations)).toMatchObject({
      text: 'one two three',
      status: 'failed',
      failure: { code: 'engine_failed' },
    });
  });

  it.each([
    ['a finish_reason alone', '{"choices":[{"delta":{"content":"one"},"finish_reason":"stop"}]}'],
    ['[DONE] alone', '{"choices":[{"delta":{"content":"one"}}]}\n\ndata: [DONE]'],
  ])('takes an answer for whole that ends with %s', async (_what, data) => {
    const reply: Reply = () => Promise.resolve(new Response(`data: ${data}\n\n`));
    const { runner, conversations } = setUp(reply);
    runner.send(undefined, 'hello', model);
    await ended(runner);
    expect(answerOf(conversations)).toMatchObject({ text: 'one', status: 'done' });
  });

  it.each([
    ['[DONE]', '{"choices":[{"delta":{"content":"one"}}]}\n\ndata: [DONE]'],
    ['done: true', '{"choices":[{"delta":{"content":"one"}}],"done":true}'],
  ])('ends an answer with %s though its body stays open, and lets go of the engine', async (_what, data) => {
    const cancel = vi.fn();
    const start = (controller: ReadableStreamDefaultController<Uint8Array>): void =>
      controller.enqueue(new TextEncoder().encode(`data: ${data}\n\n`));
    const { runner, conversations } = setUp(() =>
      Promise.resolve(new Response(new ReadableStream<Uint8Array>({ start, cancel }))),
    );
    runner.send(undefined, 'hello', model);
    await ended(runner);
    expect(answerOf(conversations)).toMatchObject({ text: 'one', status: 'done' });
    await vi.waitFor(() => expect(cancel).toHaveBeenCalled(), { timeout: 5_000 });
  });

  it('does not cancel a body that ends with the answer', async () => {
    const cancel = vi.fn();
    const pieces = ['data: {"choices":[{"delta":{"content":"one"}}]}\n\ndata: [DONE]\n\n'];
    let read = 0;
    const pull = (controller: ReadableStreamDefaultController<Uint8Array>): void => {
      const piece = pieces.shift();
      read++;
      if (piece === undefined) controller.close();
      else controller.enqueue(new TextEncoder().encode(piece));
    };
    const body = new ReadableStream<Uint8Array>({ pull, cancel }, { highWaterMark: 0 });
    const { runner } = setUp(() => Promise.resolve(new Response(body)));
    runner.send(undefined, 'hello', model);
    await ended(runner);
    await vi.waitFor(() => expect(read).toBe(2));
    expect(cancel).not.toHaveBeenCalled();
  });

  it('takes an answer for whole that an engine sends in one piece', async () => {
    const choices = [{ message: { content: 'one' } }];
    const { runner, conversations } = setUp(() => Promise.resolve(Response.json({ choices })));
    runner.send(undefined, 'hello', model);
    await ended(runner);
    expect(answerOf(conversations)).toMatchObject({ text: 'one', status: 'done' });
  });

  it('stops at once, also while it waits in the queue', async () => {
    const { runner, conversations } = setUp(queued(3));
    const id = runner.send(undefined, 'hello', model);
    await vi.waitFor(() => expect(runner.runs.get().get(id)?.live.get().queue).toBe(3));
    runner.stop(id);
    await ended(runner);
    expect(answerOf(conversations)).toMatchObject({ text: '', status: 'stopped' });
  });

  it('asks again in place of the old answer', async () => {
    const { runner, conversations } = setUp(streamed('fine'));
    const id = runner.send(undefined, 'hello', model);
    await ended(runner);
    runner.again(id, answerOf(conversations).id, model);
    await ended(runner);
    expect(conversations.find(id)?.messages.map(({ role, text }) => [role, text])).toEqual([
      ['user', 'hello'],
      ['assistant', 'fine'],
    ]);
  });
});

/** An answer without an end, and the signal that its request was given. */
function endless(): { readonly reply: Reply; readonly aborted: () => boolean } {
  let given: AbortSignal | null | undefined;
  const reply: Reply = (init) => {
    given = init.signal;
    return streamed('one two three', 'open')(init);
  };
  return { reply, aborted: () => given?.aborted === true };
}

describe('an answer that nobody wants any more', () => {
  it.each([
    ['the chat is deleted', (chats: Conversations) => chats.remove(chats.get()[0]?.id ?? '')],
    ['all chats are deleted', (chats: Conversations) => chats.clear()],
  ])('is stopped when %s', async (_what, remove) => {
    const { reply, aborted } = endless();
    const { runner, conversations } = setUp(reply);
    const id = runner.send(undefined, 'hello', model);
    await vi.waitFor(() => expect(runner.runs.get().get(id)?.live.began).toBe(true));
    remove(conversations);
    await ended(runner);
    expect(aborted()).toBe(true);
    expect(conversations.get()).toEqual([]);
  });

  it.each([
    ['deletes its chat', (chats: Conversations, id: string) => chats.remove(id)],
    [
      'asks again in its place',
      (chats: Conversations, id: string) => chats.setMessages(id, (all) => all.slice(0, 1)),
    ],
  ])('is stopped when another tab %s', async (_what, change) => {
    const open = sharedStorage();
    const { reply, aborted } = endless();
    const { runner, conversations } = setUp(reply, open());
    const id = runner.send(undefined, 'hello', model);
    await vi.waitFor(() => expect(runner.runs.get().get(id)?.live.began).toBe(true));
    const elsewhere = new Conversations(open());
    change(elsewhere, id);
    await ended(runner);
    expect(aborted()).toBe(true);
    expect(conversations.get()).toEqual(elsewhere.get());
  });

  it('goes on when another tab renames its chat', async () => {
    const open = sharedStorage();
    const { runner, conversations } = setUp(streamed('one two three'), open());
    const id = runner.send(undefined, 'hello', model);
    new Conversations(open()).rename(id, 'Greeting');
    await ended(runner);
    expect(conversations.find(id)).toMatchObject({ title: 'Greeting' });
    expect(answerOf(conversations)).toMatchObject({ text: 'one two three', status: 'done' });
  });
});

it('says that the page was closed, not that the connection was lost with it', async () => {
  const reply: Reply = () => {
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        controller.enqueue(new TextEncoder().encode('data: {"choices":[{"delta":{"content":"one"}}]}\n\n'));
        addEventListener('pagehide', () => controller.error(new LinkError('timed_out')), { once: true });
      },
    });
    return Promise.resolve(new Response(body));
  };
  const { runner, conversations } = setUp(reply);
  const id = runner.send(undefined, 'hello', model);
  await vi.waitFor(() => expect(runner.runs.get().get(id)?.live.began).toBe(true));
  dispatchEvent(new Event('pagehide'));
  await ended(runner);
  expect(answerOf(conversations)).toMatchObject({
    text: 'one',
    status: 'failed',
    failure: { code: 'page_closed' },
  });
});
