import { describe, expect, it } from 'vitest';
import { utf8 } from '../core/bytes.js';
import { Body } from './body.js';

function body(): { body: Body; consumed: () => number; cancelled: () => boolean } {
  let consumed = 0;
  let cancelled = false;
  return {
    body: new Body(
      (bytes) => {
        consumed += bytes;
      },
      () => {
        cancelled = true;
      },
      () => undefined,
    ),
    consumed: () => consumed,
    cancelled: () => cancelled,
  };
}

describe('Body', () => {
  it('tells bytes as consumed when they are read, not when they arrive', async () => {
    const { body: answer, consumed } = body();
    answer.take(utf8('abc'));
    answer.deliver();
    await Promise.resolve();
    expect(consumed()).toBe(0);
    const reader = answer.stream.getReader();
    await reader.read();
    expect(consumed()).toBe(3);
    const next = reader.read();
    answer.take(utf8('defg'));
    answer.deliver();
    expect(consumed()).toBe(7);
    expect((await next).value).toEqual(utf8('defg'));
  });

  it('closes only when all was read, and tells every byte', async () => {
    const { body: answer, consumed } = body();
    answer.take(new Uint8Array(200_000));
    answer.end();
    expect(consumed()).toBe(0);
    expect((await new Response(answer.stream).arrayBuffer()).byteLength).toBe(200_000);
    expect(consumed()).toBe(200_000);
  });

  it('closes an empty body at once', async () => {
    const { body: answer } = body();
    answer.end();
    expect((await answer.stream.getReader().read()).done).toBe(true);
  });

  it('does not keep a large message alive for a small chunk', async () => {
    const { body: answer } = body();
    answer.take(new Uint8Array(65_536).subarray(100, 200));
    answer.deliver();
    const { value } = await answer.stream.getReader().read();
    expect(value?.buffer.byteLength).toBe(100);
  });

  it('fails at once when aborted, and drops what arrives later', async () => {
    const { body: answer } = body();
    answer.take(utf8('abc'));
    answer.deliver();
    answer.abort(new Error('stop'));
    answer.take(utf8('def'));
    answer.deliver();
    answer.end();
    await expect(answer.stream.getReader().read()).rejects.toThrow('stop');
  });

  it('tells that its reader gave up, once', async () => {
    const { body: answer, cancelled } = body();
    await answer.stream.cancel('enough');
    expect(cancelled()).toBe(true);
    answer.take(utf8('late'));
    answer.deliver();
    answer.fail(new Error('late'));
  });
});
