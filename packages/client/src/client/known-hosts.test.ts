import { expect, it } from 'vitest';
import { MemoryStore } from '../store/memory-store.js';
import { KnownHosts } from './known-hosts.js';

it('remembers hosts of one account over a reload', async () => {
  const store = new MemoryStore();
  const hosts = await KnownHosts.load(store, 'a');
  hosts.remember({ deviceId: 'd1', name: 'Study', platform: 'linux' });
  hosts.remember({ deviceId: 'd1', name: '', platform: '' });
  expect((await KnownHosts.load(store, 'a')).all()).toEqual([
    { deviceId: 'd1', name: 'Study', platform: 'linux' },
  ]);
  expect((await KnownHosts.load(store, 'b')).all()).toEqual([]);
  hosts.forget('d1');
  expect((await KnownHosts.load(store, 'a')).all()).toEqual([]);
});

it('keeps the latest 64, and survives a damaged entry', async () => {
  const store = new MemoryStore();
  const hosts = await KnownHosts.load(store, 'a');
  for (let i = 0; i < 70; i++) hosts.remember({ deviceId: `d${i}`, name: '', platform: '' });
  expect(hosts.all()).toHaveLength(64);
  expect(hosts.get('d0')).toBeUndefined();
  await store.set('hosts', '{"account":"a","hosts":[5,{"deviceId":"a b"},{"deviceId":"ok"}]}');
  expect((await KnownHosts.load(store, 'a')).all()).toEqual([{ deviceId: 'ok', name: '', platform: '' }]);
  await store.set('hosts', 'damaged');
  expect((await KnownHosts.load(store, 'a')).all()).toEqual([]);
});
