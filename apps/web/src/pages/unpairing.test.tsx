import { afterEach, beforeAll, expect, it } from 'vitest';
import { Conversations } from '../chat/conversations.js';
import { memoryStorage, type DeviceStorage } from '../state/device-storage.js';
import { appDrawer } from '../testing/draw-app.js';
import { press } from '../testing/press.js';

const draw = appDrawer({ beforeAll, afterEach });

/** A device with that many chats, asked whether it is to be unpaired. */
async function unpairing(count: number) {
  const storage = memoryStorage();
  for (let at = 0; at < count; at++)
    new Conversations(storage).create([{ role: 'user', id: `q${at}`, text: 'Why?', at }]);
  const { box, client, services } = await draw('ready', '#/settings', storage);
  await press(box, 'Unpair this browser');
  return { box, client, services, storage, text: box.querySelector('.confirm')?.textContent };
}

function kept(storage: DeviceStorage): number {
  return new Conversations(storage).get().length;
}

it('says which chats stay on the device, and leaves them there', async () => {
  const { box, client, storage, text } = await unpairing(2);
  expect(text).toContain('Your 2 chats stay on this device');
  await press(box, 'Yes');
  expect([client.paired, kept(storage)]).toEqual([false, 2]);
});

it('deletes the chats too for who asks for that', async () => {
  const { box, client, storage, text } = await unpairing(1);
  expect(text).toContain('Your chat stays on this device');
  await press(box, 'Yes, and delete the chats');
  expect([client.paired, kept(storage)]).toEqual([false, 0]);
});

it('leaves nothing that was being written, nor the chosen model, to who uses the page next', async () => {
  const { box, services, storage } = await unpairing(1);
  services.drafts.write(undefined, 'a draft');
  services.edits.keep('q0', 'an edit');
  services.selection.choose({ hostId: 'h', hostName: 'Host', modelId: 'm', modelName: 'Model' });
  await press(box, 'Yes, and delete the chats');
  const { drafts, edits, selection } = services;
  expect([drafts.get().size, edits.get().size, selection.get()]).toEqual([0, 0, undefined]);
  expect(storage.names('pantheon.choice')).toEqual([]);
});

it('says nothing of chats where there are none', async () => {
  expect((await unpairing(0)).text).toBe('It needs a new link to come back. Unpair?YesNo');
});
