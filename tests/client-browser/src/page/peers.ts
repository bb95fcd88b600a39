import { asObject } from '../../../../packages/client/src/core/json.js';
import { toBase64Url } from '../../../../packages/client/src/core/bytes.js';
import { Peer, type OpenChannel } from '../../../../packages/client/src/peer/peer.js';
import { makeSimplePeer, type SimplePeer } from './simple-peer.js';

/** What a test sees of one side of a connection. */
export interface Side {
  readonly link: boolean;
  readonly offerer: boolean;
  readonly local: string;
  readonly remote: string;
  readonly binaryType: string;
  readonly ordered: boolean;
  readonly reliable: boolean;
  readonly maxMessageSize: number;
}

function sideOf({
  channel,
  link,
  offerer,
  localFingerprint,
  remoteFingerprint,
  maxMessageSize,
}: OpenChannel): Side {
  return {
    link,
    offerer,
    local: toBase64Url(localFingerprint),
    remote: toBase64Url(remoteFingerprint),
    binaryType: channel.binaryType,
    ordered: channel.ordered,
    reliable: channel.maxRetransmits === null && channel.maxPacketLifeTime === null,
    maxMessageSize,
  };
}

/** One of ours, without ICE servers. */
export function ours(
  initiator: boolean,
  more: { readonly link?: boolean; readonly connectTimeoutMs?: number } = {},
): Peer {
  return new Peer({ initiator, iceServers: [], connectTimeoutMs: 5_000, ...more });
}

/** Resolves with the open channel, rejects with the code of why not. */
export function opened(peer: Peer): Promise<OpenChannel> {
  return new Promise((resolve, reject) => {
    peer.on('open', resolve);
    peer.on('close', (error) => reject(new Error(`${error.code} ${error.detail ?? ''}`.trim())));
  });
}

/** Resolves with `open`, or with the code of why not. */
async function outcome(peer: Peer): Promise<string> {
  return await opened(peer).then(
    () => 'open',
    (error: Error) => error.message,
  );
}

function carry(
  from: Peer | SimplePeer,
  to: Peer | SimplePeer,
  change: (message: object) => object = (same) => same,
): void {
  const deliver = (message: object): void => {
    const wire = JSON.parse(JSON.stringify(change(message))) as object; // as Socket.IO would carry it
    setTimeout(() => to.signal(asObject(wire) ?? {}));
  };
  (from as { on(event: 'signal', listener: (message: object) => void): void }).on('signal', deliver);
}

/** Connects two of ours; `linkA` and `linkB` say who speaks the link protocol. */
export async function oursToOurs(
  linkA: boolean,
  linkB: boolean,
): Promise<{ a: Side; b: Side; echoed: number[]; route: string }> {
  const [a, b] = [ours(true, { link: linkA }), ours(false, { link: linkB })];
  carry(a, b);
  carry(b, a);
  const [openA, openB] = await Promise.all([opened(a), opened(b)]);
  openB.channel.onmessage = ({ data }: MessageEvent<ArrayBuffer>) => openB.channel.send(data);
  const echo = new Promise<ArrayBuffer>((resolve) => {
    openA.channel.onmessage = ({ data }: MessageEvent<ArrayBuffer>) => resolve(data);
  });
  openA.channel.send(new Uint8Array([1, 2, 3]));
  const echoed = [...new Uint8Array(await echo)];
  const report = await a.route();
  const result = { a: sideOf(openA), b: sideOf(openB), echoed, route: report?.route ?? '' };
  a.close();
  b.close();
  return result;
}

/** Connects ours to a simple-peer; each says hello, simple-peer also with write(). */
export async function oursToSimplePeer(
  weInitiate: boolean,
): Promise<{ side: Side; heard: string[]; theyHeard: string; closed: string }> {
  const us = ours(weInitiate);
  const them = makeSimplePeer({ initiator: !weInitiate });
  carry(us, them);
  carry(them, us);
  const theyHeard = new Promise<string>((resolve) =>
    them.on('data', (data) => resolve(new TextDecoder().decode(data))),
  );
  const connected = new Promise<void>((resolve) => them.on('connect', resolve));
  const open = await opened(us);
  const heard: string[] = [];
  const both = new Promise<void>((resolve) => {
    open.channel.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
      heard.push(typeof data === 'string' ? `text ${data}` : `bytes ${new TextDecoder().decode(data)}`);
      if (heard.length === 2) resolve();
    };
  });
  await connected;
  open.channel.send('from ours');
  them.send('sent');
  them.write('written');
  await both;
  const closed = new Promise<string>((resolve) => us.on('close', ({ code }) => resolve(code)));
  const result = { side: sideOf(open), heard, theyHeard: await theyHeard };
  them.destroy();
  return { ...result, closed: await closed };
}

