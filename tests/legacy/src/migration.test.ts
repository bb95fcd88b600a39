import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startHost } from '../../e2e/src/support/pantheon.js';
import { Generation1, Generation2, type Message } from './support/clients.js';
import { SmallEngine } from './support/engine.js';
import { health, startSignal } from './support/server.js';

// Named after the sentences of the setup guide.
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

  it('Legacy endpoints remain functional during transition period', async () => {
    // The old pair, as before.
    const desk = await Generation1.join(origin, 'alice', 'desk');
    const phone = await Generation1.join(origin, 'alice', 'phone', 'web');
    const models = phone.ask('desk', { type: 'get_models' });
    await desk.answer(['llama']);
    expect(await models).toMatchObject({ success: true, data: ['llama'] });
    // Beside it clients of generation 2, on the same port.
    const web = await Generation2.join(origin, 'alice', 'alice_web');
    const electron = await Generation2.join(origin, 'alice', 'alice_electron');
    web.socket.emit('webrtc-signal', { to: 'alice_electron', signal: { type: 'offer', sdp: 'x' } });
    expect(await electron.next('webrtc-signal')).toMatchObject({ fromUserId: 'alice_web' });
    // The host is updated first; the old phone reaches it as it reached the old one.
    await startHost(origin, 'alice', engine.url);
    phone.say({ type: 'get_peers' });
    const { peers } = (await phone.next('peer_list')) as { readonly peers: readonly Message[] } & Message;
    const updated = peers.find((peer) => String(peer['peer_id']).startsWith('d_'));
    const chat = { model: engine.model, messages: [{ role: 'user', content: 'still there?' }] };
    expect(await phone.ask(String(updated?.['peer_id']), chat)).toMatchObject({
      success: true,
      data: { choices: [{ message: { content: 'still there?' } }] },
    });
    // The old REST endpoint lists everyone.
    const rest = await fetch(`${origin}/api/v1/peers/alice`, {
      headers: { authorization: 'Bearer dev:alice' },
    });
    const listed = (await rest.json()) as { readonly peers: readonly Message[] };
    expect(listed.peers.map((peer) => peer['peer_id'])).toEqual(
      expect.arrayContaining(['desk', 'phone', 'alice_web', 'alice_electron', updated?.['peer_id']]),
    );
  });

  it('Gradually phase out old WebSocket implementation: the server counts who still uses it', async () => {
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
});
