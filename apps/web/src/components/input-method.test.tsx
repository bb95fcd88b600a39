import { act } from 'react';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Conversations } from '../chat/conversations.js';
import { memoryStorage } from '../state/device-storage.js';
import { appDrawer } from '../testing/draw-app.js';
import { press, write } from '../testing/press.js';

const draw = appDrawer({ beforeAll, afterEach });

/** A key while an input method is composing a word takes what it offers, and means nothing to the page. */
type Composing = 'no' | 'as specified' | 'as Safari tells it';

async function pressKey(field: HTMLElement, key: string, composing: Composing): Promise<void> {
  const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true });
  Object.defineProperty(event, 'isComposing', { value: composing === 'as specified' });
  Object.defineProperty(event, 'keyCode', { value: composing === 'as Safari tells it' ? 229 : 13 });
  await act(async () => void field.dispatchEvent(event));
}

const KEYS = [
  ['Enter', 'as specified'],
  ['Escape', 'as specified'],
  ['Enter', 'as Safari tells it'],
] as const;

describe('Enter and Escape of an input method', () => {
  it.each(KEYS)('do not end the renaming of a chat: %s, %s', async (key, composing) => {
    const storage = memoryStorage();
    new Conversations(storage).create([{ role: 'user', id: 'q', text: 'Sky', at: 1 }]);
    const { box, services } = await draw('ready', '', storage);
    await press(box, 'Rename Sky');
    const field = box.querySelector<HTMLInputElement>('input.rename');
    if (field === null) throw new Error('no field');
    await write(field, '日本');
    await pressKey(field, key, composing);
    expect(box.querySelector('input.rename')).not.toBeNull();
    await pressKey(field, 'Enter', 'no');
    expect(services.conversations.get().map(({ title }) => title)).toEqual(['日本']);
  });

  it.each(KEYS)('choose no model, nor close the list of models: %s, %s', async (key, composing) => {
    const { box, services } = await draw('ready');
    await press(box, 'Model: llama3.2:3b on Workstation');
    const field = box.querySelector<HTMLInputElement>('[aria-label="Search models"]');
    if (field === null) throw new Error('no field');
    await pressKey(field, key, composing);
    expect(box.querySelector('[role=dialog]')).not.toBeNull();
    expect(services.selection.get()).toBeUndefined();
    await pressKey(field, 'Enter', 'no');
    expect(services.selection.get()?.modelId).toBe('llama3.2:3b');
  });
});
