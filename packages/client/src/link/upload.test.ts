import { describe, expect, it } from 'vitest';
import { initialStreamWindow } from './flow.js';
import { connectLink, type ServedExchange } from './testing/answerer.js';

const echo = (exchange: ServedExchange): void => {
  void exchange.text().then((text) => {
    exchange.respond({
      headers: [['x-type', exchange.head.headers.find(([name]) => name === 'content-type')?.[1] ?? 'none']],
    });
    void exchange.writeAll(new TextEncoder().encode(text)).then(() => exchange.end());
  });
};

async function sent(body: BodyInit, headers?: HeadersInit): Promise<[type: string | null, text: string]> {
  const { link } = connectLink(echo);
  const response = await link.fetch('/', {
    method: 'POST',
    body,
    ...(headers === undefined ? {} : { headers }),
  });
  return [response.headers.get('x-type'), await response.text()];
}

function streamOf(...pieces: readonly string[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const piece of pieces) controller.enqueue(new TextEncoder().encode(piece));
      controller.close();
    },
  });
}

describe('the body of a request', () => {
  it('may be a string', async () => {
    expect(await sent('é')).toEqual(['text/plain;charset=UTF-8', 'é']);
  });

  it('keeps a content type of its own', async () => {
    expect(await sent('{}', { 'Content-Type': 'application/json' })).toEqual(['application/json', '{}']);
  });

  it('may be form parameters', async () => {
    const type = 'application/x-www-form-urlencoded;charset=UTF-8';
    expect(await sent(new URLSearchParams({ a: '1 2' }))).toEqual([type, 'a=1+2']);
  });

  it('may be bytes or a view of them, copied at once', async () => {
    const bytes = new TextEncoder().encode('abcdef');
    expect(await sent(bytes.buffer)).toEqual(['none', 'abcdef']);
    expect(await sent(bytes.subarray(2, 4))).toEqual(['none', 'cd']);
    const { link } = connectLink(echo);
    const fetched = link.fetch('/', { method: 'POST', body: bytes });
    bytes.fill(0);
    expect(await (await fetched).text()).toBe('abcdef');
  });

  it('may be a blob', async () => {
    expect(await sent(new Blob(['blob'], { type: 'text/x' }))).toEqual(['text/x', 'blob']);
  });

  it('may be a form', async () => {
    const form = new FormData();
    form.set('field', 'value');
    form.set('file', new Blob(['content']), 'name.txt');
    const [type, text] = await sent(form);
    expect(type).toMatch(/^multipart\/form-data; boundary=/);
    expect(text).toMatch(/name="field"\r\n\r\nvalue[^]*filename="name.txt"[^]*content/);
  });

  it('may be a stream', async () => {
    expect(await sent(streamOf('one ', 'two ', 'three'))).toEqual(['none', 'one two three']);
  });

  it('may be that of a Request', async () => {
    const { link } = connectLink(echo);
    const request = new Request('http://x.example/', {
      method: 'POST',
      body: 'of a request',
      headers: { 'x-a': 'b' },
    });
    expect(await (await link.fetch(request)).text()).toBe('of a request');
  });

  it('may be large, and arrives whole', async () => {
    const body = 'x'.repeat(3_000_000);
    const [, text] = await sent(body);
    expect(text === body).toBe(true);
  });

  it('that is a stream is pulled no faster than the peer reads', async () => {
    let pulled = 0;
    let cancelled: unknown;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulled += 65_536;
        controller.enqueue(new Uint8Array(65_536));
      },
      cancel(reason) {
        cancelled = reason;
      },
    });
    let served: ServedExchange | undefined;
    const { link } = connectLink((exchange) => {
      served = exchange;
      exchange.reading = false;
    });
    const abort = new AbortController();
    const fetched = link
      .fetch('/', { method: 'POST', body, signal: abort.signal })
      .catch((error: unknown) => error);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(pulled).toBeGreaterThan(initialStreamWindow);
    expect(pulled).toBeLessThanOrEqual(2 * initialStreamWindow + 2 * 65_536);
    abort.abort(new Error('stop'));
    expect(await fetched).toMatchObject({ message: 'stop' });
    expect(cancelled).toMatchObject({ message: 'stop' });
    await served?.until(() => served?.resetCode === 'cancelled');
  });

  it('that fails resets the stream and rejects the fetch with its reason', async () => {
    const body = new ReadableStream<Uint8Array>({
      pull() {
        throw new Error('disk on fire');
      },
    });
    let served: ServedExchange | undefined;
    const { link } = connectLink((exchange) => {
      served = exchange;
    });
    const fetched: unknown = await link.fetch('/', { method: 'POST', body }).catch((error: unknown) => error);
    expect(fetched).toMatchObject({ message: 'disk on fire' });
    await served?.until(() => served?.resetCode === 'cancelled');
    expect(link.pending).toBe(0);
  });

  it('is stopped without harm when the answer ends first', async () => {
    let cancelled = false;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        controller.enqueue(new Uint8Array(10_000));
      },
      cancel() {
        cancelled = true;
      },
    });
    const { link } = connectLink((exchange) => {
      exchange.respond({ status: 413 });
      exchange.write(new TextEncoder().encode('too large'));
      exchange.end();
    });
    const response = await link.fetch('/', { method: 'POST', body });
    expect([response.status, await response.text()]).toEqual([413, 'too large']);
    while (link.pending > 0) await new Promise((resolve) => setImmediate(resolve));
    expect(cancelled).toBe(true);
    expect(link.state).toBe('ready');
  });

  it.each(['the signal', 'the end of the link'])(
    'that is a stream is cancelled by %s though its turn has not come',
    async (how) => {
      const { link } = connectLink(() => undefined, { limits: { streams: 1, message: 65_536 } });
      const abort = new AbortController();
      const cancelled: unknown[] = [];
      const post = (): Promise<unknown> => {
        const body = new ReadableStream<Uint8Array>({ cancel: (reason) => void cancelled.push(reason) });
        return link
          .fetch('/', { method: 'POST', body, signal: abort.signal })
          .catch((error: unknown) => error);
      };
      const first = post(); // the link is connecting
      if (how === 'the signal') {
        abort.abort(new Error('stop'));
        expect(await first).toMatchObject({ message: 'stop' });
        expect(cancelled).toMatchObject([{ message: 'stop' }]);
        return;
      }
      await link.ready();
      const second = post(); // no stream is free
      link.close();
      expect(await first).toMatchObject({ code: 'cancelled' });
      expect(await second).toMatchObject({ code: 'cancelled' });
      expect(await post()).toMatchObject({ code: 'cancelled' });
      expect(cancelled).toMatchObject([{ code: 'cancelled' }, { code: 'cancelled' }, { code: 'cancelled' }]);
    },
  );
});
