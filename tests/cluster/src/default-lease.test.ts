// A node that is killed, over the lease that nodes have by default. Other tests have shorter ones.
import { beforeAll, expect, it } from 'vitest';
import { Redis } from './support/redis.js';
import { Device, SignalNode, becomes, dataFolder, launchNode } from './support/signal.js';

const LEASE_MS = 10_000;
let redis: Redis;
beforeAll(async () => {
  redis = await Redis.start();
});

it('a node that is killed loses its devices from everybody’s list when its lease of 10 seconds ends, and all the while nobody else is missed by anybody', async () => {
  const data = dataFolder();
  const start = async (): Promise<SignalNode> => await SignalNode.of(launchNode(redis, data, 'default'));
  const [a, b, doomed] = await Promise.all([start(), start(), start()]);
  const here = await Device.join(a, 'anna', 'here');
  const there = await Device.join(b, 'anna', 'there');
  const gone = await Device.join(doomed, 'anna', 'gone');
  await Device.join(doomed, 'anna', 'there'); // the same id as a device of another node
  await becomes(async () => (await here.list()).length === 3 && (await there.list()).includes('gone'));
  for (const device of [here, there]) device.heard.length = 0;

  const began = performance.now();
  await doomed.program.stop('SIGKILL');
  await gone.next('disconnect');
  const left = [here, there].map(async (device) => {
    expect(await device.next('peer-left')).toMatchObject({ userId: 'gone' });
    return performance.now() - began;
  });
  let waiting = true;
  const noticed = Promise.all(left).finally(() => (waiting = false));
  for (let n = 0; waiting; n++) {
    // The survivors are in each other's list, and reach each other, from the kill to the end of the lease and beyond.
    for (const [device, other] of [[here, 'there'] as const, [there, 'here'] as const])
      expect(await device.list()).toContain(other);
    here.socket.emit('webrtc-signal', { to: 'there', toSocketId: there.id, signal: { n } });
    expect(await there.next('webrtc-signal')).toMatchObject({ signal: { n } });
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  for (const after of await noticed) {
    expect(after).toBeGreaterThan(LEASE_MS / 2); // it was the lease that ended, and it is no shorter
    expect(after).toBeLessThan(LEASE_MS + 2_500);
  }
  expect(await here.list()).toEqual(['there']);
  expect(await there.list()).toEqual(['here']);
  for (const node of [a, b]) await becomes(async () => (await node.health()).cluster.nodes === 2);
  for (const device of [here, there]) {
    expect(device.count('peer-left')).toBe(0);
    expect(device.count('disconnect')).toBe(0);
  }
});
