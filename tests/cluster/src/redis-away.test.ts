import { beforeAll, describe, expect, it } from 'vitest';
import { Redis } from './support/redis.js';
import { Device, SignalNode, becomes, dataFolder, startTwoNodes } from './support/signal.js';

let redis: Redis;
let a: SignalNode;
let b: SignalNode;

beforeAll(async () => {
  ({ redis, a, b } = await startTwoNodes());
});

describe('with Redis away', () => {
  it('local traffic goes on, health says so, and everything is back without a restart', async () => {
    const one = await Device.join(a, 'someone', 'one');
    const two = await Device.join(a, 'someone', 'two');
    const far = await Device.join(b, 'someone', 'far');
    await becomes(async () => (await one.list()).length === 2);
    await redis.stop();
    await becomes(async () => !(await a.health()).cluster.ready);
    const health = await a.health();
    expect(health.status).toBe('ok');
    expect(health.cluster.message).toBeTypeOf('string');

    one.socket.emit('webrtc-signal', { to: 'two', signal: 'local' });
    expect(await two.next('webrtc-signal')).toMatchObject({ signal: 'local' });
    one.forget('peer-joined');
    const three = await Device.join(a, 'someone', 'three');
    expect(three.peers).toContain('one');
    // The leases run out, for whoever is asked.
    expect(await one.next('peer-left')).toMatchObject({ userId: 'far' });
    one.socket.emit('webrtc-signal', { to: 'far', signal: 'lost' });
    expect(await one.next('error')).toMatchObject({ code: 'peer_unavailable' });

    const late = await Device.join(b, 'someone', 'late');
    await redis.restart();
    await becomes(async () => (await a.health()).cluster.ready && (await b.health()).cluster.ready);
    await becomes(async () => (await one.list()).join() === 'far,late,three,two');
    await becomes(async () => (await late.list()).join() === 'far,one,three,two');
    one.socket.emit('webrtc-signal', { to: 'far', signal: 'again' });
    expect(await far.next('webrtc-signal')).toMatchObject({ signal: 'again' });
    expect(far.count('webrtc-signal')).toBe(0); // what was lost is never replayed
    expect(await one.next('peer-joined')).toMatchObject({ userId: 'three' });
    const back = [await one.next('peer-joined'), await one.next('peer-joined')].map(({ userId }) => userId);
    expect(back.sort()).toEqual(['far', 'late']);
  });

  it('a node starts, and joins when Redis is there', async () => {
    const alone = await Redis.start();
    await alone.stop();
    const node = await SignalNode.start(alone, dataFolder());
    expect((await node.health()).cluster.ready).toBe(false);
    await alone.restart();
    await becomes(async () => (await node.health()).cluster.ready);
  });
});
