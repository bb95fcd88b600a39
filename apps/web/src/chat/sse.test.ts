import { describe, expect, it } from 'vitest';
import { SseError, SseParser } from './sse.js';

const STREAM =
  ': hello\r\ndata: {"a":1}\r\n\r\nevent: x\ndata: one\ndata: two\n\ndata:tight\n\ndata: [DONE]\n\n';
const EVENTS = ['{"a":1}', 'one\ntwo', 'tight', '[DONE]'];

describe('SseParser', () => {
  it.each([1, 2, 3, 7, 1000])('reads the same events from pieces of %i characters', (size) => {
    const parser = new SseParser();
    const events: string[] = [];
    for (let at = 0; at < STREAM.length; at += size) events.push(...parser.push(STREAM.slice(at, at + size)));
    expect([...events, ...parser.end()]).toEqual(EVENTS);
  });

  it('takes a last event without its blank line', () => {
    const parser = new SseParser();
    expect(parser.push('data: whole')).toEqual([]);
    expect(parser.end()).toEqual(['whole']);
  });

  it('passes over a byte order mark, comments and other fields', () => {
    expect(new SseParser().push('\uFEFFdata: a\nid: 4\nretry: 10\n: c\n\n')).toEqual(['a']);
  });

  it('refuses an event without an end', () => {
    const parser = new SseParser();
    const line = `data: ${'x'.repeat(1024 * 1024)}\n`;
    expect(() => {
      for (let n = 0; n < 8; n++) parser.push(line);
    }).toThrow(SseError);
  });
});
