import { expect, it } from 'vitest';
import { deviceStorage } from './device-storage.js';

it('tells what another tab has changed, until it is watched no more', () => {
  const told: (string | undefined)[] = [];
  const stop = deviceStorage().watch((name) => told.push(name));
  dispatchEvent(new StorageEvent('storage', { key: 'pantheon.chat.a' }));
  dispatchEvent(new StorageEvent('storage', { key: null }));
  stop();
  dispatchEvent(new StorageEvent('storage', { key: 'pantheon.chat.b' }));
  expect(told).toEqual(['pantheon.chat.a', undefined]);
});

it.each([
  [true, [undefined]],
  [false, []],
])(
  'tells that anything may have changed when the page is shown, if it was put aside: %s',
  (persisted, all) => {
    const told: (string | undefined)[] = [];
    const stop = deviceStorage().watch((name) => told.push(name));
    dispatchEvent(Object.assign(new Event('pageshow'), { persisted }));
    stop();
    expect(told).toEqual(all);
  },
);
