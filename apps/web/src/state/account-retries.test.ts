import { ClientError } from '@pantheon/client';
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
