import type { Conversation, Message } from './types.js';

type Json = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null;
}

const STATUSES: ReadonlySet<unknown> = new Set(['streaming', 'done', 'stopped', 'failed']);

function isMessage(value: unknown): value is Message {
  if (!isObject(value) || typeof value['id'] !== 'string' || typeof value['text'] !== 'string') return false;
  if (value['role'] === 'user') return true;
  return value['role'] === 'assistant' && STATUSES.has(value['status']) && isObject(value['model']);
}

/** Reads a stored chat; undefined for what is none. Pure. */
export function parseConversation(text: string | undefined): Conversation | undefined {
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    if (!isObject(value) || typeof value['id'] !== 'string' || !Array.isArray(value['messages']))
      return undefined;
    const { id, title, named, createdAt, changedAt } = value;
    return {
      id,
      title: typeof title === 'string' ? title : 'Chat',
      named: named === true,
      createdAt: typeof createdAt === 'number' ? createdAt : 0,
      changedAt: typeof changedAt === 'number' ? changedAt : 0,
      messages: value['messages'].filter(isMessage),
    };
  } catch {
    return undefined;
  }
}
