import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { Generation1, Generation2 } from './support/clients.js';
import { health, startSignal } from './support/server.js';

describe('pantheon signal --legacy', () => {
  it('signal: everything but requests, which the server could read', async () => {
    const { origin } = await startSignal('--legacy', 'signal');
    const desk = await Generation1.join(origin, 'alice', 'desk');
    const phone = await Generation1.join(origin, 'alice', 'phone', 'web');
    expect(await phone.ask('desk', { type: 'get_models' })).toMatchObject({
      success: false,
      code: 'legacy_relay_off',
    });
    phone.say({ type: 'offer', to_peer_id: 'desk', sdp: 'x' });
    await desk.next('offer');
    expect(desk.inbox.count('peer_request')).toBe(0);
    const web = await Generation2.join(origin, 'alice', 'alice_web');
    const asked = { to: 'desk', requestId: 'q', data: { type: 'get_models' } };
    expect(await web.socket.emitWithAck('legacy-ask', asked)).toMatchObject({ code: 'legacy_relay_off' });
  });

  it('off: upgrades are refused with a clear message, all else goes on', async () => {
    const { origin } = await startSignal('--legacy', 'off');
    const socket = new WebSocket(origin.replace('http', 'ws'));
    socket.on('error', () => undefined);
    const [, response] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage];
    let body = '';
    for await (const piece of response) body += String(piece);
    expect(response.statusCode).toBe(410);
    expect(JSON.parse(body)).toMatchObject({ error: { code: 'legacy_off' } });
    const rest = await fetch(`${origin}/api/v1/peers/a`, { headers: { authorization: 'Bearer dev:a' } });
    expect(rest.status).toBe(410);
    await Generation2.join(origin, 'alice', 'alice_web');
    expect(await health(origin)).toMatchObject({
      clients: { generation1: { sinceStart: 0 }, generation2: { now: 1 } },
      legacy: { mode: 'off', refusedConnections: 1 },
    });
  });

  it('a host that does not answer in time is given up with a code', async () => {
    const { origin } = await startSignal('--legacy-request-timeout', '1s');
    await Generation1.join(origin, 'alice', 'desk');
    const phone = await Generation1.join(origin, 'alice', 'phone', 'web');
    expect(await phone.ask('desk', { model: 'm', messages: [] })).toMatchObject({
      success: false,
      code: 'peer_timeout',
    });
  });

  it('who says nothing, not even a heartbeat, is cut off', async () => {
    const { origin } = await startSignal('--legacy-idle-timeout', '1s');
    const desk = await Generation1.join(origin, 'alice', 'desk');
    expect(await desk.next('error')).toMatchObject({ code: 'timeout' });
    expect(await desk.closed).toBe(1008);
  });

  it('says goodbye when the server stops', async () => {
    const { origin, process } = await startSignal();
    const desk = await Generation1.join(origin, 'alice', 'desk');
    const stopped = process.stop();
    expect(await desk.closed).toBe(1001);
    expect((await stopped).code).toBe(0);
  });
});
