import type { Host } from '@pantheon/client';
import { describe, expect, it, vi } from 'vitest';
import { scriptOf } from '../testing/scenarios.js';
import { ScriptedClient } from '../testing/scripted-client.js';
import { Account } from './account.js';
import { memoryStorage } from './device-storage.js';
import { Selection } from './selection.js';

const [one] = scriptOf('ready').hosts;
const ids = Array.from({ length: 10 }, (_, at) => `host-${at}`);

function sharing(ids: readonly string[]): readonly Host[] {
  return ids.map((deviceId) => ({ ...(one as Host), deviceId, name: deviceId, state: 'idle' }));
}

function choiceOn(hostId: string) {
  return { hostId, hostName: hostId, modelId: 'm', modelName: 'm' };
}

function setUp(chosen?: string) {
  const client = new ScriptedClient({ ...scriptOf('ready'), hosts: sharing(ids) });
  const connect = vi.spyOn(client, 'connect');
  const selection = new Selection(memoryStorage());
  if (chosen !== undefined) selection.choose(choiceOn(chosen));
  const account = new Account(client, selection);
  const dialled = (): readonly string[] => connect.mock.calls.map(([id]) => id);
  return { account, selection, dialled };
}

describe('Account', () => {
  it('connects to the first eight computers that share', () => {
    const { account, dialled } = setUp();
    account.refresh();
    expect(dialled()).toEqual(ids.slice(0, 8));
    expect([...account.get().waiting]).toEqual(ids.slice(8));
  });

  it('connects to that of the chosen model, however many others there are', () => {
    const { account, dialled } = setUp('host-9');
    account.refresh();
    expect(dialled()).toContain('host-9');
    expect(dialled()).toHaveLength(8);
    expect([...account.get().waiting]).toEqual(['host-7', 'host-8']);
  });

  it('connects to a computer as soon as a model on it is chosen', () => {
    const { account, selection, dialled } = setUp();
    account.refresh();
    selection.choose(choiceOn('host-8'));
    expect(dialled()).toContain('host-8');
    expect([...account.get().waiting]).not.toContain('host-8');
  });
});
