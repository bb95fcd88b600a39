// An older client that comes back over a new session, whatever its transport: what the others of its account see of it. It
// proves nothing, so the server takes a socket for one that returns only when the old one has ended (docs/signaling-protocol.md).
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Device } from './device.js';
import { Line } from './line.js';
import { Signal } from './program.js';

let signal: Signal;
let accounts = 0;
const devices: Device[] = [];
const lines: Line[] = [];
beforeAll(async () => {
  signal = await Signal.start('--no-stun', '--presence-grace', '1s');
});
afterEach(async () => {
  for (const device of devices.splice(0)) device.close();
  for (const line of lines.splice(0)) await line.stop();
});
afterAll(async () => {
  await signal.stop();
});

const PATIENCE = { timeout: 10_000 };

type Transport = 'websocket' | 'polling';

interface Meeting {
  readonly account: string;
  readonly host: Device;
  readonly page: Device;
}

/** A host of a new account, and a page of it that connects again by itself at once. */
async function meet(transport: Transport, origin = signal.origin): Promise<Meeting> {
  const account = `someone${++accounts}`;
  const host = await Device.join(signal.origin, account, `${account}_electron`);
  const options = { reconnection: true, transports: [transport] } as const;
  const page = new Device('page', origin, account, `${account}_web`, options);
  devices.push(host, page);
  await page.next('existing-peers');
  await host.next('peer-joined');
  return { account, host, page };
}

/** Where requests of a device's session go. */
function sessionUrl({ socket }: Device): string {
  const { id } = socket.io.engine as unknown as { readonly id: string };
  return `${signal.origin}/socket.io/?EIO=4&transport=polling&sid=${id}`;
}

/** All that the host has been told of who comes and goes, once everything has come that was sent before. */
async function seenBy(host: Device): Promise<readonly string[]> {
  await host.list();
  return ['peer-joined', 'peer-left'].flatMap((event) => host.all(event).map(() => event));
}

/** What is sent to the id of the page comes to it. */
async function expectReached(host: Device, page: Device): Promise<void> {
  const seen = page.all('webrtc-signal').length;
  expect(await host.ask('webrtc-signal', { to: page.deviceId, signal: 'are you there?' })).toEqual({
    ok: true,
  });
  expect(await page.next('webrtc-signal', seen)).toMatchObject({ signal: 'are you there?' });
}

describe.each<Transport>(['websocket', 'polling'])(
  'a client over %s that breaks off and comes back at once',
  (transport) => {
    it('is neither seen to leave nor to join', async () => {
      const { host, page } = await meet(transport);
      page.drop();
      await page.next('existing-peers', 1);
      expect(await seenBy(host)).toEqual(['peer-joined']);
      expect(await host.list()).toMatchObject([{ socketId: page.id, online: true }]);
    });

    it('is not either when it has just been answered, and its next poll is still on the way', async () => {
      const { host, page } = await meet(transport);
      for (let again = 1; again <= 5; again++) {
        page.socket.emit('request-peer-list');
        page.drop();
        expect(await page.next('existing-peers', again)).toMatchObject([{ socketId: host.id }]);
      }
      expect(await seenBy(host)).toEqual(['peer-joined']);
    });

    it('is there again for what is sent to its id', async () => {
      const { host, page } = await meet(transport);
      await page.ask('webrtc-signal', { to: host.deviceId, signal: 'hello' });
      page.socket.emit('request-peer-list');
      page.drop();
      await page.next('existing-peers', 1);
      await expectReached(host, page);
    });
  },
);

// Nobody can tell such a client from a second tab, so it is a member more until the old session ends: when its connection breaks
// for the server too or, between two polls, when a ping goes unanswered.
describe.each<Transport>(['websocket', 'polling'])(
  'a client over %s that comes back while its old session stands, as its connection is silent',
  (transport) => {
    it('is announced once more, misses nothing, and is not seen to leave when that one ends', async () => {
      const line = await Line.start(signal.origin);
      lines.push(line);
      const { account, host, page } = await meet(transport, line.origin);
      const session = sessionUrl(page);
      line.silence();
      const back = new Device('back', signal.origin, account, page.deviceId, { transports: [transport] });
      devices.push(back);
      expect(await back.next('existing-peers')).toMatchObject([{ socketId: host.id }, { socketId: page.id }]);
      expect(await host.next('peer-joined', 1)).toMatchObject({ socketId: back.id });
      await expectReached(host, back);
      if (transport === 'websocket') line.breakOff();
      else await fetch(session, { method: 'POST', body: '1' });
      await expect.poll(() => host.list(), PATIENCE).toMatchObject([{ socketId: back.id }]);
      await expectReached(host, back);
      expect(await seenBy(host)).toEqual(['peer-joined', 'peer-joined']);
    });
  },
);
