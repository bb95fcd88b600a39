import type { DeviceStorage } from '../state/device-storage.js';
import { Observable } from '../state/observable.js';
import { newId } from './ids.js';
import { parseConversation } from './stored-conversation.js';
import { titleOf } from './title.js';
import type { Conversation, Message } from './types.js';

const PREFIX = 'pantheon.chat.';
const ROOM_NAME = 'pantheon.room';
const ROOM = ' '.repeat(32 * 1024); // 64 KiB, as browsers count

/** When something was last asked in a chat: an answer has the time at which it was asked for, and keeps it as it grows. Pure. */
export function askedAt({ messages, createdAt }: Conversation): number {
  const at: unknown = messages.at(-1)?.at;
  return typeof at === 'number' ? at : createdAt; // what is stored may lack it
}

function byAsking(a: Conversation, b: Conversation): number {
  return askedAt(b) - askedAt(a);
}

/** The chats of this device, those asked last first. Each is stored by itself; what cannot be stored lives as long as the page. */
export class Conversations extends Observable<readonly Conversation[]> {
  /** True while there is a chat that the browser has refused to store as it is. */
  readonly full = new Observable(false);
  /** Those chats, by id, each as it was stored last, if it ever was. */
  private readonly unsaved = new Map<string, Conversation | undefined>();

  private readonly storage: DeviceStorage;

  constructor(storage: DeviceStorage) {
    const stored = storage.names(PREFIX).flatMap((name) => parseConversation(storage.get(name)) ?? []);
    super(stored.sort(byAsking));
    this.storage = storage;

    storage.watch((name) => {
      if (name === undefined) this.reloadAll();
      else if (name.startsWith(PREFIX)) this.reload([name.slice(PREFIX.length)]);
    });
  }

  /** The chat of that id. */
  find(id: string | undefined): Conversation | undefined {
    return this.get().find((one) => one.id === id);
  }

  /** Begins a chat with its first messages; its title is made of the first one. */
  create(messages: readonly Message[]): Conversation {
    const now = Date.now();
    const title = titleOf(messages[0]?.text ?? '');
    const conversation: Conversation = {
      id: newId(),
      title,
      named: false,
      createdAt: now,
      changedAt: now,
      messages,
    };
    this.put(conversation);
    return conversation;
  }

  /** Sets the messages of a chat. Does nothing when it has been deleted meanwhile. */
  setMessages(id: string, change: (messages: readonly Message[]) => readonly Message[]): void {
    const found = this.find(id);
    if (found !== undefined) this.put({ ...found, messages: change(found.messages), changedAt: Date.now() });
  }

  /** Replaces one message of a chat. Does nothing when it is gone, which another tab may have seen to. */
  replace(id: string, message: Message): void {
    if (this.find(id)?.messages.some((one) => one.id === message.id) !== true) return;
    this.setMessages(id, (messages) => messages.map((one) => (one.id === message.id ? message : one)));
  }

  /** Changes a chat as it is stored at this moment, which may be ahead of `get()`, and leaves its place in the list. */
  amend(id: string, change: (stored: Conversation) => Conversation): void {
    const stored = this.stored(id);
    if (stored === undefined) return;
    const changed = change(stored);
    if (changed !== stored) this.put(changed);
  }

  /** Gives a chat a name; an empty one brings back the made one. */
  rename(id: string, name: string): void {
    const found = this.find(id);
    if (found === undefined) return;
    const title = name.trim().slice(0, 120);
    this.put({ ...found, title: title || titleOf(found.messages[0]?.text ?? ''), named: title !== '' });
  }

  /** Deletes a chat for good. */
  remove(id: string): void {
    this.storage.remove(PREFIX + id);
    this.update((all) => all.filter((one) => one.id !== id));
    this.unsaved.delete(id);
    this.storeUnsaved();
  }

  /** Deletes all chats for good. */
  clear(): void {
    for (const { id } of this.get()) this.storage.remove(PREFIX + id);
    this.set([]);
    this.unsaved.clear();
    this.full.set(false);
  }

  private put(conversation: Conversation): void {
    this.store(conversation);
    const others = this.get().filter((one) => one.id !== conversation.id);
    this.set([conversation, ...others].sort(byAsking));
    this.full.set(this.unsaved.size > 0);
  }

  private store(conversation: Conversation): void {
    const { id } = conversation;
    if (this.setBesideRoom(PREFIX + id, JSON.stringify(conversation))) this.unsaved.delete(id);
    else if (!this.unsaved.has(id)) this.unsaved.set(id, this.stored(id));
  }

  /** Chats take no more than leaves room for the keys and the devices that the client keeps in the same storage. */
  private setBesideRoom(name: string, text: string): boolean {
    const fits = this.storage.set(ROOM_NAME, ROOM) && this.storage.set(name, text);
    this.storage.remove(ROOM_NAME);
    return fits;
  }

  /** Something was deleted, so that there may be room for what could not be stored. */
  private storeUnsaved(): void {
    for (const conversation of this.get()) if (this.unsaved.has(conversation.id)) this.store(conversation);
    this.full.set(this.unsaved.size > 0);
  }

  private stored(id: string): Conversation | undefined {
    return parseConversation(this.storage.get(PREFIX + id));
  }

  /** Other tabs may have written or deleted these chats. One new list for all of them: each costs who draws it as much as the first. */
  private reload(ids: Iterable<string>): void {
    const before = this.get();
    const found = new Map(before.map((one) => [one.id, one]));
    let changed = false;
    for (const id of ids) {
      const mine = found.get(id);
      const now = this.read(id, mine);
      if (now === mine) continue;
      changed = true;
      if (now === undefined) found.delete(id);
      else found.set(id, now);
    }
    if (changed) this.set([...found.values()].sort(byAsking));
    this.storeUnsaved();
  }

  /** Other tabs may have written and deleted anything. What could never be stored is known here alone. */
  private reloadAll(): void {
    const names = this.storage.names(PREFIX).map((name) => name.slice(PREFIX.length));
    const known = this.get().filter(({ id }) => !this.unsaved.has(id) || this.unsaved.get(id) !== undefined);
    this.reload(new Set([...names, ...known.map((one) => one.id)]));
  }

  /** What has become of a chat that another tab may have written or deleted. */
  private read(id: string, mine: Conversation | undefined): Conversation | undefined {
    const stored = this.stored(id);
    const isAhead = mine !== undefined && this.unsaved.has(id);
    // The other tab has only renamed the chat or settled what was stored last, and does not know how it went on here.
    if (isAhead && stored !== undefined && stored.changedAt <= mine.changedAt)
      return this.withNameOf(stored, mine);
    this.unsaved.delete(id);
    return stored;
  }

  /** With a name that has been given in another tab since `mine` was stored last. */
  private withNameOf(stored: Conversation, mine: Conversation): Conversation {
    const { title, named } = stored;
    const before = this.unsaved.get(mine.id);
    if (before?.title === title && before.named === named) return mine;
    this.unsaved.set(mine.id, stored);
    return { ...mine, title, named };
  }
}

/** The chats in which every word of `query` occurs, in title or messages. Pure. */
export function searchConversations(all: readonly Conversation[], query: string): readonly Conversation[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return all;
  return all.filter(({ title, messages }) => {
    const text = [title, ...messages.map((message) => message.text)].join('\n').toLowerCase();
    return words.every((word) => text.includes(word));
  });
}
