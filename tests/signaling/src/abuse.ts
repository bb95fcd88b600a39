import { connect, type Socket as Tcp } from 'node:net';
import { randomBytes } from 'node:crypto';

/** What is written to a connection of its own. */
type Attack = (address: string, target: string) => readonly (string | Buffer)[];

const TEXT = 1;
const BINARY = 2;
const PING = 9;

/** A WebSocket frame (RFC 6455, section 5.2), right or wrong. */
function frame(
  payload: string | Buffer,
  how: { readonly first?: number; readonly masked?: boolean; readonly length?: bigint } = {},
): Buffer {
  const body = Buffer.from(payload);
  const masked = how.masked ?? true;
  const length = how.length ?? BigInt(body.length);
  const head = Buffer.alloc(length < 126n ? 2 : length < 65_536n ? 4 : 10);
  head[0] = how.first ?? 0x80 | TEXT;
  head[1] = (masked ? 0x80 : 0) | (length < 126n ? Number(length) : length < 65_536n ? 126 : 127);
  if (head.length === 4) head.writeUInt16BE(Number(length), 2);
  if (head.length === 10) head.writeBigUInt64BE(length, 2);
  if (!masked) return Buffer.concat([head, body]);
  const mask = randomBytes(4);
  return Buffer.concat([head, mask, body.map((byte, i) => byte ^ (mask[i % 4] ?? 0))]);
}

function request(address: string, line: string, headers: readonly string[] = [], body = ''): string {
  return [`${line} HTTP/1.1`, 'Host: x', `X-Forwarded-For: ${address}`, ...headers, '', body].join('\r\n');
}

