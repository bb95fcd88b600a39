import { describe, expect, it } from 'vitest';
import { utf8 } from '../core/bytes.js';
import { LinkConnection } from './connection.js';
import type { LinkErrorCode } from './errors.js';
import { encodeFrame, FrameReader, FrameType } from './frame.js';
import {
  encodeGoAway,
  encodePush,
  encodeReset,
  encodeVarint,
  parseGoAway,
  parsePush,
  parsePushBody,
  parseReset,
  parseVarint,
} from './payload.js';
import { fromHex, readVectors, toHex, vectorConfig, type VectorSides } from './testing/vectors.js';

interface VectorFrame {
  readonly type: string;
  readonly typeByte?: number;
  readonly stream: number;
  readonly payload?: string;
  readonly code?: LinkErrorCode;
  readonly message?: string;
  readonly bytes?: number;
  readonly opaque?: string;
  readonly kind?: string;
  readonly body?: Record<string, unknown>;
  readonly lastStream?: number;
  readonly key?: string;
  readonly offset?: number;
}

interface Vectors {
  readonly messages: readonly {
    readonly name: string;
    readonly hex: string;
    readonly frames: readonly VectorFrame[];
  }[];
  readonly invalid: readonly { readonly name: string; readonly hex: string; readonly error: LinkErrorCode }[];
}

const vectors = readVectors<Vectors>('frames');
const rules = readVectors<VectorSides & { readonly toAnswerer: readonly string[] }>('rules');

const names = new Map<number, string>([
  ...Object.entries(FrameType).map(([name, type]): [number, string] => [type, name.toUpperCase()]),
]);

function offsetPayload(offset: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(offset));
  return bytes;
}

function payloadOf(frame: VectorFrame): Uint8Array {
  switch (frame.type) {
    case 'RESET':
      return encodeReset(frame.code ?? 'internal', frame.message ?? '');
    case 'GOAWAY':
      return encodeGoAway(frame.code ?? 'internal', frame.lastStream ?? 0, frame.message ?? '');
    case 'CREDIT':
      return encodeVarint(frame.bytes ?? 0);
    case 'PUSH':
      return encodePush(frame.kind ?? '', frame.body ?? {});
    case 'RESUME':
      return Buffer.concat([fromHex(frame.key ?? ''), offsetPayload(frame.offset ?? 0)]);
    case 'STORED':
      return offsetPayload(frame.offset ?? 0);
    default:
      return fromHex(frame.payload ?? frame.opaque ?? '');
  }
}

function decode(type: number, stream: number, payload: Uint8Array): VectorFrame {
  const name = names.get(type);
  const bytes = new Uint8Array(payload);
  switch (name) {
    case undefined:
      return { type: 'unknown', typeByte: type, stream, payload: toHex(payload) };
    case 'RESET': {
      const reset = parseReset(payload);
      return { type: name, stream, ...(reset ?? {}) };
    }
    case 'GOAWAY':
      return { type: name, stream, ...(parseGoAway(payload) ?? {}) };
    case 'CREDIT':
      return { type: name, stream, bytes: parseVarint(payload) };
    case 'PUSH': {
      const push = parsePush(bytes);
      return { type: name, stream, kind: push?.kind ?? '', body: parsePushBody(push?.json ?? bytes) ?? {} };
    }
    case 'PING':
    case 'PONG':
      return { type: name, stream, opaque: toHex(payload) };
    case 'RESUME':
    case 'STORED': {
      const offset = Number(new DataView(bytes.buffer).getBigUint64(bytes.byteLength - 8));
      return name === 'RESUME'
        ? { type: name, stream, key: toHex(bytes.subarray(0, 16)), offset }
        : { type: name, stream, offset };
    }
    case 'END':
      return { type: name, stream };
    default:
      return { type: name, stream, payload: toHex(payload) };
  }
}

describe('frames', () => {
  it.each(vectors.messages)('are read: $name', ({ hex, frames }) => {
    const reader = new FrameReader(fromHex(hex));
    const read: VectorFrame[] = [];
    while (reader.next()) read.push(decode(reader.type, reader.stream, reader.payload()));
    expect(reader.malformed).toBe(false);
    expect(read).toEqual(frames);
  });

  const known = vectors.messages.filter(
    ({ name, frames }) => !name.includes('unknown code') && frames.every(({ type }) => type !== 'unknown'),
  );
  it.each(known)('are written: $name', ({ hex, frames }) => {
    const types = new Map([...names].map(([type, name]) => [name, type]));
    const written = frames.map((frame) =>
      toHex(encodeFrame(types.get(frame.type) ?? 0, frame.stream, payloadOf(frame))),
    );
    expect(written.join('')).toBe(hex);
  });

  it.each(vectors.invalid)('that are invalid end the link: $name', ({ hex, error }) => {
    const connection = new LinkConnection(vectorConfig(rules, 'answerer'), 0);
    for (const message of rules.toAnswerer) connection.receive(fromHex(message), 0);
    expect(connection.nextEvent()?.type).toBe('ready');
    connection.receive(fromHex(hex), 0);
    expect(connection.nextEvent()).toMatchObject({ type: 'closed', code: error });
  });

  it('cut a reason that is too long between two characters', () => {
    const reset = parseReset(encodeReset('internal', 'é'.repeat(600)));
    expect(reset?.message).toBe('é'.repeat(512));
    expect(parseReset(encodeReset('internal', `a${'é'.repeat(600)}`))?.message).toBe(`a${'é'.repeat(511)}`);
  });

  it('read a payload without copying it', () => {
    const message = encodeFrame(FrameType.data, 1, utf8('token'));
    const reader = new FrameReader(message);
    expect(reader.next()).toBe(true);
    expect(reader.payload().buffer).toBe(message.buffer);
  });
});
