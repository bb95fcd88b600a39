import { act } from 'react';
import { afterEach, beforeAll, expect, it } from 'vitest';
import { appDrawer } from '../testing/draw-app.js';
import { press, write } from '../testing/press.js';

const draw = appDrawer({ beforeAll, afterEach });

it.each([
  ['that is in use', '', [], 'llama3.2:3b'],
  ['that the arrows went to', '', ['ArrowDown'], 'qwen3:14b'],
  ['that a search found first', 'llama', [], 'llama3.2:3b'],
])(
  'keeps the mark on the model %s when another computer comes above it',
  async (_what, search, keys, model) => {
    const { box, client, services } = await draw('ready');
    await press(box, 'Model: llama3.2:3b on Workstation');
    const field = box.querySelector<HTMLInputElement>('[aria-label="Search models"]');
    if (field === null) throw new Error('no field');
    const key = (name: string): Promise<void> =>
      act(async () => void field.dispatchEvent(new KeyboardEvent('keydown', { key: name, bubbles: true })));
    if (search !== '') await write(field, search);
    for (const one of keys) await key(one);
    const [workstation] = client.hosts;
    if (workstation === undefined) throw new Error('no host');
    const above = { ...workstation, deviceId: 'attic', name: 'Attic' };
    await act(async () => client.become({ hosts: [above, ...client.hosts] }));
    expect(box.querySelectorAll('[data-testid=model-option].active')).toHaveLength(1);
    await key('Enter');
    expect(services.selection.get()).toMatchObject({ hostId: 'workstation', modelId: model });
  },
);
