// Nodes with nothing in common but Redis, as on two machines (`--devices=off`, docs/cluster.md).
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { stopAll as stopPublisher } from '../../sign-in/src/support/cleanup.js';
import { DeviceKey } from '../../sign-in/src/support/client.js';
import { firebaseClaims, Publisher, TokenKey } from '../../sign-in/src/support/issuer.js';
import { Redis } from './support/redis.js';
import { Device, SignalNode, becomes, dataFolder, disconnectDevices, launchNode } from './support/signal.js';

const PROJECT = 'pantheon-test';
let redis: Redis;
let publisher: Publisher;
let google: TokenKey;
let server1: SignalNode;
let server2: SignalNode;
let people = 0;

/** A machine: a data folder of its own. */
async function startMachine(...more: string[]): Promise<SignalNode> {
  const firebase = ['--firebase-project-id', PROJECT, '--firebase-certs-url', publisher.url('/certs')];
  const options = ['--devices', 'off', '--auth-key', 'secret of all', ...firebase, ...more];
  return await SignalNode.of(launchNode(redis, dataFolder(), '1s', options));
}

/** A person who is signed in with Firebase: an ID token, and the account it opens. */
class Person {
  readonly uid = `person${++people}`;
  readonly account = `firebase:${PROJECT}:${this.uid}`;
  readonly token = google.token(firebaseClaims(PROJECT, this.uid));

  /** Joins with a browser of today, whose key is proven at the other machine's nonce. */
  async join(node: SignalNode, key: DeviceKey, nonceOf = node): Promise<Device> {
    const hello = await key.hello(nonceOf.url, this.token);
    return await Device.join(node, '', key.deviceId, { ...hello });
  }

  /** Joins with an older app, which has no key. */
  async joinOlder(node: SignalNode, deviceId: string): Promise<Device> {
    return await Device.join(node, '', deviceId, { token: this.token, userId: this.uid });
  }

  async refusal(node: SignalNode, key: DeviceKey): Promise<unknown> {
    return await this.join(node, key).then(
      () => 'let in',
      (error: Error & { data?: { code: string } }) => error.data?.code,
    );
  }
}

function revocation(by: DeviceKey, of: DeviceKey, account: string): object {
  const { deviceId, publicKey } = of;
  return by.state({ type: 'revoke', account, deviceId, publicKey, name: '', time: Date.now() });
}

beforeAll(async () => {
  redis = await Redis.start();
  publisher = await Publisher.start();
  google = TokenKey.rsa('key-1');
  publisher.publishCertificates(google);
  [server1, server2] = await Promise.all([startMachine(), startMachine('--shards', '2')]);
  await becomes(async () => (await server1.health()).cluster.nodes === 3);
});
afterEach(disconnectDevices);
afterAll(stopPublisher);

