import { afterEach, expect, it } from 'vitest';
import { stopAll } from './support/process.js';
import { joinOn, overNewConnection, startShards } from './support/shards.js';
import { Device, dataFolder, disconnectDevices } from './support/signal.js';

afterEach(async () => {
  disconnectDevices();
  await stopAll();
});

it('health, readiness and metrics are those of all shards, whichever is asked', async () => {
  const node = await startShards(dataFolder());
  const devices = await Promise.all(
    Array.from({ length: 8 }, (_, i) => Device.join(node, `account${i % 2}`, `device${i}`)),
  );
  const first = await joinOn(0, node, 'apart', 'first');
  const second = await joinOn(3, node, 'apart', 'second');
  await first.next('peer-joined');
  first.socket.emit('webrtc-signal', { to: 'second', signal: 1 });
  await second.next('webrtc-signal');
  devices[0]?.socket.emit('webrtc-signal', { to: 'nobody', signal: 1 });
  await devices[0]?.next('error');
  for (let asked = 0; asked < 4; asked++) {
    const health = JSON.parse((await overNewConnection(`${node.url}/health`)).body) as unknown;
    expect(health).toMatchObject({
      status: 'ok',
      roomCount: 3,
      connectedUsers: 10,
      shards: 4,
      clients: { generation2: { now: 10 } },
    });
    expect(await overNewConnection(`${node.url}/ready`)).toEqual({ status: 200, body: '{"status":"ready"}' });
    const { body } = await overNewConnection(`${node.url}/metrics`);
    expect(body).toMatch(/^pantheon_sockets 10$/m);
    expect(body).toMatch(/^pantheon_accounts 3$/m);
    expect(body).toMatch(/^pantheon_relay_seconds_count 1$/m);
    expect(body).toMatch(/^pantheon_errors_total\{code="peer_unavailable"\} 1$/m);
    expect(body.match(/^process_resident_memory_bytes /gm)?.length).toBe(1);
  }
});

it('limits of an address hold for all shards together', async () => {
  const node = await startShards(dataFolder(), '--trust-proxy', 'none', '--max-sockets-per-address', '6');
  const connect = async (i: number): Promise<Device> =>
    await Device.connect(node, 'many', `device${i}`, { caps: [] });
  for (let i = 0; i < 6; i++) await connect(i);
  await expect(connect(6)).rejects.toMatchObject({ data: { code: 'address_full' } });
});

it('the places of an account are counted over all shards', async () => {
  const node = await startShards(dataFolder(), '--max-sockets-per-account', '6');
  for (let i = 0; i < 6; i++) await Device.join(node, 'full', `device${i}`);
  await expect(Device.connect(node, 'full', 'device6', { caps: [] })).rejects.toMatchObject({
    data: { code: 'account_full' },
  });
  await Device.join(node, 'another', 'device');
});

it('each shard counts events by itself: an account may send its share of them on every one', async () => {
  const rates = ['--events-per-second', '1', '--account-share', '1', '--address-share', '1000'];
  const node = await startShards(dataFolder(), ...rates, '--device-share', '1000');
  const [first, second, apart] = [
    await joinOn(0, node, 'sharing', 'first'),
    await joinOn(0, node, 'sharing', 'second'),
    await joinOn(1, node, 'sharing', 'apart'),
  ];
  /** How many of ten signals are let through; the others are refused. */
  const passed = async (device: Device): Promise<number> => {
    for (let i = 0; i < 10; i++) device.socket.emit('webrtc-signal', { to: 'nobody', signal: i });
    let through = 0;
    for (let i = 0; i < 10; i++) {
      const { code } = (await device.next('error')) as { readonly code: string };
      expect(['peer_unavailable', 'rate_limited']).toContain(code);
      if (code === 'peer_unavailable') through++;
    }
    return through;
  };
  const begun = performance.now();
  const here = (await Promise.all([passed(first), passed(second)])).reduce((sum, count) => sum + count);
  const there = await passed(apart);
  const refilled = Math.ceil((performance.now() - begun) / 1000);
  for (const count of [here, there]) {
    expect(count).toBeGreaterThanOrEqual(4); // seconds of the rate
    expect(count).toBeLessThanOrEqual(4 + refilled);
  }
});

it('SIGTERM announces the end on every shard, closes everything and leaves with 0', async () => {
  const node = await startShards(dataFolder(), '--drain-seconds', '1');
  const devices = await Promise.all(
    [0, 1, 2, 3].map(async (shard) => await joinOn(shard, node, 'drained', `device${shard}`)),
  );
  const told = devices.map(
    async ({ socket }) => await new Promise((resolve) => socket.once('server-draining', resolve)),
  );
  node.program.signal('SIGTERM');
  for (const message of await Promise.all(told)) expect(message).toEqual({ withinMs: 1000 });
  for (const device of devices) await device.next('disconnect');
  const closed = Date.now();
  expect(await node.program.exited).toBe(0);
  expect(Date.now() - closed).toBeLessThan(10_000); // well before a heartbeat would be due
});
