// Older clients that are refused for a reason that passes: the official client stays away for good after CONNECT_ERROR and they know no
// `retryAfterMs`, so they lose their connection some seconds later, and come back by themselves.
import { expect, it, type TestContext } from 'vitest';
import { Device } from './device.js';
import { Signal } from './program.js';

// A refused one is kept waiting for 5 to 20 s before it may try again.
const TWICE_REFUSED_MS = 50_000;
const LIMIT = { timeout: TWICE_REFUSED_MS + 10_000 };
const FROM_ONE_ADDRESS = { reconnection: true, headers: { 'x-forwarded-for': '192.0.2.1' } };

async function start(
  { onTestFinished }: TestContext,
  ...args: readonly string[]
): Promise<(account: string, deviceId: string) => Device> {
  const signal = await Signal.start('--no-stun', ...args);
  onTestFinished(() => signal.stop());
  return (account, deviceId) => {
    const device = new Device(deviceId, signal.origin, account, deviceId, FROM_ONE_ADDRESS);
    onTestFinished(() => device.close());
    return device;
  };
}

it.concurrent(
  'an office full of them is in again soon after the server was started anew, though it lets fewer in at once',
  LIMIT,
  async (test) => {
    const come = await start(test, '--connects-per-second', '5');
    const office = Array.from({ length: 60 }, (_, i) => come(`person${i}`, `person${i}_web`));
    const isIn = ({ socket }: Device): boolean => socket.connected;
    await expect.poll(() => office.every(isIn), { timeout: TWICE_REFUSED_MS }).toBe(true);
    expect(office.flatMap((device) => device.all('connect_error'))).toEqual([]);
    const refused = office.flatMap(({ disconnects }) => disconnects);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.length).toBeLessThan(2 * office.length); // none was in a hurry
    expect(new Set(refused)).toEqual(new Set(['transport close']));
  },
);

it.concurrent('one that found its account full is in once another has left', LIMIT, async (test) => {
  const come = await start(test, '--max-sockets-per-account', '1');
  const first = come('anna', 'anna_web');
  await first.next('existing-peers');
  const second = come('anna', 'anna_electron');
  await second.next('disconnect');
  first.close();
  await second.next('existing-peers');
  expect(second.all('connect_error')).toEqual([]);
});

it.concurrent('one whose token counts no more is told, as waiting would not help', async (test) => {
  const come = await start(test);
  const device = come('anna', 'anna_web');
  await device.next('existing-peers');
  device.socket.auth = { token: 'dev:', userId: 'anna', clientType: 'web', deviceId: 'anna_web' };
  device.socket.disconnect().connect();
  await device.next('connect_error');
  expect(device.socket.active).toBe(false);
});