describe('server1 and server2 of the setup guide, on two machines', () => {
  it('are one server for a person who signs in with Firebase', async () => {
    const person = new Person();
    const host = await person.joinOlder(server1, `${person.uid}_electron`);
    const page = await person.joinOlder(server2, `${person.uid}_web`);
    expect(page.peers).toEqual([`${person.uid}_electron`]);
    expect(await host.next('peer-joined')).toMatchObject({ userId: `${person.uid}_web` });
    expect(await host.next('server-info')).toMatchObject({ account: person.account });
    const [to] = page.peers;
    for (let n = 0; n < 20; n++) page.socket.emit('webrtc-signal', { to, signal: { n } });
    for (let n = 0; n < 20; n++) expect(await host.next('webrtc-signal')).toMatchObject({ signal: { n } });
    host.socket.emit('webrtc-signal', { to: `${person.uid}_web`, signal: 'answer' });
    expect(await page.next('webrtc-signal')).toMatchObject({ signal: 'answer' });
    page.socket.disconnect();
    expect(await host.next('peer-left')).toMatchObject({ userId: `${person.uid}_web` });
  });

  it('are one server for who has the shared key', async () => {
    const auth = { token: '', authKey: 'secret of all' };
    const first = await Device.join(server1, '', 'first', auth);
    const second = await Device.join(server2, '', 'second', auth);
    expect(second.peers).toEqual(['first']);
    await first.next('peer-joined');
    first.socket.emit('webrtc-signal', { to: 'second', signal: 'x' });
    expect(await second.next('webrtc-signal')).toMatchObject({ fromUserId: 'first', signal: 'x' });
  });

  it('never let two persons meet', async () => {
    const page = await new Person().joinOlder(server1, 'page');
    const other = await new Person().joinOlder(server2, 'other');
    expect(other.peers).toEqual([]);
    other.socket.emit('webrtc-signal', { to: 'page', toSocketId: page.id, signal: {} });
    expect(await other.next('error')).toMatchObject({ code: 'peer_unavailable' });
  });

  it("take each other's nonces, each of them once", async () => {
    const [person, key] = [new Person(), new DeviceKey()];
    const hello = { ...(await key.hello(server1.url, person.token)) };
    const page = await Device.join(server2, '', key.deviceId, hello);
    const seen = await person.joinOlder(server1, 'seen');
    expect(seen.lastList).toMatchObject([{ userId: key.deviceId, publicKey: key.publicKey }]);
    for (const node of [server1, server2]) {
      const replayed = Device.connect(node, '', key.deviceId, hello);
      await expect(replayed).rejects.toMatchObject({ data: { code: 'proof_invalid' } });
    }
    expect(page.socket.connected).toBe(true);
  });

  it('cut a device that was revoked on the other, and let it in nowhere any more', async () => {
    const person = new Person();
    const [owner, lost] = [new DeviceKey(), new DeviceKey()];
    const host = await person.join(server1, owner, server2);
    const phone = await person.join(server2, lost, server1);
    expect(await host.next('peer-joined')).toMatchObject({ userId: lost.deviceId });
    const list = (await host.socket.emitWithAck('list-devices', {})) as { devices: object[] };
    expect(list.devices).toHaveLength(2);
    const begun = performance.now();
    const statement = revocation(owner, lost, person.account);
    expect(await host.socket.emitWithAck('revoke-device', { statement })).toMatchObject({ ok: true });
    expect(await phone.next('device-revoked')).toMatchObject({ deviceId: lost.deviceId });
    await phone.next('disconnect');
    expect(performance.now() - begun).toBeLessThan(1000);
    const later = await startMachine();
    for (const node of [server1, server2, later])
      expect(await person.refusal(node, lost)).toBe('device_revoked');
    expect(host.socket.connected).toBe(true);
    await later.program.stop();
  });

  it('know a revocation still when Redis has forgotten it', async () => {
    const person = new Person();
    const [owner, lost] = [new DeviceKey(), new DeviceKey()];
    const host = await person.join(server1, owner);
    const statement = revocation(owner, lost, person.account);
    expect(await host.socket.emitWithAck('revoke-device', { statement })).toMatchObject({ ok: true });
    await redis.stop();
    await redis.restart();
    for (const node of [server1, server2]) await becomes(async () => (await node.health()).cluster.ready);
    await becomes(async () => (await person.refusal(server2, lost)) === 'device_revoked');
  });

  it('pair no devices, and tell them what to do instead', async () => {
    const person = new Person();
    const host = await person.join(server1, new DeviceKey());
    const code = Buffer.alloc(16, 1).toString('base64url');
    expect(await host.socket.emitWithAck('pairing-open', { code })).toMatchObject({
      ok: false,
      code: 'devices_off',
      message: expect.stringContaining("sign in with the account's provider") as string,
    });
    const answer = await fetch(`${server2.url}/v1/pairing/redeem`, { method: 'POST', body: '{}' });
    expect(answer.status).toBe(403);
    expect(await answer.json()).toMatchObject({ error: { code: 'devices_off' } });
  });

  it('are not joined by a node that keeps devices', async () => {
    const stranger = launchNode(redis, dataFolder());
    await stranger.line(/another server.*they run with --devices=off, this one does not/);
    expect(await stranger.exited).toBe(78);
  });
});
