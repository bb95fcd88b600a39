// GET /api/v1/peers/:userId of generation 1, whichever node or shard is asked, and wherever a peer is connected.
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { accountOf, closeClients, Generation1, type Message } from '../../legacy/src/support/clients.js';
import { joinOn, startShards } from './support/shards.js';
import { Device, type SignalNode, dataFolder, disconnectDevices, startTwoNodes } from './support/signal.js';

afterEach(async () => {
  disconnectDevices();
  await closeClients();
});

/** What REST answers to a person, over a connection of its own. */
async function peersOf(node: SignalNode, person: string): Promise<readonly Message[]> {
  const headers = { authorization: `Bearer dev:${person}`, connection: 'close' };
  const answer = await fetch(`${node.url}/api/v1/peers/${person}`, { headers });
  expect(answer.status).toBe(200);
  const { peers } = (await answer.json()) as { readonly peers: readonly Message[] };
  return [...peers].sort((a, b) => String(a['peer_id']).localeCompare(String(b['peer_id'])));
}

describe('on two nodes', () => {
  let a: SignalNode;
  let b: SignalNode;
  beforeAll(async () => {
    ({ a, b } = await startTwoNodes());
  });

  it('names the devices of both at both, of generation 1 and 2, and who has left at neither', async () => {
    const desk = await Generation1.join(a.url, 'anna', 'desk', 'darwin');
    const page = await Device.join(b, 'anna', 'page', { clientType: 'web' });
    await Generation1.join(b.url, 'bob', 'other');
    const expected = [
      { peer_id: 'desk', account_id: accountOf('anna'), platform: 'darwin', generation: 1 },
      { peer_id: 'page', account_id: accountOf('anna'), platform: 'web', generation: 2 },
    ];
    for (const node of [a, b]) {
      await expect.poll(() => peersOf(node, 'anna')).toMatchObject(expected);
      for (const peer of await peersOf(node, 'anna')) expect(typeof peer['last_seen']).toBe('number');
    }
    expect(await peersOf(a, 'nobody')).toEqual([]);
    desk.socket.close();
    for (const node of [a, b])
      await expect.poll(() => peersOf(node, 'anna')).toMatchObject(expected.slice(1));
    page.socket.disconnect();
    for (const node of [a, b]) await expect.poll(() => peersOf(node, 'anna')).toEqual([]);
  });
});

describe('asked where nobody of the account has ever been', () => {
  it('names a device that is at the other node', async () => {
    const { a, b } = await startTwoNodes();
    await Device.join(a, 'dora', 'page', { clientType: 'web' });
    expect(await peersOf(b, 'dora')).toMatchObject([{ peer_id: 'page', account_id: accountOf('dora') }]);
  });

  it('names a device at every other shard', async () => {
    const node = await startShards(dataFolder());
    // Their connections go to the shards in turn, each once: nobody of them has been at another.
    for (const person of ['p', 'q', 'r', 's']) await Device.join(node, person, 'page');
    for (const person of ['p', 'q', 'r', 's'])
      expect(await peersOf(node, person)).toMatchObject([{ peer_id: 'page' }]);
  });
});

describe('on shards', () => {
  it('names the devices of all of them, whichever answers', async () => {
    const node = await startShards(dataFolder());
    await joinOn(0, node, 'carol', 'first');
    await joinOn(3, node, 'carol', 'last');
    await Generation1.join(node.url, 'carol', 'older');
    const expected = ['first', 'last', 'older'].map((id) => ({
      peer_id: id,
      account_id: accountOf('carol'),
    }));
    // The connections of a server go to its shards in turn.
    for (let asked = 0; asked < 8; asked++)
      await expect.poll(() => peersOf(node, 'carol')).toMatchObject(expected);
  });
});
