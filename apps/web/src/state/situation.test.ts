import { describe, expect, it } from 'vitest';
import {
  happenings,
  scenarios,
  scriptOf,
  type HappeningName,
  type ScenarioName,
} from '../testing/scenarios.js';
import { ScriptedClient } from '../testing/scripted-client.js';
import { Account } from './account.js';
import { defaultChoice, resolve } from './selection.js';
import { canAsk, situationOf, type Situation } from './situation.js';

function situation(name: ScenarioName): Situation | undefined {
  const view = new Account(new ScriptedClient(scriptOf(name))).get();
  return situationOf(view, resolve(undefined, view.hosts), 'pantheon up');
}

function after(name: HappeningName): Situation | undefined {
  const client = new ScriptedClient(scriptOf('ready'));
  const account = new Account(client);
  const choice = defaultChoice(client.hosts);
  client.become(happenings[name]);
  return situationOf(account.get(), resolve(choice, account.get().hosts), 'pantheon up');
}

describe('situationOf', () => {
  it.each([
    ['ready', undefined],
    ['connecting', 'connecting'],
    ['no-host', 'no-host'],
    ['hosts-away', 'host-offline'],
    ['no-models', 'no-models'],
    ['engine-down', 'engine-down'],
    ['key-untrusted', 'key-untrusted'],
    ['host-unverified', 'host-unverified'],
    ['host-refuses', 'host-refuses'],
  ] as const)('of %s is %s', (name, kind) => {
    expect(situation(name)?.kind).toBe(name === 'hosts-away' ? 'no-host' : kind);
  });

  it.each([
    ['host-away', 'host-offline'],
    ['host-lost', 'host-reconnecting'],
    ['host-unreachable', 'host-failed'],
    ['host-lost-for-long', 'host-failed'],
    ['host-signaling-away', undefined],
    ['host-refuses', 'host-refuses'],
    ['host-back', undefined],
    ['model-gone', 'model-gone'],
    ['engine-stopped', 'engine-down'],
  ] as const)('after %s is %s', (name, kind) => {
    expect(after(name)?.kind).toBe(kind);
  });

  it('lets a chat go on over an open link while the server is away', () => {
    const found = after('server-away');
    expect(found).toMatchObject({ kind: 'server-offline', tone: 'note' });
    expect(canAsk(found)).toBe(true);
  });

  it.each(['host-unverified', 'host-refuses'] as const)(
    'of %s raises no alarm, and lets nobody ask all the same',
    (name) => {
      const found = situation(name);
      expect(found?.tone).toBe('warning');
      expect(canAsk(found)).toBe(false);
    },
  );

  it('says what to do, and offers to try again, when a computer stays out of reach that was connected', () => {
    const found = after('host-lost-for-long');
    expect(found).toEqual(after('host-unreachable'));
    expect(found).toMatchObject({ tone: 'warning', action: 'retry-host', hostId: 'workstation' });
    expect(found?.advice).toContain('check its firewall');
  });

  it('is loud about a host that is false, and lets nobody ask', () => {
    const found = situation('key-untrusted');
    expect(found?.tone).toBe('danger');
    expect(canAsk(found)).toBe(false);
  });

  it('says what to do in every scenario', () => {
    for (const name of Object.keys(scenarios) as ScenarioName[]) {
      const found = situation(name);
      if (found !== undefined) expect(found.title.length * found.advice.length).toBeGreaterThan(0);
    }
  });
});
