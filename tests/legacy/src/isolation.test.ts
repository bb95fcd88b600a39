import { beforeAll, describe, expect, it } from 'vitest';
import { accountOf, Generation1, Generation2 } from './support/clients.js';
import { startSignal } from './support/server.js';

describe('two accounts with clients of generation 1', () => {
  let origin: string;

  beforeAll(async () => {
    ({ origin } = await startSignal());
  });

  it('reach each other by nothing that one sends, however it is addressed', async () => {
    const desk = await Generation1.join(origin, 'bob', 'desk');
    const web = await Generation2.join(origin, 'bob', 'bob_web');
    const mallory = await Generation1.join(origin, 'mallory', 'desk');
    for (const to of ['desk', 'bob_web', web.socket.id ?? '']) {
      expect(await mallory.ask(to, { type: 'get_models', account_id: 'dev:dev:bob' })).toMatchObject({
        success: false,
        code: 'peer_unavailable',
      });
      for (const type of ['offer', 'answer', 'ice_candidate']) {
        mallory.say({ type, to_peer_id: to, account_id: 'dev:dev:bob', sdp: 'hostile' });
        expect(await mallory.next('error')).toMatchObject({ code: 'peer_unavailable', event: type });
      }
      mallory.say({
        type: 'peer_response',
        to_peer_id: to,
        request_id: 'r1',
        success: true,
        data: 'hostile',
      });
      expect(await mallory.next('error')).toMatchObject({ code: 'request_unknown' });
    }
    mallory.say({ type: 'get_peers', account_id: 'dev:dev:bob', user_id: 'bob' });
    expect(await mallory.next('peer_list')).toMatchObject({ peers: [] });
    const rest = await fetch(`${origin}/api/v1/peers/bob`, {
      headers: { authorization: 'Bearer dev:mallory' },
    });
    expect(await rest.json()).toMatchObject({ peers: [{ account_id: accountOf('mallory') }] });
    await desk.settle();
    expect(desk.inbox.count('peer_request') + desk.inbox.count('offer')).toBe(0);
    expect(web.inbox.count('webrtc-signal')).toBe(0);
  });

  it('an answer reaches nobody but who asked', async () => {
    const desk = await Generation1.join(origin, 'carol', 'desk');
    const asker = await Generation1.join(origin, 'carol', 'carol_web', 'web');
    const sibling = await Generation1.join(origin, 'carol', 'carol_web', 'web');
    const thief = await Generation1.join(origin, 'carol', 'laptop');
    const answer = asker.ask('desk', { model: 'llama', messages: [] }, 'same');
    const asked = await desk.next('peer_request');
    thief.say({
      type: 'peer_response',
      to_peer_id: 'carol_web',
      request_id: 'same',
      success: true,
      data: 'forged',
    });
    expect(await thief.next('error')).toMatchObject({ code: 'request_unknown' });
    const { request_id } = asked;
    desk.say({ type: 'peer_response', to_peer_id: 'carol_web', request_id, success: true, data: 'true' });
    expect(await answer).toMatchObject({ success: true, data: 'true' });
    await sibling.settle();
    expect(sibling.inbox.count('chat_response')).toBe(0);
  });
});
