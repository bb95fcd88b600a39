import { beforeAll, describe, expect, it } from 'vitest';
import { accountOf, Generation1, type Message } from './support/clients.js';
import { startSignal } from './support/server.js';

describe('a client of generation 1', () => {
  let origin: string;

  beforeAll(async () => {
    ({ origin } = await startSignal('--connects-per-second', '1000'));
  });

  it.each(['', '/', '/ws', '/anywhere/at-all'])(
    'is let in at the address it was given (%j)',
    async (path) => {
      const client = await Generation1.connect(origin, path);
      client.say({ type: 'auth', token: 'dev:alice', peer_id: 'desk' });
      expect(await client.next('auth_response')).toEqual({
        type: 'auth_response',
        success: true,
        peer_id: 'desk',
        account_id: accountOf('alice'),
      });
      client.socket.terminate();
    },
  );

  it('is told why its token is refused', async () => {
    const client = await Generation1.connect(origin);
    client.say({
      type: 'auth',
      token: 'eyJhbGciOiJub25lIn0.e30.',
      peer_id: 'desk',
      account_id: 'dev:dev:alice',
    });
    const answer = await client.next('auth_response');
    expect(answer).toMatchObject({ success: false, code: 'auth_invalid' });
    expect(answer['error']).not.toBe('');
  });

  it('registers, is listed with what it said of itself, and leaves', async () => {
    const desk = await Generation1.join(origin, 'carol', 'desk');
    const phone = await Generation1.join(origin, 'carol', 'phone', 'web');
    phone.say({ type: 'get_peers' });
    const { peers } = (await phone.next('peer_list')) as { readonly peers: readonly Message[] } & Message;
    expect(peers).toMatchObject([
      { peer_id: 'desk', account_id: accountOf('carol'), platform: 'darwin', capabilities: ['ollama'] },
    ]);
    expect(typeof peers[0]?.['last_seen']).toBe('number');
    desk.socket.close();
    await desk.closed;
    await expect
      .poll(async () => {
        phone.say({ type: 'get_peers' });
        return (await phone.next('peer_list'))['peers'];
      })
      .toEqual([]);
  });

  it('sees its account over REST with its token as Bearer', async () => {
    await Generation1.join(origin, 'dave', 'desk');
    const ask = async (headers: Record<string, string>): Promise<Response> =>
      await fetch(`${origin}/api/v1/peers/dave`, { headers });
    expect((await ask({})).status).toBe(401);
    expect((await ask({ authorization: 'Bearer wrong' })).status).toBe(401);
    const answer = await ask({ authorization: 'Bearer dev:dave' });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({
      peers: [{ peer_id: 'desk', account_id: accountOf('dave') }],
    });
  });

  it.each(['offer', 'answer', 'ice_candidate'])('signals another of its kind (%s)', async (type) => {
    const desk = await Generation1.join(origin, 'erin', 'desk');
    const phone = await Generation1.join(origin, 'erin', 'phone', 'web');
    const payload = { sdp: 'v=0', candidate: { sdpMid: '0' } };
    phone.say({ type, to_peer_id: 'desk', from_peer_id: 'somebody else', ...payload });
    expect(await desk.next(type)).toEqual({ type, from_peer_id: 'phone', ...payload });
    desk.socket.terminate();
    phone.socket.terminate();
    await Promise.all([desk.closed, phone.closed]);
  });

  it('asks another of its kind and is answered', async () => {
    const desk = await Generation1.join(origin, 'frank', 'desk');
    const phone = await Generation1.join(origin, 'frank', 'phone', 'web');
    const models = phone.ask('desk', { type: 'get_models' }, 'r1');
    expect(await desk.answer(['llama'])).toEqual({
      type: 'peer_request',
      from_peer_id: 'phone',
      request_id: 'r1',
      data: { type: 'get_models' },
    });
    expect(await models).toMatchObject({ request_id: 'r1', success: true, data: ['llama'] });
    const chat = phone.ask('desk', { model: 'llama', messages: [] }, 2);
    await desk.answer({ object: 'chat.completion' });
    expect(await chat).toMatchObject({ request_id: 2, success: true, data: { object: 'chat.completion' } });
  });

  it('may send nothing but auth before it is signed in', async () => {
    const client = await Generation1.connect(origin);
    for (const type of ['register', 'get_peers', 'heartbeat', 'offer', 'answer', 'ice_candidate']) {
      client.say({ type, to_peer_id: 'desk' });
      expect(await client.next('error')).toMatchObject({ code: 'auth_required', event: type });
    }
    const asked = await client.ask('desk', { type: 'get_models' });
    expect(asked).toMatchObject({ success: false, code: 'auth_required' });
  });

  it('is told what is malformed in every message, and is served as before', async () => {
    const client = await Generation1.join(origin, 'grace', 'desk');
    const texts: readonly (readonly [text: string, code: string, answer?: string])[] = [
      ['{', 'invalid_json'],
      ['[]', 'invalid_json'],
      ['\u0000', 'invalid_json'],
      ['{}', 'unknown_event'],
      ['{"type":"format_disk"}', 'unknown_event'],
      ['{"type":"auth","token":7}', 'invalid_argument', 'auth_response'],
      ['{"type":"peer_request","request_id":"r"}', 'invalid_argument', 'chat_response'],
      [
        '{"type":"peer_request","to_peer_id":"x","request_id":"r","data":7}',
        'invalid_argument',
        'chat_response',
      ],
      ['{"type":"peer_response","to_peer_id":"x","request_id":"r"}', 'invalid_argument'],
      ['{"type":"models_response","to_peer_id":"x","request_id":"r","success":true}', 'request_unknown'],
      ['{"type":"offer","sdp":"x"}', 'invalid_argument'],
      [`{"type":"answer","to_peer_id":"x","sdp":"${'x'.repeat(70_000)}"}`, 'too_large'],
      ['{"type":"ice_candidate","to_peer_id":[]}', 'invalid_argument'],
    ];
    for (const [text, code, answer = 'error'] of texts) {
      client.socket.send(text);
      expect(await client.next(answer), text.slice(0, 80)).toMatchObject({ code });
    }
    await client.settle();
  });

  it('is closed when a message is beyond all measure, and nobody else is touched', async () => {
    const other = await Generation1.join(origin, 'heidi', 'phone');
    const client = await Generation1.join(origin, 'heidi', 'desk');
    client.socket.send('x'.repeat(2 * 1024 * 1024));
    // 1009, unless the end of the connection overtakes the close frame: the client is still sending.
    expect([1006, 1009]).toContain(await client.closed);
    await other.settle();
  });
});
