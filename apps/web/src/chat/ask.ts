import type { ClientLike, InterimHead } from '../state/client-like.js';
import { parseChunk, type CompletionChunk } from './completion-chunk.js';
import { failureOf, failureOfResponse } from './failures.js';
import { SseParser } from './sse.js';
import type { Failure, Message } from './types.js';

/** How long a body may stay open after the last event of an answer. */
const BODY_END_MS = 1_000;

/** What is asked. */
export interface Question {
  readonly hostId: string;
  readonly modelId: string;
  readonly messages: readonly Message[];
}

/** What comes back, piece by piece. */
export interface AnswerSink {
  /** How many requests are before ours; 0: the engine works on it. */
  queue(waiting: number): void;
  piece(text: string, reasoning: string): void;
  /** The engine's own count of the answer's tokens. */
  tokens(count: number): void;
}

/** How the engine ended an answer. */
export interface AnswerEnding {
  /** As the engine says, for example `stop` or `length`; undefined when it does not. */
  readonly finishReason: string | undefined;
}

/** An answer that ended with a failure its sender named. */
export class AnswerFailed extends Error {
  override readonly name = 'AnswerFailed';
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.message);
    this.failure = failure;
  }
}

/** The position an interim head tells; undefined when it tells none. 1 is next in line. */
export function queuePosition(head: InterimHead): number | undefined {
  const queue = head.info?.['queue'];
  const position =
    typeof queue === 'object' && queue !== null ? (queue as Record<string, unknown>)['position'] : undefined;
  return typeof position === 'number' && Number.isInteger(position) && position >= 0 ? position : undefined;
}

interface Turn {
  readonly role: Message['role'];
  readonly content: string;
}

/**
 * Empty answers are left out: engines refuse some of them. The question of one goes into the same turn as the next question, as the
 * templates of many models (Gemma, Mistral) refuse a chat in which the roles do not alternate.
 */
function turnsOf(messages: readonly Message[]): readonly Turn[] {
  const turns: Turn[] = [];
  for (const { role, text } of messages) {
    if (role === 'assistant' && text === '') continue;
    const before = turns.at(-1)?.role === role ? turns.pop() : undefined;
    turns.push({ role, content: before === undefined ? text : `${before.content}\n\n${text}` });
  }
  return turns;
}

/** The body of the request. */
export function requestBody({ modelId, messages }: Question): string {
  return JSON.stringify({
    model: modelId,
    messages: turnsOf(messages),
    stream: true,
    stream_options: { include_usage: true },
  });
}

/**
 * Asks a model and tells the answer to `sink` as it comes. Resolves at its end, as the engine marked it. Rejects with AnswerFailed, a LinkError, a
 * ClientError, or the signal's reason.
 */
export async function ask(
  client: ClientLike,
  question: Question,
  sink: AnswerSink,
  signal: AbortSignal,
): Promise<AnswerEnding> {
  const link = await client.connect(question.hostId);
  signal.throwIfAborted();
  const response = await link.fetch('/v1/chat/completions', {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body: requestBody(question),
    signal,
    onInterim: (head) => {
      const position = queuePosition(head);
      if (position !== undefined) sink.queue(position);
    },
  });
  if (!response.ok) throw new AnswerFailed(failureOfResponse(response.status, await response.text()));
  sink.queue(0);
  const whole = response.headers.get('content-type')?.includes('application/json') === true;
  if (whole) return { finishReason: handle(await response.text(), sink)?.finishReason };
  if (response.body === null) return { finishReason: undefined };
  return await readStream(response.body, sink);
}

/** A stream that just stops, without the reason or the mark of its end, was cut off: a proxy's time-out, an engine that died. */
async function readStream(body: ReadableStream<Uint8Array>, sink: AnswerSink): Promise<AnswerEnding> {
  const decoder = new TextDecoder();
  const parser = new SseParser();
  const reader = body.getReader();
  let finishReason: string | undefined;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      const events = done
        ? [...parser.push(decoder.decode()), ...parser.end()]
        : parser.push(decoder.decode(value, { stream: true }));
      for (const event of events) {
        const chunk = handle(event, sink);
        finishReason = chunk?.finishReason ?? finishReason;
        if (chunk?.done !== true) continue;
        void letEnd(reader);
        return { finishReason };
      }
      if (!done) continue;
      if (finishReason === undefined) throw new AnswerFailed(failureOf('engine_failed'));
      return { finishReason };
    }
  } catch (error) {
    reader.cancel().catch(() => undefined);
    throw error;
  }
}

/**
 * Most bodies end with the last event, and the host counts an answer as given up that is cancelled before. One that stays open
 * is cancelled after a while: it would hold the engine.
 */
async function letEnd(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
  const timer = setTimeout(() => reader.cancel().catch(() => undefined), BODY_END_MS);
  try {
    while (!(await reader.read()).done);
  } catch {
    // the answer is whole, however its connection ends
  } finally {
    clearTimeout(timer);
  }
}

function handle(data: string, sink: AnswerSink): CompletionChunk | undefined {
  const chunk = parseChunk(data);
  if (chunk === undefined) return undefined;
  if (chunk.error !== undefined)
    throw new AnswerFailed({ ...failureOf('engine_failed'), advice: chunk.error });
  if (chunk.completionTokens !== undefined) sink.tokens(chunk.completionTokens);
  if (chunk.text !== '' || chunk.reasoning !== '') sink.piece(chunk.text, chunk.reasoning);
  return chunk;
}
