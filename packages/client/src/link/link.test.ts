import { describe, expect, it } from 'vitest';
import { utf8 } from '../core/bytes.js';
import { LinkError } from './errors.js';
import { initialStreamWindow } from './flow.js';
import { connectLink, testConfig, type ServedExchange } from './testing/answerer.js';

/** A function to serve with, and the exchanges it was given, in order. */
function recorder(): { serve: (exchange: ServedExchange) => void; next: () => Promise<ServedExchange> } {
  const arrived: ServedExchange[] = [];
  const waiting: ((exchange: ServedExchange) => void)[] = [];
  return {
    serve: (exchange) => {
      const first = waiting.shift();
      if (first === undefined) arrived.push(exchange);
      else first(exchange);
    },
    next: () => {
      const exchange = arrived.shift();
      return exchange === undefined
        ? new Promise((resolve) => waiting.push(resolve))
        : Promise.resolve(exchange);
    },
  };
}

function codeOf(reason: unknown): string {
  expect(reason).toBeInstanceOf(LinkError);
  expect(reason).toBeInstanceOf(TypeError);
  return reason instanceof LinkError ? reason.code : '';
}

/** Resolves when all that is under way in the memory channels has arrived. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}

describe('fetch', () => {
  it('carries method, path, headers and body, and answers with a standard Response', async () => {
    const { serve, next } = recorder();
    const { link } = connectLink(serve);
    const fetched = link.fetch('https://anywhere.example/v1/chat?x=%20y#z', {
      method: 'post',
      headers: { 'X-One': 'a', Accept: 'text/plain' },
      body: 'question',
    });
    const exchange = await next();
    expect(exchange.head.method).toBe('POST');
    expect(exchange.head.path).toBe('/v1/chat?x=%20y');
    expect(exchange.head.headers).toEqual([
      ['accept', 'text/plain'],
      ['content-length', '8'],
      ['content-type', 'text/plain;charset=UTF-8'],
      ['x-one', 'a'],
    ]);
    expect(await exchange.text()).toBe('question');
    exchange.respond({
      status: 201,
      headers: [
        ['content-type', 'text/x'],
        ['x-two', 'b'],
      ],
    });
    exchange.write(utf8('answer'));
    exchange.end();
    const response = await fetched;
    expect(response).toBeInstanceOf(Response);
    expect([response.status, response.ok, response.headers.get('x-two')]).toEqual([201, true, 'b']);
    expect(response.url).toBe('http://pantheon.invalid/v1/chat?x=%20y');
    expect(await response.text()).toBe('answer');
    expect(link.pending).toBe(0);
  });

  it('works before the link is ready, and without its object', async () => {
    const { link } = connectLink((exchange) => exchange.respond({ status: 200 }).end());
    expect(link.state).toBe('connecting');
    const { fetch } = link;
    expect((await fetch('/v1/models')).status).toBe(200);
    expect(link.state).toBe('ready');
    expect(link.peer?.deviceId).toBe('answerer');
  });

  it('gives the head of the answer before its body, and each token as it arrives', async () => {
    const { serve, next } = recorder();
    const { link } = connectLink(serve);
    const fetched = link.fetch('/v1/stream');
    const exchange = await next();
    exchange.respond();
    const reader = (await fetched).body?.getReader();
    for (const token of ['one', 'two', 'three']) {
      exchange.write(utf8(token));
      const piece = await reader?.read();
      expect(Buffer.from(piece?.value ?? []).toString()).toBe(token);
    }
    exchange.end();
    expect((await reader?.read())?.done).toBe(true);
  });

  it('joins the tokens of one message into one chunk', async () => {
    const { link } = connectLink((exchange) => {
      exchange.respond();
      for (let token = 0; token < 100; token++) exchange.write(utf8(`t${token} `));
      exchange.end();
    });
    const reader = (await link.fetch('/')).body?.getReader();
    const first = await reader?.read();
    expect(Buffer.from(first?.value ?? []).toString()).toMatch(/^t0 .* t99 $/);
    expect((await reader?.read())?.done).toBe(true);
  });

  it.each([204, 205, 304])('answers status %i without a body', async (status) => {
    const { link } = connectLink((exchange) => exchange.respond({ status }).end());
    const response = await link.fetch('/', { method: 'DELETE' });
    expect([response.status, response.body]).toEqual([status, null]);
    expect(await response.text()).toBe('');
  });

  it('drops the bytes of an answer to HEAD, and gives their credit back', async () => {
    const { link } = connectLink((exchange) => {
      exchange.respond();
      void exchange.writeAll(new Uint8Array(1_000_000)).then(() => exchange.end());
    });
    const response = await link.fetch('/', { method: 'HEAD' });
    expect(response.body).toBe(null);
    while (link.pending > 0) await settled();
  });

  it('keeps errors of HTTP ordinary responses', async () => {
    const { link } = connectLink((exchange) => {
      exchange.respond({ status: 429, headers: [['retry-after', '3']] });
      exchange.write(utf8('{"error":{}}'));
      exchange.end();
    });
    const response = await link.fetch('/');
    expect([response.ok, response.status, await response.json()]).toEqual([false, 429, { error: {} }]);
  });

  it('tells interim heads to the request and to the link', async () => {
    const { link } = connectLink((exchange) => {
      exchange.respond({ status: 102, info: { queue: { position: 2 } } });
      exchange.respond({ status: 102, info: { queue: { position: 1 } } });
      exchange.respond().end();
    });
    const told: unknown[] = [];
    link.on('interim', ({ path, info }) => told.push([path, info]));
    await link.fetch('/a', { onInterim: ({ info }) => told.push(info) });
    expect(told).toEqual([
      ['/a', { queue: { position: 2 } }],
      { queue: { position: 2 } },
      ['/a', { queue: { position: 1 } }],
      { queue: { position: 1 } },
    ]);
  });

  it('takes a stream of many requests beyond the limit of open streams, in turn', async () => {
    let open = 0;
    let most = 0;
    const { link } = connectLink(
      (exchange) => {
        open += 1;
        most = Math.max(most, open);
        setImmediate(() => {
          open -= 1;
          exchange.respond();
          exchange.write(utf8(exchange.head.path));
          exchange.end();
        });
      },
      { limits: { streams: 4, message: 65_536 } },
    );
    const paths = Array.from({ length: 30 }, (_, at) => `/${at}`);
    const answers = await Promise.all(paths.map(async (path) => (await link.fetch(path)).text()));
    expect(answers).toEqual(paths);
    expect(most).toBeLessThanOrEqual(4);
    expect(most).toBeGreaterThan(1);
  });
});

describe('errors of fetch', () => {
  it('reject with the code of a RESET before the head', async () => {
    const { link } = connectLink((exchange) => exchange.reset('engine_unavailable', 'no engine'));
    const reason: unknown = await link.fetch('/').catch((error: unknown) => error);
    expect(codeOf(reason)).toBe('engine_unavailable');
    expect(reason).toMatchObject({ detail: 'no engine' });
  });

  it('error the body with the code of a RESET behind what arrived', async () => {
    const { link } = connectLink((exchange) => {
      exchange.respond();
      exchange.write(utf8('half'));
      setTimeout(() => exchange.reset('engine_failed'), 5);
    });
    const reader = (await link.fetch('/')).body?.getReader();
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('half');
    expect(codeOf(await reader?.read().catch((error: unknown) => error))).toBe('engine_failed');
    expect(link.pending).toBe(0);
  });

  it('do not swallow what arrived and was not yet read', async () => {
    const { link } = connectLink((exchange) => {
      exchange.respond();
      exchange.write(utf8('unread'));
      setTimeout(() => exchange.reset('engine_failed'), 5);
    });
    const response = await link.fetch('/');
    await new Promise((resolve) => setTimeout(resolve, 20));
    const reader = response.body?.getReader();
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('unread');
    expect(codeOf(await reader?.read().catch((error: unknown) => error))).toBe('engine_failed');
  });

  it('come for all requests when the channel closes', async () => {
    const { serve, next } = recorder();
    const { link, far } = connectLink(serve);
    const waiting = link.fetch('/a').catch((error: unknown) => error);
    const streaming = link.fetch('/b');
    await next();
    (await next()).respond();
    const body = (await streaming).text().catch((error: unknown) => error);
    far.close();
    expect(codeOf(await waiting)).toBe('timed_out');
    expect(codeOf(await body)).toBe('timed_out');
    expect([link.state, link.error?.code, link.pending]).toEqual(['closed', 'timed_out', 0]);
    expect(codeOf(await link.fetch('/c').catch((error: unknown) => error))).toBe('timed_out');
  });

  it('come for all requests when a side breaks the protocol', async () => {
    const { serve, next } = recorder();
    const { link, far, answerer } = connectLink(serve);
    const fetched = link.fetch('/a').catch((error: unknown) => error);
    await next();
    far.sendText('{"type":"pong"}');
    expect(codeOf(await fetched)).toBe('protocol_error');
    await settled();
    expect(answerer.closed).toBe('protocol_error');
  });

  it('come when the key of the peer is refused', async () => {
    const { link } = connectLink(() => undefined, testConfig('answerer', { account: 'another' }));
    const fetched = link.fetch('/').catch((error: unknown) => error);
    expect(codeOf(await link.ready().catch((error: unknown) => error))).toBe('binding_mismatch');
    expect(codeOf(await fetched)).toBe('binding_mismatch');
    await expect(link.ready()).rejects.toMatchObject({ code: 'binding_mismatch', byPeer: false });
  });

  it('say whose key was refused when the other device refuses ours, also to requests that come later', async () => {
    const { link } = connectLink(() => undefined, {
      acceptKey: () => ({ refused: 'this device was removed from the account' }),
    });
    await link.ready();
    await settled();
    const { error } = link;
    expect(error).toMatchObject({ code: 'key_untrusted', byPeer: true });
    expect(error?.message).toContain('does not accept the key of this one');
    await expect(link.fetch('/')).rejects.toMatchObject({ code: 'key_untrusted', byPeer: true });
  });

  it('are those of fetch for arguments that fetch refuses', async () => {
    const { link } = connectLink(() => undefined);
    await expect(link.fetch('/', { method: 'GET', body: 'x' })).rejects.toBeInstanceOf(TypeError);
    await expect(link.fetch('/', { headers: { 'bad name': 'x' } })).rejects.toBeInstanceOf(TypeError);
    await expect(link.fetch(`/${'x'.repeat(9_000)}`)).rejects.toMatchObject({ code: 'bad_head' });
  });

  it('come for a head that no Response can have, and stop the stream', async () => {
    const { serve, next } = recorder();
    const { link } = connectLink(serve);
    const fetched = link.fetch('/').catch((error: unknown) => error);
    const exchange = await next();
    exchange.respond({ headers: [['x', '青']] });
    expect(codeOf(await fetched)).toBe('bad_head');
    await exchange.until(() => exchange.resetCode !== undefined);
    expect(exchange.resetCode).toBe('bad_head');
  });
});

describe('cancelling', () => {
  it('by the signal resets the stream at once, and rejects with its reason', async () => {
    const { serve, next } = recorder();
    const { link } = connectLink(serve);
    const abort = new AbortController();
    const fetched = link.fetch('/', { signal: abort.signal }).catch((error: unknown) => error);
    const exchange = await next();
    abort.abort();
    expect(await fetched).toMatchObject({ name: 'AbortError' });
    await exchange.until(() => exchange.resetCode !== undefined);
    expect(exchange.resetCode).toBe('cancelled');
    expect(link.pending).toBe(0);
  });

  it('by the signal errors a body under way', async () => {
    const { serve, next } = recorder();
    const { link } = connectLink(serve);
    const abort = new AbortController();
    const fetched = link.fetch('/', { signal: abort.signal });
    const exchange = await next();
    exchange.respond();
    const body = (await fetched).text().catch((error: unknown) => error);
    abort.abort(new Error('enough'));
    expect(await body).toMatchObject({ message: 'enough' });
    await exchange.until(() => exchange.resetCode === 'cancelled');
  });

  it('by the body resets the stream', async () => {
    const { serve, next } = recorder();
    const { link } = connectLink(serve);
    const fetched = link.fetch('/');
    const exchange = await next();
    exchange.respond();
    exchange.write(utf8('x'));
    await (await fetched).body?.cancel();
    await exchange.until(() => exchange.resetCode === 'cancelled');
    expect(link.pending).toBe(0);
  });

  it.each(['end', 'reset'] as const)(
    'by the signal errors a body that is not read yet, behind its %s',
    async (ending) => {
      const { serve, next } = recorder();
      const { link } = connectLink(serve);
      const abort = new AbortController();
      const fetched = link.fetch('/', { signal: abort.signal });
      const exchange = await next();
      exchange.respond();
      exchange.write(utf8('unread'));
      const response = await fetched;
      await settled();
      if (ending === 'end') exchange.end();
      else exchange.reset('engine_failed');
      await settled();
      abort.abort();
      expect(await response.text().catch((error: unknown) => error)).toMatchObject({ name: 'AbortError' });
      expect([link.pending, link.state]).toEqual([0, 'ready']);
    },
  );

  it.each(['read', 'cancelled', 'failed', 'without a body'])(
    'is no longer listened for once the answer is %s',
    async (how) => {
      const { serve, next } = recorder();
      const { link } = connectLink(serve);
      const abort = new AbortController();
      const listening = new Set<unknown>();
      const { signal } = abort;
      const add = signal.addEventListener.bind(signal);
      const remove = signal.removeEventListener.bind(signal);
      signal.addEventListener = (...what: Parameters<typeof add>) => {
        listening.add(what[1]);
        add(...what);
      };
      signal.removeEventListener = (...what: Parameters<typeof remove>) => {
        listening.delete(what[1]);
        remove(...what);
      };
      const fetched = link.fetch('/', { signal });
      const exchange = await next();
      exchange.respond({ status: how === 'without a body' ? 204 : 200 });
      if (how === 'read' || how === 'failed') exchange.write(utf8('piece'));
      await settled();
      if (how === 'failed') exchange.reset('engine_failed');
      else if (how !== 'cancelled') exchange.end();
      const response = await fetched;
      await settled();
      if (how !== 'without a body') expect(listening.size).toBe(1);
      if (how === 'cancelled') await response.body?.cancel();
      else await response.text().catch(() => undefined);
      await settled();
      expect(listening.size).toBe(0);
    },
  );

  it('before the start sends nothing', async () => {
    const { serve, next } = recorder();
    const { link } = connectLink(serve);
    await expect(link.fetch('/a', { signal: AbortSignal.abort() })).rejects.toMatchObject({
      name: 'AbortError',
    });
    const abort = new AbortController();
    const waiting = link.fetch('/b', { signal: abort.signal }).catch((error: unknown) => error);
    abort.abort();
    expect(await waiting).toMatchObject({ name: 'AbortError' });
    void link.fetch('/c').catch(() => undefined);
    expect((await next()).head.path).toBe('/c');
  });

  it('leaves other requests alone', async () => {
    const { serve, next } = recorder();
    const { link } = connectLink(serve);
    const abort = new AbortController();
    const one = link.fetch('/1', { signal: abort.signal }).catch(() => 'gone');
    const two = link.fetch('/2');
    await next();
    const exchange = await next();
    abort.abort();
    expect(await one).toBe('gone');
    exchange.respond();
    exchange.write(utf8('here'));
    exchange.end();
    expect(await (await two).text()).toBe('here');
  });
});

describe('back-pressure', () => {
  it('stops the sender at the window of a body that nobody reads, and of no other', async () => {
    const { serve, next } = recorder();
    const { link } = connectLink(serve);
    const fetched = link.fetch('/big');
    const exchange = await next();
    exchange.respond();
    const total = 4 * initialStreamWindow;
    let written = false;
    void exchange.writeAll(new Uint8Array(total)).then(() => {
      exchange.end();
      written = true;
    });
    const response = await fetched;
    await settled();
    expect(written).toBe(false);
    const other = link.fetch('/small');
    (await next()).respond().end();
    expect(await (await other).text()).toBe('');
    expect(written).toBe(false);
    expect((await response.arrayBuffer()).byteLength).toBe(total);
    await settled();
    expect(written).toBe(true);
  });

  it('sends no more than the window before the first read', async () => {
    const { serve, next } = recorder();
    const { link, far } = connectLink(serve);
    const fetched = link.fetch('/big');
    const exchange = await next();
    const before = far.sentBytes;
    exchange.respond();
    void exchange.writeAll(new Uint8Array(4 * initialStreamWindow));
    await fetched;
    await settled();
    const sent = far.sentBytes - before;
    expect(sent).toBeGreaterThanOrEqual(initialStreamWindow);
    expect(sent).toBeLessThan(initialStreamWindow + 2_000);
  });

  it('gives back the credit of answers that nobody reads to their end', async () => {
    const { link } = connectLink((exchange) => {
      exchange.respond();
      void exchange.writeAll(new Uint8Array(initialStreamWindow)).then(() => exchange.end());
    });
    for (let round = 0; round < 40; round++) {
      const response = await link.fetch('/');
      await response.body?.cancel();
    }
    expect(await (await link.fetch('/')).arrayBuffer()).toHaveProperty('byteLength', initialStreamWindow);
  });

  it('gives back the credit of answers that nobody reads at all', async () => {
    const { link } = connectLink((exchange) => {
      exchange.respond();
      void exchange.writeAll(new Uint8Array(100_000)).then(() => exchange.end());
    });
    const unread: Response[] = [];
    for (let round = 0; round < 50; round++) {
      unread.push(await link.fetch('/v1/models'));
      while (link.pending > 0) await settled();
    }
    expect(await (await link.fetch('/')).arrayBuffer()).toHaveProperty('byteLength', 100_000);
    for (const response of unread) expect((await response.arrayBuffer()).byteLength).toBe(100_000);
  });

  it('gives back the credit of answers that are read late', async () => {
    const { link } = connectLink((exchange) => {
      exchange.respond();
      exchange.write(new Uint8Array(200_000));
      exchange.end();
    });
    for (let round = 0; round < 40; round++) {
      const response = await link.fetch('/');
      await settled();
      expect((await response.arrayBuffer()).byteLength).toBe(200_000);
    }
  });
});

describe('the link', () => {
  it('says that the host shuts down when the channel closes behind a GOAWAY', async () => {
    const { serve, next } = recorder();
    const { link, answerer, far } = connectLink(serve);
    const fetched = link.fetch('/').catch((error: unknown) => error);
    await next();
    answerer.link.connection.goAway('no_error', '');
    answerer.link.flush();
    await settled();
    far.close();
    expect(codeOf(await fetched)).toBe('shutting_down');
  });

  it('tells its states', async () => {
    const states: string[] = [];
    const { link, answerer } = connectLink(() => undefined);
    link.on('state', (state) => states.push(state));
    expect((await link.ready()).trust).toBe('pinned');
    const fetched = link.fetch('/').catch((error: unknown) => error);
    link.close();
    expect(codeOf(await fetched)).toBe('cancelled');
    expect(states).toEqual(['ready', 'closed']);
    await settled();
    expect(answerer.closed).toBe('cancelled');
  });

  it('tells pushes, the newest of each kind to a listener that comes late', async () => {
    const { link, answerer } = connectLink(() => undefined);
    await link.ready();
    await settled();
    const push = (kind: string, n: number): void => {
      answerer.link.connection.push(kind, { n });
      answerer.link.flush();
    };
    push('hosting', 1);
    push('catalogue', 2);
    push('hosting', 3);
    push('unknown', 4);
    await settled();
    const told: unknown[] = [];
    link.on('push', ({ kind, body }) => told.push([kind, body['n']]));
    expect(told).toEqual([
      ['hosting', 3],
      ['catalogue', 2],
    ]);
    push('catalogue', 5);
    await settled();
    expect(told.at(-1)).toEqual(['catalogue', 5]);
  });

  it('drains when the peer goes away: what runs ends, nothing new begins, then it closes', async () => {
    const { serve, next } = recorder();
    const { link, answerer } = connectLink(serve);
    const fetched = link.fetch('/');
    const exchange = await next();
    answerer.link.connection.goAway('no_error', 'restarting');
    answerer.link.flush();
    await settled();
    expect(link.state).toBe('draining');
    expect(codeOf(await link.fetch('/new').catch((error: unknown) => error))).toBe('shutting_down');
    exchange.respond();
    exchange.write(utf8('to the end'));
    exchange.end();
    expect(await (await fetched).text()).toBe('to the end');
    await settled();
    expect([link.state, link.error?.code]).toEqual(['closed', 'shutting_down']);
  });

  it('closes when idle', async () => {
    const { serve, next } = recorder();
    const { link } = connectLink(serve);
    const fetched = link.fetch('/');
    const exchange = await next();
    link.closeWhenIdle();
    expect(link.state).toBe('draining');
    exchange.respond();
    exchange.end();
    expect((await fetched).status).toBe(200);
    await settled();
    expect(link.state).toBe('closed');
  });
});
