import type { Host } from '@pantheon/client';
import { act } from 'react';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { memoryStorage } from '../state/device-storage.js';
import { appDrawer } from '../testing/draw-app.js';
import { write } from '../testing/press.js';

const draw = appDrawer({ beforeAll, afterEach });

function shown(box: HTMLElement): string | null | undefined {
  return box.querySelector('[data-testid=model-picker]')?.getAttribute('aria-label');
}

function lost(hosts: readonly Host[]): readonly Host[] {
  return hosts.map((host) => (host.deviceId === 'workstation' ? { ...host, state: 'reconnecting' } : host));
}

describe('the model offered to begin with', () => {
  it('is that of another computer when its own is lost before anything is written', async () => {
    const { box, client } = await draw('ready');
    expect(shown(box)).toBe('Model: llama3.2:3b on Workstation');
    await act(async () => client.become({ hosts: lost(client.hosts) }));
    expect(shown(box)).toBe('Model: gemma3:4b on Living room laptop');
  });

  it('stays while something is written, though its computer is lost, and is not remembered', async () => {
    const storage = memoryStorage();
    const { box, client } = await draw('ready', '', storage);
    const composer = box.querySelector<HTMLTextAreaElement>('[data-testid=composer]');
    if (composer !== null) await write(composer, 'for the workstation alone');
    await act(async () => client.become({ hosts: lost(client.hosts) }));
    expect(shown(box)).toBe('Model: llama3.2:3b on Workstation');
    expect(box.querySelector('[data-state=host-reconnecting]')).not.toBeNull();
    expect(box.querySelector<HTMLButtonElement>('[data-testid=send]')?.disabled).toBe(true);
    expect(storage.names('pantheon.choice')).toEqual([]);
  });
});
