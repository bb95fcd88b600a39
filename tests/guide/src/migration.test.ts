// The setup guide's section "Migration from Legacy System": its four steps in order, on one server and port.
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { startHost } from '../../e2e/src/support/pantheon.js';
import { Generation1, Generation2, type Message } from '../../legacy/src/support/clients.js';
import { SmallEngine } from '../../legacy/src/support/engine.js';
import { health, startSignal } from '../../legacy/src/support/server.js';

const ASK_AGAIN_MS = 50;
const QUESTION = { messages: [{ role: 'user', content: 'still there?' }] };
const ANSWER = { success: true, data: { choices: [{ message: { content: 'still there?' } }] } };

describe('Migration from Legacy System', () => {
  let origin: string;
  let engine: SmallEngine;

  beforeAll(async () => {
    engine = await SmallEngine.start();
    ({ origin } = await startSignal());
  });
  afterAll(async () => {
    await engine.stop();
  });

  /** Ids of the peers that a client of generation 1 sees. */
  async function peersOf(client: Generation1): Promise<string[]> {
    client.say({ type: 'get_peers' });
    const { peers } = (await client.next('peer_list')) as { readonly peers: readonly Message[] } & Message;
    return peers.map((peer) => String(peer['peer_id']));
  }

  /** Our host, as soon as it is in the list: its `Server` line comes before that, and nobody tells old clients. */
  async function hostOf(client: Generation1): Promise<string> {
    for (;;) {
      const host = (await peersOf(client)).find((id) => id.startsWith('d_'));
      if (host !== undefined) return host;
      await setTimeout(ASK_AGAIN_MS);
    }
  }

  it('1. Start the new signaling server: old host and old client meet there as they did', async () => {
    const desk = await Generation1.join(origin, 'alice', 'desk');
    const phone = await Generation1.join(origin, 'alice', 'phone', 'web');
    expect(await peersOf(phone)).toContain('desk');
    const models = phone.ask('desk', { type: 'get_models' });
    await desk.answer(['llama']);
    expect(await models).toMatchObject({ success: true, data: ['llama'] });
    const chat = phone.ask('desk', { model: 'llama', ...QUESTION });
    await desk.answer({ choices: [] });
    expect(await chat).toMatchObject({ success: true, data: { choices: [] } });
  });

  it('2. Update Electron app to use p2pServiceV2: old clients reach the new host, and it sees those of its kind', async () => {
    const phone = await Generation1.join(origin, 'bob', 'phone', 'web');
    await startHost(origin, 'bob', engine.url);
    const host = await hostOf(phone);
    expect(await phone.ask(host, { model: engine.model, ...QUESTION })).toMatchObject(ANSWER);
    const electron = await Generation2.join(origin, 'bob', 'bob_electron');
    electron.socket.emit('request-peer-list');
    const { list } = (await electron.next('peer-list')) as { readonly list: readonly Message[] } & Message;
    expect(list.map((peer) => peer['userId'])).toContain(host);
  });

  it('3. Update Web client to use p2pClientServiceV2: it signals with the host, beside old clients that go on', async () => {
    const old = await Generation1.join(origin, 'carl', 'desk');
    const phone = await Generation1.join(origin, 'carl', 'phone', 'web');
    const electron = await Generation2.join(origin, 'carl', 'carl_electron');
    const web = await Generation2.join(origin, 'carl', 'carl_web');
    web.socket.emit('webrtc-signal', { to: 'carl_electron', signal: { type: 'offer', sdp: 'x' } });
    expect(await electron.next('webrtc-signal')).toMatchObject({ fromUserId: 'carl_web' });
    const models = phone.ask('desk', { type: 'get_models' });
    await old.answer(['llama']);
    expect(await models).toMatchObject({ success: true });
    // Those that do not go together are told so.
    web.socket.emit('webrtc-signal', { to: 'desk', signal: { type: 'offer', sdp: 'x' } });
    expect(await web.next('error')).toMatchObject({ code: 'peer_too_old' });
  });

  it('4. Gradually phase out old WebSocket implementation: the server counts who still uses it', async () => {
    const before = await health(origin);
    const old = await Generation1.join(origin, 'zoe', 'desk');
    const during = await health(origin);
    expect(during.clients.generation1.now).toBe(before.clients.generation1.now + 1);
    old.socket.close();
    await old.closed;
    await expect
      .poll(async () => (await health(origin)).clients.generation1)
      .toMatchObject({
        now: before.clients.generation1.now,
        sinceStart: during.clients.generation1.sinceStart,
      });
  });

  it('4. Gradually phase out old WebSocket implementation: requests first, then all of it, with words for who is left', async () => {
    const signal = (await startSignal('--legacy', 'signal')).origin;
    await Generation1.join(signal, 'alice', 'desk');
    const phone = await Generation1.join(signal, 'alice', 'phone', 'web');
    expect(await phone.ask('desk', { type: 'get_models' })).toMatchObject({ code: 'legacy_relay_off' });
    const off = (await startSignal('--legacy', 'off')).origin;
    const socket = new WebSocket(off.replace('http', 'ws'));
    socket.on('error', () => undefined);
    const [, response] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage];
    expect(response.statusCode).toBe(410);
    await Generation2.join(off, 'alice', 'alice_web');
  });

  it('Legacy endpoints remain functional during transition period', async () => {
    const desk = await Generation1.join(origin, 'eva', 'desk');
    await Generation2.join(origin, 'eva', 'eva_web');
    await Generation2.join(origin, 'eva', 'eva_electron');
    const headers = { authorization: 'Bearer dev:eva' };
    const rest = await fetch(`${origin}/api/v1/peers/eva`, { headers });
    const { peers } = (await rest.json()) as { readonly peers: readonly Message[] };
    expect(peers.map((peer) => peer['peer_id']).sort()).toEqual(['desk', 'eva_electron', 'eva_web']);
    expect((await fetch(`${origin}/api/v1/peers/eva`)).status).toBe(401);
    desk.say({ type: 'heartbeat' });
    expect(await desk.next('heartbeat_ack')).toHaveProperty('timestamp');
  });
});
