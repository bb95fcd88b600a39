import { afterEach, describe, expect, it, vi } from 'vitest';
import { memoryStorage, type DeviceStorage } from '../state/device-storage.js';
import { sharedStorage } from '../testing/shared-storage.js';
import { askedAt, Conversations, searchConversations } from './conversations.js';
import type { AssistantMessage, UserMessage } from './types.js';

const question: UserMessage = { role: 'user', id: 'q', text: 'Why is the sky blue?\nReally', at: 1 };
const answer: AssistantMessage = {
  role: 'assistant',
  id: 'a',
  text: 'Rayleigh',
  at: 2,
  model: { hostId: 'h', hostName: 'Host', modelId: 'm', modelName: 'Model' },
  status: 'streaming',
};

/** The chats of a tab whose storage takes nothing more while its disk is full. */
function tabWithDisk(storage: DeviceStorage) {
  const disk = { full: false };
  const set: DeviceStorage['set'] = (name, value) => !disk.full && storage.set(name, value);
  return { conversations: new Conversations({ ...storage, set }), disk };
}

afterEach(() => {
  vi.useRealTimers();
});

describe('Conversations', () => {
  it('keeps chats over a reload, also what is being answered, perhaps in another tab', () => {
    const storage = memoryStorage();
    const { id } = new Conversations(storage).create([question, answer]);
    const found = new Conversations(storage).find(id);
    expect(found?.title).toBe('Why is the sky blue?');
    expect(found?.messages[1]).toEqual(answer);
  });

  it('leaves chats in their places while the answers of two are stored by turns, and moves one that is asked again', () => {
    vi.useFakeTimers({ now: 1_000 });
    const storage = memoryStorage();
    const conversations = new Conversations(storage);
    const [older = '', newer = ''] = ['older', 'newer'].map((text, at) => {
      vi.advanceTimersByTime(1_000);
      return conversations.create([
        { ...question, text, at: Date.now() },
        { ...answer, id: `a${at}`, at: Date.now() },
      ]).id;
    });
    const order = (): readonly string[][] =>
      [conversations, new Conversations(storage)].map((one) => one.get().map(({ id }) => id));
    for (const [id, message] of [
      [older, 'a0'],
      [newer, 'a1'],
      [older, 'a0'],
    ] as const) {
      vi.advanceTimersByTime(2_000);
      const at = conversations.find(id)?.messages.at(-1)?.at ?? 0;
      conversations.replace(id, { ...answer, id: message, at, text: `until ${Date.now()}` });
      expect(conversations.find(id)?.changedAt).toBe(Date.now());
      expect(order()).toEqual([
        [newer, older],
        [newer, older],
      ]);
    }
    // "Ask again": in place of the answer.
    conversations.setMessages(older, ([asked]) => [
      asked ?? question,
      { ...answer, id: 'again', at: Date.now() },
    ]);
    expect(order()).toEqual([
      [older, newer],
      [older, newer],
    ]);
  });

  it('deletes no chat by itself, however many there are', () => {
    const storage = memoryStorage();
    const conversations = new Conversations(storage);
    const { id } = conversations.create([{ ...question, at: 0 }]);
    for (let count = 1; count <= 600; count++) conversations.create([{ ...question, at: count }]);
    for (const one of [conversations, new Conversations(storage)]) {
      expect(one.get()).toHaveLength(601);
      expect(one.find(id)).toBeDefined();
    }
  });

  it('replaces no message that is gone', () => {
    const conversations = new Conversations(memoryStorage());
    const { id } = conversations.create([question]);
    const before = conversations.get();
    conversations.replace(id, answer);
    expect(conversations.get()).toBe(before);
  });

  it('renames, and takes the made title back for an empty name', () => {
    const conversations = new Conversations(memoryStorage());
    const { id } = conversations.create([question]);
    conversations.rename(id, '  Sky ');
    expect(conversations.find(id)?.title).toBe('Sky');
    conversations.rename(id, '  ');
    expect(conversations.find(id)?.title).toBe('Why is the sky blue?');
  });

  it('deletes from the storage, too', () => {
    const storage = memoryStorage();
    const conversations = new Conversations(storage);
    conversations.remove(conversations.create([question]).id);
    expect(conversations.get()).toEqual([]);
    expect(storage.names('pantheon.chat.')).toEqual([]);
  });

  it('passes over what it cannot read', () => {
    const storage = memoryStorage();
    storage.set('pantheon.chat.x', '{"id":7');
    storage.set('pantheon.chat.y', '{"id":"y","messages":[{"role":"system"},3]}');
    expect(new Conversations(storage).get().map(({ messages }) => messages)).toEqual([[]]);
  });

  it('goes on without storage, and says so', () => {
    const blocked: DeviceStorage = { ...memoryStorage(), set: () => false };
    const conversations = new Conversations(blocked);
    const { id } = conversations.create([question]);
    expect(conversations.find(id)).toBeDefined();
    expect(conversations.full.get()).toBe(true);
  });

  it('says that there is no room until each chat is stored, and tries again once there may be room', () => {
    const storage = memoryStorage();
    let refused = '';
    const small: DeviceStorage = {
      ...storage,
      set: (name, value) => name !== `pantheon.chat.${refused}` && storage.set(name, value),
    };
    const conversations = new Conversations(small);
    const { id } = conversations.create([question]);
    const other = conversations.create([{ ...question, text: 'Bread' }]);
    refused = id;
    conversations.setMessages(id, () => [question, answer]);
    expect(conversations.full.get()).toBe(true);
    conversations.rename(other.id, 'Baking');
    expect(conversations.full.get()).toBe(true);
    refused = '';
    conversations.remove(other.id);
    expect(conversations.full.get()).toBe(false);
    expect(new Conversations(storage).find(id)?.messages).toHaveLength(2);
  });

  it('leaves 64 KiB of the storage to others, and says that it is full', () => {
    const storage = memoryStorage();
    const used = (without: string): number =>
      storage
        .names('')
        .filter((name) => name !== without)
        .reduce((sum, name) => sum + name.length + (storage.get(name) ?? '').length, 0);
    const LIMIT = 200_000; // of characters, two bytes each
    const set: DeviceStorage['set'] = (name, value) =>
      used(name) + name.length + value.length <= LIMIT && storage.set(name, value);
    const conversations = new Conversations({ ...storage, set });
    const long = { ...question, text: 'a'.repeat(10_000) };
    const { id } = conversations.create([long]);
    while (!conversations.full.get()) conversations.create([long]);
    expect(LIMIT - used('')).toBeGreaterThanOrEqual(32 * 1024);
    expect(storage.names('').every((name) => name.startsWith('pantheon.chat.'))).toBe(true);
    conversations.remove(id);
    expect([conversations.full.get(), LIMIT - used('') >= 32 * 1024]).toEqual([false, true]);
  });

  it('asks for no room for a chat that is deleted', () => {
    let room = false;
    const storage = memoryStorage();
    const set: DeviceStorage['set'] = (name, value) => room && storage.set(name, value);
    const conversations = new Conversations({ ...storage, set });
    const { id } = conversations.create([question]);
    room = true;
    conversations.remove(id);
    expect(conversations.full.get()).toBe(false);
    expect(storage.names('pantheon.chat.')).toEqual([]);
  });

  it('tries again when another tab has deleted a chat', () => {
    const tabs = sharedStorage();
    const { conversations, disk } = tabWithDisk(tabs());
    const { id } = conversations.create([question]);
    disk.full = true;
    const { id: unsaved } = conversations.create([{ ...question, text: 'Bread' }]);
    expect(conversations.full.get()).toBe(true);
    disk.full = false;
    const elsewhere = new Conversations(tabs());
    elsewhere.remove(id);
    expect(conversations.full.get()).toBe(false);
    expect(elsewhere.find(unsaved)).toBeDefined();
  });

  it('keeps a finished answer that could not be stored when another tab settles what was stored of it', () => {
    const tabs = sharedStorage();
    const { conversations, disk } = tabWithDisk(tabs());
    const { id } = conversations.create([question, answer]);
    disk.full = true;
    const done: AssistantMessage = { ...answer, text: 'Rayleigh scattering', status: 'done' };
    conversations.replace(id, done);
    new Conversations(tabs()).amend(id, (stored) => ({ ...stored, title: 'settled' }));
    expect(conversations.find(id)?.messages[1]).toEqual(done);
    expect(conversations.full.get()).toBe(true);
    disk.full = false;
    new Conversations(tabs()).create([question]);
    expect(new Conversations(tabs()).find(id)?.messages[1]).toEqual(done);
    expect(conversations.full.get()).toBe(false);
  });

  it('takes the name that another tab gives to a chat that could not be stored as it is', () => {
    const tabs = sharedStorage();
    const { conversations, disk } = tabWithDisk(tabs());
    const { id } = conversations.create([question]);
    disk.full = true;
    conversations.setMessages(id, () => [question, answer]);
    disk.full = false;
    new Conversations(tabs()).rename(id, 'Sky');
    for (const one of [conversations, new Conversations(tabs())])
      expect(one.find(id)).toMatchObject({ title: 'Sky', named: true, messages: [question, answer] });
  });

  it('keeps a name that could not be stored when another tab settles what was stored', () => {
    const tabs = sharedStorage();
    const { conversations, disk } = tabWithDisk(tabs());
    const { id } = conversations.create([question, answer]);
    disk.full = true;
    conversations.rename(id, 'Sky');
    new Conversations(tabs()).amend(id, (stored) => ({ ...stored, messages: [question] }));
    expect(conversations.find(id)).toMatchObject({ title: 'Sky', named: true });
  });

  it('looks at all chats again when anything may have changed meanwhile', () => {
    const storage = memoryStorage();
    let tell: (name: undefined) => void = () => undefined;
    const watch: DeviceStorage['watch'] = (listener) => ((tell = listener), () => undefined);
    let full = false;
    const set: DeviceStorage['set'] = (name, value) => !full && storage.set(name, value);
    const conversations = new Conversations({ ...storage, set, watch });
    const ids = ['one', 'two'].map((text) => conversations.create([{ ...question, text }]).id);
    full = true;
    conversations.create([{ ...question, text: 'unsaved' }]);
    const elsewhere = new Conversations(storage);
    elsewhere.remove(ids[0] ?? '');
    elsewhere.rename(ids[1] ?? '', 'renamed');
    elsewhere.create([{ ...question, text: 'new' }]);
    tell(undefined);
    expect(new Set(conversations.get().map(({ title }) => title))).toEqual(
      new Set(['renamed', 'new', 'unsaved']),
    );
  });

  it('tells once how many chats ever have changed meanwhile', () => {
    const tabs = sharedStorage();
    let tell: (name: undefined) => void = () => undefined;
    const watch: DeviceStorage['watch'] = (listener) => ((tell = listener), () => undefined);
    const conversations = new Conversations({ ...tabs(), watch });
    const elsewhere = new Conversations(tabs());
    for (let at = 0; at < 20; at++) elsewhere.create([{ ...question, at }]);
    let told = 0;
    conversations.subscribe(() => told++);
    tell(undefined);
    expect([told, conversations.get().map(askedAt)]).toEqual([1, elsewhere.get().map(askedAt)]);
    elsewhere.clear();
    tell(undefined);
    expect([told, conversations.get()]).toEqual([2, []]);
  });

  it('finds chats by words of title and messages', () => {
    const conversations = new Conversations(memoryStorage());
    conversations.create([question, answer]);
    conversations.create([{ ...question, text: 'Bread' }]);
    expect(searchConversations(conversations.get(), 'SKY rayleigh')).toHaveLength(1);
    expect(searchConversations(conversations.get(), '')).toHaveLength(2);
    expect(searchConversations(conversations.get(), 'sea')).toEqual([]);
  });
});
