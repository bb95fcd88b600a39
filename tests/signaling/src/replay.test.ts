// Connection state recovery is for Socket.IO servers that want it. Here a signal is for the connection it was sent to: a
// later one of the same device knows nothing of the negotiation that it belongs to.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { PollingSession, SEPARATOR } from '../../socketio/src/polling-session.js';
import { Device } from './device.js';
import { Signal } from './program.js';

let signal: Signal;
const devices: Device[] = [];
beforeAll(async () => {
  signal = await Signal.start('--no-stun');
});
afterEach(() => {
  for (const device of devices.splice(0)) device.close();
});
afterAll(async () => {
  await signal.stop();
});

type Auth = Readonly<Record<string, unknown>>;

/** A page whose packets are seen as they are. */
class RawPage {
  readonly session: PollingSession;
  /** The payload of CONNECT. */
  readonly connected: Auth;

  private constructor(session: PollingSession, connected: Auth) {
    this.session = session;
    this.connected = connected;
  }

  static async connect(account: string, more: Auth = {}): Promise<RawPage> {
    const session = await PollingSession.open(signal.origin, '/socket.io/');
    const auth = { token: `dev:${account}`, userId: account, clientType: 'web', deviceId: `${account}_web` };
    await session.post(`40${JSON.stringify({ ...auth, ...more })}`);
    const [packet = ''] = (await session.poll()).split(SEPARATOR);
    const page = new RawPage(session, JSON.parse(packet.replace(/^40/, '')) as Auth);
    await session.post('42["join-account"]');
    await page.until('existing-peers');
    return page;
  }

  /** The packets that come before and with the next event of that name. */
  async until(event: string): Promise<string[]> {
    const packets: string[] = [];
    while (!packets.some((packet) => packet.startsWith(`42["${event}"`)))
      packets.push(...(await this.session.poll()).split(SEPARATOR));
    return packets;
  }

  /** Every packet that the server has for it by now. */
  async all(): Promise<string[]> {
    await this.session.post('42["request-peer-list"]');
    return await this.until('peer-list');
  }
}

async function join(account: string, deviceId: string): Promise<Device> {
  const device = await Device.join(signal.origin, account, deviceId);
  devices.push(device);
  return device;
}

describe('a client that comes back', () => {
  it('is offered no recovery: CONNECT has a session id and nothing else, and no event an offset', async () => {
    const host = await join('anna', 'anna_electron');
    const page = await RawPage.connect('anna');
    expect(Object.keys(page.connected)).toEqual(['sid']);
    await host.ask('webrtc-signal', { to: 'anna_web', signal: 'one' });
    const signals = (await page.all()).filter((packet) => packet.includes('webrtc-signal'));
    expect(signals.map((packet) => JSON.parse(packet.slice(2)) as unknown)).toEqual([
      ['webrtc-signal', { fromUserId: 'anna_electron', fromSocketId: host.id, signal: 'one' }],
    ]);
  });

  it('with the pid and offset of a recovery is a new socket, and is sent none of the signals that it missed', async () => {
    const host = await join('bob', 'bob_electron');
    const before = await RawPage.connect('bob');
    const sid = String(before.connected['sid']);
    await host.ask('webrtc-signal', { to: 'bob_web', signal: 'seen' });
    const seen = (await before.all()).find((packet) => packet.includes('"seen"')) ?? '';
    const [, , offset = '0'] = JSON.parse(seen.slice(2)) as unknown[];
    // One that it never polls, then it breaks off, then one that comes too late.
    expect(await host.ask('webrtc-signal', { to: 'bob_web', signal: 'missed' })).toEqual({ ok: true });
    await before.session.post('1');
    await host.ask('webrtc-signal', { to: 'bob_web', signal: 'missed, too' });
    for (const pid of [before.connected['pid'] ?? sid, 'made up']) {
      const after = await RawPage.connect('bob', { pid, offset });
      expect(Object.keys(after.connected)).toEqual(['sid']);
      expect(after.connected['sid']).not.toBe(sid);
      const packets = await after.all();
      expect(packets.filter((packet) => packet.includes('webrtc-signal'))).toEqual([]);
      await host.ask('webrtc-signal', {
        to: 'bob_web',
        toSocketId: after.connected['sid'],
        signal: 'afterwards',
      });
      expect(await after.all()).toContainEqual(expect.stringContaining('"afterwards"'));
    }
  });

  it('with the official client has a new id, and what was sent meanwhile does not come', async () => {
    const host = await join('carl', 'carl_electron');
    const page = new Device('page', signal.origin, 'carl', 'carl_web', { reconnection: true });
    devices.push(page);
    await page.next('existing-peers');
    const { id } = page;
    await host.ask('webrtc-signal', { to: 'carl_web', signal: 'before' });
    await page.next('webrtc-signal');
    page.drop();
    await host.ask('webrtc-signal', { to: 'carl_web', signal: 'meanwhile' }); // refused, or it goes to the socket that ends
    await page.next('existing-peers', 1);
    expect(page.id).not.toBe(id);
    expect(page.socket.recovered).not.toBe(true);
    await host.ask('webrtc-signal', { to: 'carl_web', signal: 'after' });
    await page.next('webrtc-signal', 1);
    const signals = page.all('webrtc-signal').map((payload) => (payload as { signal: unknown }).signal);
    expect(signals).toEqual(['before', 'after']);
  });
});
