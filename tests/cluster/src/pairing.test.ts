// Two nodes on one machine: one Redis, one data folder (docs/cluster.md). Whoever is paired, signed in or revoked at one of
// them is so at the other. A node with another data folder does not start
// (presence.test.ts), and nodes on several machines pair nobody (two-machines.test.ts).
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { DeviceKey } from '../../../packages/client/src/identity/device-key.js';
import { signRefresh } from '../../../packages/client/src/identity/hello-proof.js';
import type { PairingLink } from '../../../packages/client/src/pairing/pairing-link.js';
import { type Pairing, redeemPairing } from '../../../packages/client/src/pairing/redeem.js';
import {
  accountOf,
  acknowledged,
  freshPairingLink,
  joinWithKey,
  nonceOf,
  openCode,
  revocation,
} from './support/keys.js';
import {
  type Device,
  SignalNode,
  type TwoNodes,
  becomes,
  disconnectDevices,
  startTwoNodes,
} from './support/signal.js';

let nodes: TwoNodes;
let a: SignalNode;
let b: SignalNode;
let accounts = 0;
beforeAll(async () => {
  nodes = await startTwoNodes();
  ({ a, b } = nodes);
  await becomes(async () => (await a.health()).cluster.nodes === 2);
});
afterEach(disconnectDevices);

/** A host with a key, which vouches. */
class Host {
  readonly who = `someone${++accounts}`;
  readonly key = DeviceKey.generate();
  readonly link = freshPairingLink();
  account = '';

  async join(node: SignalNode): Promise<Device> {
    const device = await joinWithKey(node, this.who, this.key);
    this.account = await accountOf(device);
    return device;
  }

  async open(device: Device): Promise<void> {
    await openCode(device, this.key, this.account, this.link);
  }
}

async function redeem(node: SignalNode, link: PairingLink, key = DeviceKey.generate()): Promise<Pairing> {
  return await redeemPairing(new URL(node.url), link, { key, name: 'Phone', platform: 'x' });
}

async function refresh(node: SignalNode, key: DeviceKey, { refreshToken }: Pairing): Promise<Response> {
  const nonce = await nonceOf(node);
  const signature = signRefresh(key, nonce, key.deviceId, refreshToken);
  const body = JSON.stringify({ refreshToken, deviceId: key.deviceId, nonce, signature });
  return await fetch(`${node.url}/v1/tokens/refresh`, { method: 'POST', body });
}

describe('a pairing code of one node', () => {
  it('is redeemed at the other, once', async () => {
    const host = new Host();
    await host.open(await host.join(a));
    const paired = await redeem(b, host.link);
    expect(paired.account).toBe(host.account);
    expect(paired.voucher.publicKey).toBe(host.key.publicKeyText);
    for (const node of [a, b])
      await expect(redeem(node, host.link)).rejects.toMatchObject({ code: 'pairing_code_unknown' });
  });

  it('goes along when its device returns at the other, as when the first was killed', async () => {
    const doomed = await SignalNode.start(nodes.redis, nodes.data);
    const host = new Host();
    const before = await host.join(doomed);
    await host.open(before);
    await doomed.program.stop('SIGKILL');
    await before.next('disconnect');
    await host.open(await host.join(b));
    expect((await redeem(a, host.link)).account).toBe(host.account);
  });

  it('is refused with a code, and stays good, when nobody is there to vouch', async () => {
    const host = new Host();
    const device = await host.join(a);
    await host.open(device);
    device.socket.disconnect();
    await expect(redeem(b, host.link)).rejects.toMatchObject({ code: 'pairing_voucher_gone' });
    await host.open(await host.join(b));
    expect((await redeem(a, host.link)).account).toBe(host.account);
  });
});

describe('tokens that one node has given', () => {
  it('are taken and renewed by the other, and so is a nonce', async () => {
    const host = new Host();
    const tower = await host.join(a);
    await host.open(tower);
    const key = DeviceKey.generate();
    const paired = await redeem(a, host.link, key);
    const phone = await joinWithKey(b, host.who, key, paired.accessToken);
    expect(phone.peers).toEqual([host.key.deviceId]);
    phone.socket.emit('webrtc-signal', { to: host.key.deviceId, signal: 'offer' });
    expect(await tower.next('webrtc-signal')).toMatchObject({ fromUserId: key.deviceId, signal: 'offer' });
    const renewed = await refresh(b, key, paired);
    expect(renewed.status).toBe(200);
    const { accessToken } = (await renewed.json()) as { accessToken: string };
    expect((await joinWithKey(a, host.who, key, accessToken)).peers).toContain(host.key.deviceId);
  });

  it('count at neither once the device is revoked at one, which cuts it at both within a second', async () => {
    const host = new Host();
    const tower = await host.join(a);
    await host.open(tower);
    const key = DeviceKey.generate();
    const paired = await redeem(b, host.link, key);
    const sockets = await Promise.all(
      [a, b].map(async (node) => await joinWithKey(node, host.who, key, paired.accessToken)),
    );
    const began = performance.now();
    const revoked = await acknowledged(tower, 'revoke-device', revocation(host.account, host.key, key));
    expect(revoked).toMatchObject({ ok: true });
    for (const socket of sockets) await socket.next('disconnect');
    expect(performance.now() - began).toBeLessThan(1000);
    for (const node of [a, b]) {
      const back = joinWithKey(node, host.who, key, paired.accessToken);
      await expect(back).rejects.toMatchObject({ data: { code: 'device_revoked' } });
      const renewed = await refresh(node, key, paired);
      expect(renewed.status).toBe(401);
      expect(await renewed.json()).toMatchObject({ error: { code: 'auth_invalid' } });
    }
  });
});
