// Older clients that are refused for a reason that passes: the official client stays away for good after CONNECT_ERROR and they know no
// `retryAfterMs`, so they are to lose their connection, and come back by themselves.
import { afterEach, expect, it } from 'vitest';
import { Device } from './device.js';
import { Signal } from './program.js';

const PATIENCE = { timeout: 20_000 };
const FROM_ONE_ADDRESS = { reconnection: true, headers: { 'x-forwarded-for': '192.0.2.1' } };

let signal: Signal;
const devices: Device[] = [];
afterEach(async () => {
  for (const device of devices.splice(0)) device.close();
  await signal.stop();
});

function come(account: string, deviceId: string): Device {
  const device = new Device(deviceId, signal.origin, account, deviceId, FROM_ONE_ADDRESS);
  devices.push(device);
  return device;
}

it('an office full of them is in again soon after the server was started anew, though it allows that many one after another', async () => {
  signal = await Signal.start('--no-stun', '--connects-per-second', '5');
  const office = Array.from({ length: 60 }, (_, i) => come(`person${i}`, `person${i}_web`));
  await expect
    .poll(() => office.filter(({ socket }) => socket.connected).length, PATIENCE)
    .toBe(office.length);
  expect(office.flatMap((device) => device.all('connect_error'))).toEqual([]);
  const refused = office.flatMap(({ disconnects }) => disconnects);
  expect(refused.length).toBeGreaterThan(0);
  expect(new Set(refused)).toEqual(new Set(['transport close']));
});

it('one that found its account full is in once another has left', async () => {
  signal = await Signal.start('--no-stun', '--max-sockets-per-account', '1');
  const first = come('anna', 'anna_web');
  await first.next('existing-peers');
  const second = come('anna', 'anna_electron');
  await second.next('disconnect');
  first.close();
  await second.next('existing-peers');
  expect(second.all('connect_error')).toEqual([]);
});

it('one whose token counts no more is told, as waiting would not help', async () => {
  signal = await Signal.start('--no-stun');
  const device = new Device('page', signal.origin, 'anna', 'anna_web', { reconnection: true });
  devices.push(device);
  await device.next('existing-peers');
  device.socket.auth = { token: 'dev:', userId: 'anna', clientType: 'web', deviceId: 'anna_web' };
  device.socket.disconnect().connect();
  await device.next('connect_error');
  expect(device.socket.active).toBe(false);
});
