import { expect, it } from 'vitest';
import type { SignalingClient } from '../signaling/signaling-client.js';
import { HostConnection, type HostContext } from './host-connection.js';

/** A connection to a host that is not there, kept waiting for its relays until it is told. */
function waiting(): { connection: HostConnection; go: () => void } {
  let go: () => void = () => undefined;
  const held = new Promise<readonly RTCIceServer[]>((resolve) => (go = () => resolve([])));
  const context: HostContext = {
    signaling: { state: 'online', peers: { byDevice: () => undefined } } as unknown as SignalingClient,
    iceServers: () => held,
    openLink: () => expect.fail('no channel opens'),
    legacyRefusal: () => 'key_untrusted',
    statsIntervalMs: 0,
  };
  return { connection: new HostConnection(context, 'd'), go };
}

it('dials anew when it is asked to connect after it was closed while dialling', async () => {
  const { connection, go } = waiting();
  const first = connection.connect();
  connection.close();
  const second = connection.connect();
  const third = connection.connect();
  go();
  await expect(first).rejects.toMatchObject({ code: 'stopped' });
  await expect(second).rejects.toMatchObject({ code: 'host_offline' });
  await expect(third).rejects.toMatchObject({ code: 'host_offline' });
  expect(connection.state).toBe('failed');
});

it('is to be dialled again after a failure once this device woke in another network', async () => {
  const { connection, go } = waiting();
  go();
  await expect(connection.connect()).rejects.toMatchObject({ code: 'host_offline' });
  connection.woke();
  expect([connection.state, connection.error]).toEqual(['idle', undefined]);
});
