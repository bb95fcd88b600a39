import { ClientError, type Host } from '@pantheon/client';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { scriptOf } from '../testing/scenarios.js';
import { ScriptedClient } from '../testing/scripted-client.js';
import { Account } from './account.js';

/** A client with one host that failed, which keeps a record of whom it is asked to connect to. */
class FailingClient extends ScriptedClient {
  readonly asked: string[] = [];
  constructor(code: string) {
    const [host] = scriptOf('ready').hosts;
    if (host === undefined) expect.fail('no host');
    const error = new ClientError(code, { message: 'm', advice: 'a' });
    super({ ...scriptOf('ready'), hosts: [{ ...host, state: 'failed', error }] });
  }
  override connect(hostDeviceId: string): ReturnType<ScriptedClient['connect']> {
    this.asked.push(hostDeviceId);
    return super.connect(hostDeviceId);
  }
}

/** A client whose one host no packet reaches: each attempt ends after 31 s, as those of PantheonClient do. */
class UnreachableClient extends ScriptedClient {
  /** When it was asked to connect, in seconds from the start. */
  readonly asked: number[] = [];
  private readonly startedAt = Date.now();

  constructor() {
    super({ ...scriptOf('ready'), hosts: scriptOf('ready').hosts.slice(0, 1) });
    this.show({ state: 'idle' });
  }

  show(change: Partial<Host>): void {
    this.become({ hosts: this.hosts.map((host) => ({ ...host, ...change })) });
  }

  override async connect(): Promise<never> {
    this.asked.push((Date.now() - this.startedAt) / 1000);
    this.show({ state: 'connecting' });
    await new Promise((resolve) => setTimeout(resolve, 31_000));
    const error = new ClientError('connect_failed', { message: 'm', advice: 'a' });
    this.show({ state: 'failed', error }); // tells before it rejects
    throw error;
  }
}

/** The seconds between the end of an attempt and the next one, down to the five in which it is looked. */
function pauses({ asked }: UnreachableClient): readonly number[] {
  return asked.slice(1).map((at, index) => Math.floor((at - (asked[index] ?? 0) - 31) / 5) * 5);
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('tries a host again though the first attempt to go online has not come to an end', async () => {
  const client = new FailingClient('connect_failed');
  client.start = () => new Promise(() => undefined);
  void new Account(client).start();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(client.asked.length).toBeGreaterThan(1);
});

it.each(['key_untrusted', 'key_not_accepted', 'refused_by_host'])(
  'leaves a host alone that failed with %s',
  async (code) => {
    const client = new FailingClient(code);
    await new Account(client).start();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(client.asked).toEqual([]);
  },
);

it('shows a computer as unreachable between two attempts, for longer each time', async () => {
  const client = new UnreachableClient();
  const account = new Account(client);
  await account.start();
  await vi.advanceTimersByTimeAsync(31_000);
  for (let second = 0; second < 15; second++) {
    expect(account.get().hosts[0]?.state).toBe('failed');
    await vi.advanceTimersByTimeAsync(999);
  }
  await vi.advanceTimersByTimeAsync(600_000);
  expect(pauses(client)).toEqual([15, 30, 60, 120, 120]);
});

it('begins with short pauses again when the computer is another now, or is tried by hand', async () => {
  const client = new UnreachableClient();
  const account = new Account(client);
  await account.start();
  await vi.advanceTimersByTimeAsync(31_000 + 15_000 + 31_000 + 5_000);
  client.show({ state: 'idle' }); // it signed in anew, or this device is in another network
  await vi.advanceTimersByTimeAsync(31_000 + 15_000 + 31_000 + 5_000);
  account.retry('workstation');
  await vi.advanceTimersByTimeAsync(31_000 + 15_000);
  expect(pauses(client)).toEqual([15, 0, 15, 0, 15]);
});
