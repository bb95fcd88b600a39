import { expect, it } from 'vitest';
import type { ClientError } from '../core/error.js';
import { DeviceKey } from '../identity/device-key.js';
import { identityError } from '../identity/error.js';
import type { Verdict } from '../identity/key-book.js';
import type { ConnectionConfig } from '../link/connection.js';
import { Answerer, testConfig } from '../link/testing/answerer.js';
import { MemoryChannel } from '../link/testing/memory-channel.js';
import type { OpenChannel } from '../peer/peer.js';
import { openLink } from './link.js';

/** An end of a memory channel in the form of an RTCDataChannel. */
function asDataChannel(near: MemoryChannel): RTCDataChannel {
  const channel = {
    get bufferedAmount(): number {
      return near.bufferedAmount;
    },
    bufferedAmountLowThreshold: 0,
    onmessage: (_event: { readonly data: unknown }): void => undefined,
    onclose: (): void => undefined,
    send: (bytes: Uint8Array<ArrayBuffer>) => near.send(bytes),
    close: () => near.close(),
  };
  near.onmessage = (message) =>
    channel.onmessage({ data: typeof message === 'string' ? message : message.slice().buffer });
  near.onclose = () => channel.onclose();
  return channel as unknown as RTCDataChannel;
}

interface Outcome {
  /** What `ready` came to: how the host is trusted, or an error. */
  readonly ready: Promise<unknown>;
  /** Why the link ended. */
  readonly closed: Promise<ClientError>;
}

/** A link to a host that is set up with `host`, whose key is judged with `verdict`. */
function open(verdict: Verdict, host: Partial<ConnectionConfig> = {}): Outcome {
  const [near, far] = MemoryChannel.pair();
  new Answerer(far, testConfig('answerer', host), () => undefined);
  const { localFingerprint, remoteFingerprint, account, deviceId } = testConfig('offerer');
  const channel = asDataChannel(near);
  const opened = { channel, localFingerprint, remoteFingerprint, maxMessageSize: 65_536, link: true };
  let told: (error: ClientError) => void = () => undefined;
  const closed = new Promise<ClientError>((resolve) => (told = resolve));
  const { ready } = openLink(opened as unknown as OpenChannel, {
    account,
    deviceId,
    key: DeviceKey.generate(),
    statements: [],
    accept: () => verdict,
    onPush: () => undefined,
    onClose: told,
  });
  return { ready: ready.catch((error: unknown) => error), closed };
}

it.each([
  ['key_not_accepted', 'key_not_accepted'],
  ['device_revoked', 'device_revoked'],
  ['key_book_full', 'key_book_full'],
  ['key_changed', 'key_untrusted'],
  ['invalid_key', 'key_untrusted'],
] as const)("tells the refusal %s of a host's key as %s, and opens no link", async (refusal, code) => {
  const { ready, closed } = open({ refused: identityError(refusal) });
  expect(await ready).toMatchObject({ code });
  expect(await closed).toMatchObject({ code });
});

it('tells as key_untrusted that the connection does not end at the host, however its key is judged', async () => {
  for (const verdict of [{ trust: 'pinned' }, { refused: identityError('key_not_accepted') }] as const) {
    const { ready } = open(verdict, { remoteFingerprint: new Uint8Array(32) });
    expect(await ready).toMatchObject({ code: 'key_untrusted', detail: 'binding_mismatch' });
  }
});

it('tells that the host does not accept this browser apart from a host that is false', async () => {
  const { ready, closed } = open({ trust: 'pinned' }, { acceptKey: () => ({ refused: 'removed' }) });
  expect(await ready).toBe('pinned');
  expect(await closed).toMatchObject({ code: 'refused_by_host' });
});

it('stays loud when it is the host that finds somebody in between', async () => {
  const { closed } = open({ trust: 'pinned' }, { verify: () => false });
  expect(await closed).toMatchObject({ code: 'key_untrusted', detail: 'binding_mismatch' });
});
