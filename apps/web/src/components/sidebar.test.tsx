import { act } from 'react';
import { afterEach, beforeAll, expect, it, vi } from 'vitest';
import { Conversations } from '../chat/conversations.js';
import { memoryStorage } from '../state/device-storage.js';
import { appDrawer } from '../testing/draw-app.js';
import { press, write } from '../testing/press.js';
import * as icon from './icon.js';

const draw = appDrawer({ beforeAll, afterEach });

/** The app with that many chats, called "Question #0." and so on, the last one first. */
async function withChats(count: number) {
  const storage = memoryStorage();
  const stored = new Conversations(storage);
  for (let at = 0; at < count; at++)
    stored.create([{ role: 'user', id: `q${at}`, text: `Question #${at}.`, at }]);
  const { box, services } = await draw('ready', '', storage);
  return {
    box,
    services,
    titles: () => [...box.querySelectorAll('.chat-open')].map((one) => one.textContent),
  };
}

it('draws the first 200 chats, and more on request, where the focus goes on', async () => {
  const { box, titles } = await withChats(202);
  expect([titles().length, titles()[0]]).toEqual([200, 'Question #201.']);
  await press(box, 'Show more');
  expect([titles().length, document.activeElement?.textContent]).toEqual([202, 'Question #1.']);
  expect(box.textContent).not.toContain('Show more');
});

it('searches in all chats', async () => {
  const { box, titles } = await withChats(201);
  const field = box.querySelector<HTMLInputElement>('[aria-label="Search chats"]');
  await write(field ?? expect.fail('no field'), '#0.');
  expect(titles()).toEqual(['Question #0.']);
});

it('draws no other chat again when one is stored', async () => {
  const { services } = await withChats(20);
  const [first] = services.conversations.get();
  const drawn = vi.spyOn(icon, 'Icon');
  await act(async () => services.conversations.rename(first?.id ?? '', 'Bread'));
  const pencils = drawn.mock.calls.filter(([{ name }]) => name === 'pencil');
  expect(pencils).toHaveLength(1);
});