/** Connects two of ours with what they say changed on its way; resolves with the first code an end gives, or `open`. */
export async function tampered(
  how: 'two fingerprints' | 'sha-1' | 'none' | 'swapped answer' | 'junk' | 'candidates first',
): Promise<string> {
  const [a, b] = [ours(true), ours(false)];
  const changeSdp = (message: object, change: (sdp: string) => string): object => {
    const sdp = asObject(message)?.['sdp'];
    return typeof sdp === 'string' ? { ...message, sdp: change(sdp) } : message;
  };
  const line = /a=fingerprint:sha-256 ([0-9A-F:]+)\r\n/;
  const changes: Record<typeof how, (message: object) => object> = {
    'two fingerprints': (message) => changeSdp(message, (sdp) => sdp.replace(line, '$&$&')),
    'sha-1': (message) =>
      changeSdp(message, (sdp) =>
        sdp.replace(line, (_all, hex: string) => `a=fingerprint:sha-1 ${hex.slice(0, 59)}\r\n`),
      ),
    none: (message) => changeSdp(message, (sdp) => sdp.replace(line, '')),
    'swapped answer': () => ({ type: 'offer', sdp: 'v=0' }),
    junk: () => ({ type: 'answer', sdp: 'v=0\r\na=fingerprint:sha-256 no' }),
    'candidates first': (message) => message,
  };
  if (how === 'candidates first') {
    const held: object[] = [];
    a.on('signal', (message) => {
      if (message.type === 'candidate')
        b.signal(JSON.parse(JSON.stringify(message)) as Record<string, unknown>);
      else held.push(message);
    });
    setTimeout(() => {
      for (const message of held) b.signal(JSON.parse(JSON.stringify(message)) as Record<string, unknown>);
    }, 300);
  } else {
    carry(a, b);
  }
  carry(b, a, changes[how]);
  const result = await outcome(a);
  a.close();
  b.close();
  return result;
}

/** An initiator whose signals nobody answers. */
export async function unanswered(connectTimeoutMs: number): Promise<string> {
  return await outcome(ours(true, { connectTimeoutMs }));
}

/**
 * Resolves with `open`, or why not, of an initiator that gets an answer to an offer given up before, and then its own.
 */
export async function lateAnswer(): Promise<string> {
  const [before, gone] = [ours(true), ours(false)];
  carry(before, gone);
  const late = await new Promise<object>((resolve) =>
    gone.on('signal', (message) => message.type === 'answer' && resolve(message)),
  );
  before.close();
  gone.close();
  const [a, b] = [ours(true), ours(false)];
  carry(a, b);
  b.on('signal', (message) => {
    if (message.type === 'answer') a.signal(asObject(JSON.parse(JSON.stringify(late))) ?? {});
  });
  carry(b, a);
  const result = await outcome(a);
  a.close();
  b.close();
  return result;
}

/** An answerer asks for a new offer on an open connection; resolves with how many offers it saw and whether it still works. */
export async function renegotiated(): Promise<{ offers: number; echoed: boolean }> {
  const [a, b] = [ours(true), ours(false)];
  let offers = 0;
  let done: () => void = () => undefined;
  const second = new Promise<void>((resolve) => (done = resolve));
  carry(a, b, (message) => {
    if (asObject(message)?.['type'] === 'offer') offers++;
    return message;
  });
  carry(b, a, (message) => {
    if (asObject(message)?.['type'] === 'answer' && offers === 2) done();
    return message;
  });
  const [openA, openB] = await Promise.all([opened(a), opened(b)]);
  a.signal({ type: 'transceiverRequest', transceiverRequest: { kind: 'audio' } }); // nothing we could do with it
  a.signal({ type: 'renegotiate', renegotiate: true });
  await second;
  const echoed = new Promise<boolean>((resolve) => {
    openB.channel.onmessage = ({ data }: MessageEvent<string>) => resolve(data === 'still here');
  });
  openA.channel.send('still here');
  const result = { offers, echoed: await echoed };
  a.close();
  b.close();
  return result;
}

/** Milliseconds of each of `count` connects of two of ours. */
export async function connectTimes(count: number): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < count; i++) {
    const [a, b] = [ours(true), ours(false)];
    const started = performance.now();
    carry(a, b);
    carry(b, a);
    await Promise.all([opened(a), opened(b)]);
    times.push(performance.now() - started);
    a.close();
    b.close();
  }
  return times;
}
