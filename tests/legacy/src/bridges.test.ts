import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startHost } from '../../e2e/src/support/pantheon.js';
import type { Process } from '../../e2e/src/support/process.js';
import { MemoryStore, PantheonClient } from '../../../packages/client/src/index.js';
import { Generation1, Generation2, type Message } from './support/clients.js';
import { SmallEngine } from './support/engine.js';
import { health, metrics, startSignal, type Server } from './support/server.js';

const SECRET = 'a prompt that nobody logs';

describe('generation 1 and the others', () => {
  let server: Server;
  let engine: SmallEngine;
  let host: Process;
  let hostId: string;
  const clients: PantheonClient[] = [];

  beforeAll(async () => {
    engine = await SmallEngine.start();
    server = await startSignal();
    host = await startHost(server.origin, 'alice', engine.url);
    const looker = await Generation1.join(server.origin, 'alice', 'looker', 'web');
    looker.say({ type: 'get_peers' });
    const { peers } = (await looker.next('peer_list')) as { readonly peers: readonly Message[] } & Message;
    hostId = String(peers.find((peer) => peer['generation'] === 2)?.['peer_id']);
  });
  afterAll(async () => {
    for (const client of clients) await client.stop();
    await engine.stop();
  });

  async function ours(account: string): Promise<PantheonClient> {
    const store = new MemoryStore();
    const client = new PantheonClient({ server: server.origin, store, token: `dev:${account}` });
    clients.push(client);
    await client.start();
    return client;
  }

  it('a client of generation 1 asks our host for its models', async () => {
    const phone = await Generation1.join(server.origin, 'alice', 'phone', 'web');
    const answer = await phone.ask(hostId, { type: 'get_models' });
    expect(answer).toMatchObject({ success: true, from_peer_id: hostId });
    expect(JSON.stringify(answer['data'])).toContain(engine.model);
  });

  it('a client of generation 1 chats with our host', async () => {
    const phone = await Generation1.join(server.origin, 'alice', 'phone', 'web');
    const messages = [{ role: 'user', content: SECRET }];
    const answer = await phone.ask(hostId, { model: engine.model, messages, stream: true });
    expect(answer).toMatchObject({
      success: true,
      data: { object: 'chat.completion', choices: [{ message: { content: SECRET } }] },
    });
    expect(engine.chats.at(-1)).toMatchObject({ stream: false });
  });

  it('what our host refuses has its code', async () => {
    const phone = await Generation1.join(server.origin, 'alice', 'phone', 'web');
    expect(await phone.ask(hostId, { model: 'nothing', messages: [] })).toMatchObject({
      success: false,
      code: 'model_not_found',
    });
    expect(await phone.ask(hostId, { type: 'format_disk' })).toMatchObject({
      success: false,
      code: 'unknown_message',
    });
  });

  it('our client sees a host of generation 1 and chats with it through the server', async () => {
    const desk = await Generation1.join(server.origin, 'bob', 'desk');
    const client = await ours('bob');
    await expect.poll(() => client.hosts.map((shown) => shown.deviceId)).toEqual(['desk']);
    expect(client.hosts[0]).toMatchObject({ protocol: 'legacy', relayed: true, online: true, hosting: true });
    const listed = desk.answer({ models: [{ name: 'llama' }] }); // asked for as soon as it is connected
    const channel = await client.connectLegacy('desk');
    expect(await listed).toMatchObject({ data: { type: 'get_models' } });
    await expect.poll(() => client.models.map(({ model }) => model.id)).toEqual(['llama']);
    const chat = channel.chat({ model: 'llama', messages: [{ role: 'user', content: SECRET }] });
    const asked = await desk.answer({ object: 'chat.completion' });
    expect(asked['data']).toMatchObject({ model: 'llama', stream: false });
    expect(await chat).toEqual({ object: 'chat.completion' });
    const late = expect(channel.chat({ model: 'llama' })).rejects.toThrow();
    await desk.next('peer_request');
    desk.socket.terminate();
    await late;
  });

  it('generation 2 sees generation 1 come and go, and is told that they do not go together', async () => {
    const web = await Generation2.join(server.origin, 'carol', 'carol_web');
    const desk = await Generation1.join(server.origin, 'carol', 'desk');
    expect(await web.next('peer-joined')).toMatchObject({ userId: 'desk', generation: 1, link: false });
    web.socket.emit('webrtc-signal', { to: 'desk', signal: { type: 'offer', sdp: 'x' } });
    expect(await web.next('error')).toMatchObject({ code: 'peer_too_old', targetUserId: 'desk' });
    web.socket.emit('request-models', 'desk');
    expect(await web.next('error')).toMatchObject({ code: 'peer_too_old' });
    const refused = await desk.ask('carol_web', { type: 'get_models' });
    expect(refused).toMatchObject({ success: false, code: 'peer_too_old' });
    expect(refused['error']).toContain('update Pantheon');
    desk.say({ type: 'offer', to_peer_id: 'carol_web', sdp: 'x' });
    expect(await desk.next('error')).toMatchObject({ code: 'peer_too_old', event: 'offer' });
    desk.socket.close();
    expect(await web.next('peer-left')).toMatchObject({ userId: 'desk' });
  });

  it('server and host say once a session that such requests cross the server in the clear, and never what is in them', async () => {
    const { process } = server;
    const said = (): number => process.stderr.filter((line) => line.includes('in the clear')).length;
    const before = said();
    const phone = await Generation1.join(server.origin, 'alice', 'tablet', 'web');
    for (const id of [1, 2, 3]) await phone.ask(hostId, { type: 'get_models' }, id);
    expect(said()).toBe(before + 1);
    expect(host.stderr.filter((line) => line.includes('through the signaling server'))).toHaveLength(1);
    expect(process.output + host.output).not.toContain(SECRET);
    const { legacy } = await health(server.origin);
    expect(legacy['requestsToHosts']).toBeGreaterThanOrEqual(5);
    expect(legacy['requestsToGeneration1']).toBeGreaterThanOrEqual(2);
  });

  it('metrics count who speaks which generation, and each request that crosses the server in the clear', async () => {
    const count = async (name: string): Promise<number | undefined> =>
      (await metrics(server.origin)).get(name);
    const toHosts = 'pantheon_legacy_requests_total{to="hosts"}';
    const toGeneration1 = 'pantheon_legacy_requests_total{to="generation1"}';
    const refused = 'pantheon_legacy_refused_total{what="requests"}';
    const before = await metrics(server.origin);
    const phone = await Generation1.join(server.origin, 'alice', 'counted', 'web');
    const desk = await Generation1.join(server.origin, 'alice', 'counted-desk');
    for (const id of [1, 2]) await phone.ask(hostId, { type: 'get_models' }, id);
    const answered = desk.answer({ models: [] });
    await phone.ask('counted-desk', { type: 'get_models' });
    await answered;
    await phone.ask('nobody', { type: 'get_models' });
    expect(await count(toHosts)).toBe((before.get(toHosts) ?? NaN) + 2);
    expect(await count(toGeneration1)).toBe((before.get(toGeneration1) ?? NaN) + 1);
    expect(await count(refused)).toBe((before.get(refused) ?? NaN) + 1);
    expect(await count('pantheon_legacy_refused_total{what="connections"}')).toBe(0);

    const web = await Generation2.join(server.origin, 'dora', 'dora_web');
    const { clients: seen } = await health(server.origin);
    for (const [generation, { now, sinceStart }] of [
      ['1', seen.generation1],
      ['2', seen.generation2],
      ['current', seen.current],
    ] as const) {
      expect(now).toBeGreaterThan(0);
      expect(await count(`pantheon_clients{generation="${generation}"}`)).toBe(now);
      expect(await count(`pantheon_clients_total{generation="${generation}"}`)).toBe(sinceStart);
    }
    web.socket.disconnect();
    const text = await (await fetch(`${server.origin}/metrics`)).text();
    expect(text).toMatch(/^# HELP pantheon_legacy_requests_total .*cross this server in the clear$/m);
  });
});
