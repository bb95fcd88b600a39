import { describe, expect, it } from 'vitest';
import type { Role } from './binding.js';
import { LinkConnection } from './connection.js';
import type { LinkEvent } from './event.js';
import { FrameReader, FrameType } from './frame.js';
import { parseReset } from './payload.js';
import { fromHex, readVectors, toHex, vectorConfig, type VectorSides } from './testing/vectors.js';

type Message = string | { readonly hex: string; readonly times: number };

interface Handshakes extends VectorSides {
  readonly cases: readonly {
    readonly name: string;
    readonly role: Role;
    readonly receive: readonly Message[];
    readonly result: string;
  }[];
}

interface Rules extends VectorSides {
  readonly toAnswerer: readonly string[];
  readonly toOfferer: readonly string[];
  readonly cases: readonly {
    readonly name: string;
    readonly role: Role;
    readonly open?: number;
    readonly receive: readonly Message[];
    readonly closed?: string;
    readonly events?: readonly string[];
    readonly sends?: readonly unknown[];
  }[];
}

const handshakes = readVectors<Handshakes>('handshake');
const rules = readVectors<Rules>('rules');

function bytesOf(message: Message): Uint8Array<ArrayBuffer> {
  return fromHex(typeof message === 'string' ? message : message.hex.repeat(message.times));
}

function eventsOf(connection: LinkConnection): LinkEvent[] {
  const events: LinkEvent[] = [];
  for (let event = connection.nextEvent(); event !== undefined; event = connection.nextEvent())
    events.push(event);
  return events;
}

function sentBy(connection: LinkConnection): Uint8Array<ArrayBuffer>[] {
  const messages: Uint8Array<ArrayBuffer>[] = [];
  for (let message = connection.compose(0, 0); message !== undefined; message = connection.compose(0, 0)) {
    messages.push(message.slice());
  }
  return messages;
}

function describeEvents(events: readonly LinkEvent[]): string[] {
  const lines: string[] = [];
  for (const event of events) {
    if (event.type === 'ready' || event.type === 'closed') continue;
    if (event.type === 'push') lines.push(`push ${event.kind}`);
    else if (event.type === 'goAway') lines.push(`goaway ${event.lastStream}`);
    else if (event.type === 'reset') lines.push(`reset ${event.stream} ${event.code}`);
    else if (event.type === 'response') lines.push(`response ${event.stream} ${event.head.status}`);
    else if (event.type === 'data') {
      const before = lines.at(-1);
      const start = `data ${event.stream} `;
      if (before?.startsWith(start) === true) lines[lines.length - 1] = before + toHex(event.bytes);
      else lines.push(start + toHex(event.bytes));
    } else lines.push(`${event.type} ${event.stream}`);
  }
  return lines;
}

function describeSent(messages: readonly Uint8Array<ArrayBuffer>[]): unknown[] {
  const frames: unknown[] = [];
  for (const message of messages) {
    const reader = new FrameReader(message);
    while (reader.next()) {
      const { type, stream } = reader;
      if (type === FrameType.reset)
        frames.push({ type: 'RESET', stream, code: parseReset(reader.payload())?.code });
      if (type === FrameType.pong) frames.push({ type: 'PONG', stream, opaque: toHex(reader.payload()) });
    }
  }
  return frames;
}

describe('a handshake', () => {
  it.each(handshakes.cases)('$name', ({ role, receive, result }) => {
    const connection = new LinkConnection(vectorConfig(handshakes, role), 0);
    if (role === 'offerer') {
      const [hello] = sentBy(connection);
      expect(toHex(hello ?? new Uint8Array(0)).endsWith(handshakes.offerer.hello)).toBe(true);
    }
    for (const message of receive) connection.receive(bytesOf(message), 0);
    const closed = eventsOf(connection).find((event) => event.type === 'closed');
    expect(closed?.code ?? (connection.ready ? 'ready' : 'waiting')).toBe(result);
  });

  it('is answered as the vectors have it', () => {
    const connection = new LinkConnection(vectorConfig(rules, 'answerer'), 0);
    for (const message of rules.toAnswerer) connection.receive(fromHex(message), 0);
    expect(sentBy(connection).map(toHex).join('')).toBe(rules.toOfferer.join(''));
  });
});

describe('a ready link', () => {
  it.each(rules.cases)('$role: $name', ({ role, open = 0, receive, closed, events, sends }) => {
    const connection = new LinkConnection(vectorConfig(rules, role), 0);
    for (const message of role === 'answerer' ? rules.toAnswerer : rules.toOfferer) {
      connection.receive(fromHex(message), 0);
    }
    expect(connection.ready).toBe(true);
    sentBy(connection);
    for (let id = 1; id <= open; id++) {
      const opened = connection.open({ method: 'POST', path: '/v1/chat/completions', headers: [] });
      expect(opened).toEqual({ ok: true, value: id });
    }
    sentBy(connection);
    for (const message of receive) connection.receive(bytesOf(message), 0);
    const happened = eventsOf(connection);
    expect(happened.find((event) => event.type === 'closed')?.code).toBe(closed);
    if (events !== undefined) expect(describeEvents(happened)).toEqual(events);
    if (sends !== undefined) expect(describeSent(sentBy(connection))).toEqual(sends);
  });
});
