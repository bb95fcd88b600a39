import { io, type Socket } from 'socket.io-client';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startSignal } from './support/pantheon.js';

/** A device of an account, over the official client; notes all it is told. */
class Device {
  readonly heard: (readonly [event: string, ...payload: unknown[]])[] = [];
  private readonly waiting = new Set<() => void>();

  readonly socket: Socket;

  private constructor(socket: Socket) {
    this.socket = socket;

    socket.onAny((event: string, ...payload: unknown[]) => {
      this.heard.push([event, ...payload]);
      for (const wake of this.waiting) wake();
    });
  }

  static async join(origin: string, account: string, deviceId: string): Promise<Device> {
    const auth = { token: `dev:${account}`, userId: account, clientType: 'web', deviceId };
    const socket = io(origin, { auth, transports: ['websocket'], forceNew: true, reconnection: false });
    const device = new Device(socket);
    socket.emit('join-account');
    await device.next('existing-peers');
    return device;
  }

  /** The payload of the first event of that name, come or to come. */
  async next(event: string): Promise<unknown> {
    for (;;) {
      const found = this.heard.find(([name]) => name === event);
      if (found !== undefined) return found[1];
      await new Promise<void>((resolve) => this.waiting.add(resolve));
    }
  }

  get id(): string {
    return this.socket.id ?? '';
  }
}

describe('two accounts at one signaling server', () => {
  let origin: string;
  let devices: Device[] = [];

  beforeAll(async () => {
    ({ origin } = await startSignal());
  });
  beforeEach(() => {
    devices = [];
  });
  afterEach(() => {
    for (const { socket } of devices) socket.disconnect();
  });

  async function join(account: string, deviceId: string): Promise<Device> {
    const device = await Device.join(origin, account, deviceId);
    devices.push(device);
    return device;
  }

  /** Says something to `to` from its own account, after all that went before; resolves when it is there. */
  async function reach(to: Device, from: Device): Promise<void> {
    from.socket.emit('webrtc-signal', {
      to: 'bob_web',
      toSocketId: to.id,
      signal: { type: 'offer', sdp: 'last' },
    });
    await to.next('webrtc-signal');
  }

  it('do not see each other', async () => {
    await join('alice', 'alice_web');
    const bob = await join('bob', 'bob_web');
    bob.heard.length = 0;
    bob.socket.emit('request-peer-list');
    expect(await bob.next('peer-list')).toEqual([]);
  });

  it('devices of one account do see and signal each other', async () => {
    const bob = await join('bob', 'bob_web');
    const other = await join('bob', 'bob_electron');
    expect(await bob.next('peer-joined')).toMatchObject({ userId: 'bob_electron', socketId: other.id });
    other.socket.emit('webrtc-signal', { targetUserId: 'bob_web', data: { type: 'offer', sdp: 'x' } });
    expect(await bob.next('webrtc-signal')).toMatchObject({
      fromUserId: 'bob_electron',
      signal: { sdp: 'x' },
    });
  });

  it('nothing that one sends, however it is addressed, reaches the other', async () => {
    const bob = await join('bob', 'bob_web');
    const friend = await join('bob', 'bob_electron');
    await bob.next('peer-joined');
    bob.heard.length = 0;
    const mallory = await join('mallory', 'bob_web'); // claims the other's device id, too
    const signal = { type: 'offer', sdp: 'hostile' };
    const sent: readonly (readonly [string, unknown])[] = [
      ['webrtc-signal', { to: 'bob_electron', signal }],
      ['webrtc-signal', { to: 'bob_electron', toSocketId: friend.id, signal }],
      ['webrtc-signal', { targetUserId: bob.id, toSocketId: bob.id, data: signal }],
      ['webrtc-signal', { to: ['bob_electron'], signal, account: 'bob', userId: 'bob' }],
      ['webrtc-signal', { to: '__proto__', signal }],
      ['webrtc-signal', null],
      ['request-models', 'bob_electron'],
      ['request-models', bob.id],
      ['register', { userId: 'bob', isHosting: true, models: [{ name: 'fake' }], account: 'dev:dev:bob' }],
      ['announce-models', { userId: 'bob', account: 'bob', models: [{ name: 'fake' }] }],
      ['updateHosting', { userId: 'bob_electron', isHosting: true, models: [] }],
      ['hosting-status', { userId: 'bob_electron', isHosting: false, models: [] }],
      ['join-account', { account: 'bob', userId: 'bob' }],
      ['join-account', 'bob'],
      ['peer-left', { userId: 'bob_electron' }],
      ['list-devices', { account: 'bob' }],
      ['revoke-device', { deviceId: 'bob_web' }],
    ];
    for (const [event, payload] of sent) mallory.socket.emit(event, payload);
    mallory.heard.length = 0;
    mallory.socket.emit('request-peer-list');
    expect(await mallory.next('peer-list')).toEqual([]); // all before it has been dealt with
    await reach(bob, friend);
    const text = JSON.stringify([...bob.heard, ...friend.heard]);
    expect(text).not.toContain('hostile');
    expect(text).not.toContain('fake');
    expect(text).not.toContain('mallory');
    expect(bob.heard.map(([event]) => event)).toEqual(['webrtc-signal']);
  });

  it('who signals a stranger learns no more than that nobody of that name is there', async () => {
    const bob = await join('bob', 'bob_web');
    const alice = await join('alice', 'alice_web');
    for (const to of ['bob_web', 'nobody_web']) {
      alice.heard.length = 0;
      alice.socket.emit('webrtc-signal', { to, signal: { type: 'offer', sdp: 'x' } });
      expect(await alice.next('error')).toMatchObject({ code: 'peer_unavailable', targetUserId: to });
    }
    alice.heard.length = 0;
    alice.socket.emit('webrtc-signal', {
      to: 'bob_web',
      toSocketId: bob.id,
      signal: { type: 'offer', sdp: 'x' },
    });
    expect(await alice.next('error')).toMatchObject({ code: 'peer_unavailable' });
  });

  it('a token that is none is refused with a code', async () => {
    const auth = { token: 'no-token', userId: 'alice', clientType: 'web', deviceId: 'alice_web' };
    const socket = io(origin, { auth, transports: ['websocket'], forceNew: true, reconnection: false });
    const error = await new Promise<Error & { data?: { code?: string } }>((resolve) =>
      socket.on('connect_error', resolve),
    );
    expect(error.data?.code).toBe('auth_invalid');
    socket.disconnect();
  });
});
