import type { Choice } from '../state/selection.js';

/** Why an answer is not whole. `code` for the app, the texts for people. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly advice: string;
}

/** What was measured of an answer. */
export interface AnswerStats {
  /** As the engine counted, or the number of pieces it came in. */
  readonly tokens: number;
  readonly tokensPerSecond: number | undefined;
  /** Milliseconds from sending to the first piece. */
  readonly firstTokenMs: number;
}

/** A message of a person. */
export interface UserMessage {
  readonly role: 'user';
  readonly id: string;
  readonly text: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** An answer, or what there is of it. */
export interface AssistantMessage {
  readonly role: 'assistant';
  readonly id: string;
  readonly text: string;
  /** What the model thought before it answered, if it says so. */
  readonly reasoning?: string;
  readonly at: number;
  readonly model: Choice;
  /** `streaming`: in this tab or another. `stopped`: by the person. `failed`: `failure` says why; the text is what came before. */
  readonly status: 'streaming' | 'done' | 'stopped' | 'failed';
  readonly failure?: Failure;
  /** It is done because it may not be longer. */
  readonly lengthLimit?: true;
  readonly stats?: AnswerStats;
}

export type Message = UserMessage | AssistantMessage;

/** A chat, kept on this device alone. */
export interface Conversation {
  readonly id: string;
  readonly title: string;
  /** The title was given by a person. */
  readonly named: boolean;
  readonly createdAt: number;
  /** When its messages were last stored: while an answer comes in, again and again. */
  readonly changedAt: number;
  readonly messages: readonly Message[];
}