function upgrade(address: string, path: string): string {
  const key = randomBytes(16).toString('base64');
  return request(address, `GET ${path}`, [
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${key}`,
  ]);
}

const SOCKET_IO = '/socket.io/?EIO=4&transport=websocket';
const POLLING = '/socket.io/?EIO=4&transport=polling';
const deep = (depth: number) => '['.repeat(depth);
const onSocket =
  (...frames: readonly Buffer[]): Attack =>
  (address) => [upgrade(address, SOCKET_IO), ...frames];
const hello = (account: string, address: string): string =>
  `40{"token":"dev:${account}","userId":"${account}","clientType":"web","deviceId":"m_${address}"}`;
const asMember =
  (...frames: readonly Buffer[]): Attack =>
  (address) => [upgrade(address, SOCKET_IO), frame(hello('mallory', address)), JOIN, ...frames];
const JOIN = frame('42["join-account"]');
const SIGNAL_TO_NOBODY = frame('42["webrtc-signal",{"targetUserId":"nobody","signal":"x"}]');
const onGeneration1 =
  (...texts: readonly string[]): Attack =>
  (address) => [upgrade(address, '/'), ...texts.map((text) => frame(text))];

/** Malformed, oversized, forbidden and far too much, at every door of the server. */
export const ATTACKS: Readonly<Record<string, Attack>> = {
  noise: () => [randomBytes(4096)],
  'half a request': () => ['GET /health HTTP/1.1\r\nHost:'],
  'a header without end': (address) => [request(address, 'GET /health', [`X-Long: ${'a'.repeat(100_000)}`])],
  'a thousand headers': (address) => [request(address, 'GET /health', Array<string>(1_000).fill('X: y'))],
  'two lengths': (address) => [
    request(address, 'POST /turn-token', ['Content-Length: 4', 'Content-Length: 5'], 'abcd'),
  ],
  'a chunk without size': (address) => [
    request(address, 'POST /turn-token', ['Transfer-Encoding: chunked'], 'zz\r\nabc\r\n'),
  ],
  'a length of 2^63': (address) => [
    request(address, `POST ${POLLING}`, ['Content-Length: 9223372036854775808']),
  ],
  'a poll of nobody': (address) => [request(address, `GET ${POLLING}&sid=nobody`)],
  'an unknown protocol': (address) => [request(address, 'GET /socket.io/?EIO=99&transport=carrier-pigeon')],
  'an upgrade without key': (address) => [
    request(address, `GET ${SOCKET_IO}`, ['Connection: Upgrade', 'Upgrade: websocket']),
  ],
  'a path that climbs': (address) => [request(address, 'GET /../../etc/passwd')],
  'an unmasked frame': onSocket(frame('40', { masked: false })),
  'a reserved bit': onSocket(frame('40', { first: 0xf0 | TEXT })),
  'a reserved opcode': onSocket(frame('40', { first: 0x83 })),
  'a frame of 2^63 bytes': onSocket(frame('4', { length: 1n << 63n })),
  'a ping in pieces': onSocket(frame('', { first: PING })),
  'text that is not UTF-8': onSocket(frame(Buffer.from([0x34, 0xff, 0xfe]))),
  'bytes before signing in': onSocket(frame(randomBytes(64), { first: 0x80 | BINARY })),
  'packets of no kind': onSocket(frame('9'), frame('4'), frame('')),
  'a packet in a packet': onSocket(frame('4{')),
  'JSON without end': onSocket(frame(`40${deep(20_000)}`)),
  'a namespace of nobody': onSocket(frame('40/admin,{}')),
  'an event before signing in': onSocket(frame('42["webrtc-signal",{}]')),
  'a token that is none': onSocket(frame('40{"token":"eyJhbGciOiJub25lIn0.e30."}')),
  'too many attachments': asMember(frame('45999999-["webrtc-signal"]')),
  'an ack of nothing': asMember(frame('4399999999999999999[]')),
  'an event that is no array': asMember(frame('42{"webrtc-signal":1}')),
  'deep JSON': asMember(frame(`42["webrtc-signal",${deep(5_000)}`)),
  'a signal to another account': (address, target) =>
    asMember(
      frame(
        `42["webrtc-signal",{"targetUserId":"bob_electron","toSocketId":"${target}","signal":{"type":"offer"}}]`,
      ),
    )(address, target),
  'a message larger than allowed': asMember(frame('42["webrtc-signal","' + 'x'.repeat(2_000_000) + '"]')),
  'a flood of lists': asMember(...Array<Buffer>(500).fill(frame('42["request-peer-list"]'))),
  'a flood of signals': asMember(...Array<Buffer>(2_000).fill(SIGNAL_TO_NOBODY)),
  'generation 1: no JSON': onGeneration1('{', 'null', '[]', '{"type":1}'),
  'generation 1: deep JSON': onGeneration1(`{"type":${deep(5_000)}`),
  'generation 1: requests before signing in': onGeneration1(
    '{"type":"get_peers"}',
    '{"type":"peer_request","to_peer_id":"bob_web","request_id":"1","data":{"type":"get_models"}}',
    '{"type":"offer","to_peer_id":"bob_web","sdp":"v=0"}',
  ),
};

/** How long the other side may take before we go; what is not answered is left half done. */
const PATIENCE_MS = 200;

/**
 * Makes one attack over a connection of its own, on the socket of that id where it is for one; returns when
 * that is over.
 */
export function attack(origin: string, name: string, address: string, target: string): Promise<void> {
  const { hostname, port } = new URL(origin);
  const pieces = ATTACKS[name]?.(address, target) ?? [];
  return new Promise((resolve) => {
    const tcp: Tcp = connect(Number(port), hostname, () => {
      for (const piece of pieces) tcp.write(piece);
    });
    const leave = setTimeout(() => tcp.resetAndDestroy(), PATIENCE_MS);
    tcp.on('data', () => undefined);
    tcp.on('error', () => undefined);
    tcp.on('close', () => {
      clearTimeout(leave);
      resolve();
    });
  });
}

/** Signs in to an account of its own and sends signals as fast as they are taken; returns when it is cut, or told to end. */
export function flood(origin: string, account: string, address: string, end: AbortSignal): Promise<void> {
  const { hostname, port } = new URL(origin);
  const some = Buffer.concat(Array<Buffer>(200).fill(SIGNAL_TO_NOBODY));
  return new Promise((resolve) => {
    const tcp: Tcp = connect(Number(port), hostname, () => {
      tcp.write(upgrade(address, SOCKET_IO));
      tcp.write(frame(hello(account, address)));
      tcp.write(JOIN);
      sendMore();
    });
    const sendMore = (): void => {
      if (!tcp.destroyed) tcp.write(some, () => setImmediate(sendMore));
    };
    const leave = (): unknown => tcp.destroy();
    end.addEventListener('abort', leave);
    tcp.on('data', () => undefined);
    tcp.on('error', () => undefined);
    tcp.on('close', () => {
      end.removeEventListener('abort', leave);
      resolve();
    });
  });
}
