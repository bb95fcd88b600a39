import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { utf8 } from '../core/bytes.js';
import { initialStreamWindow } from '../link/flow.js';
import { connectLink } from '../link/testing/answerer.js';
import type { Catalogue } from './catalogue.js';
import { CatalogueReader, fetchCatalogue } from './catalogue-reader.js';

function catalogueOf(...ids: readonly string[]): Catalogue {
  return { models: ids.map((id) => ({ id, name: id, engine: '', capabilities: [] })), engines: [] };
}

/** A host whose answers are given by hand. */
class Host {
  readonly waiting: { answer: (catalogue: Catalogue) => void; fail: () => void }[] = [];
  readonly shown: string[] = [];
  asked = 0;
  readonly reader = new CatalogueReader(
    () => {
      this.asked++;
      return new Promise((answer, reject) => {
        this.waiting.push({ answer, fail: () => reject(new Error('no answer')) });
      });
    },
    ({ models }) => this.shown.push(models.map(({ id }) => id).join(' ')),
  );

  async answer(...ids: readonly string[]): Promise<void> {
    this.waiting.shift()?.answer(catalogueOf(...ids));
    await vi.advanceTimersByTimeAsync(0);
  }

  async fail(): Promise<void> {
    this.waiting.shift()?.fail();
    await vi.advanceTimersByTimeAsync(0);
  }
}

describe('CatalogueReader', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('asks again, less and less often, until there is an answer', async () => {
    const host = new Host();
    host.reader.start();
    for (const asked of [1, 2, 3]) {
      expect(host.asked).toBe(asked);
      await host.fail();
      await vi.advanceTimersByTimeAsync(60_000);
    }
    expect(host.asked).toBe(4);
    await host.answer('a');
    await vi.advanceTimersByTimeAsync(600_000);
    expect(host.asked).toBe(4);
    expect(host.shown).toEqual(['a']);
  });

  it('does not ask at once after a failure', async () => {
    const host = new Host();
    host.reader.start();
    await host.fail();
    await vi.advanceTimersByTimeAsync(500);
    expect(host.asked).toBe(1);
  });

  it('takes a catalogue that is pushed', () => {
    const host = new Host();
    host.reader.push(catalogueOf('a'));
    expect([host.shown, host.asked]).toEqual([['a'], 0]);
  });

  it('asks when a push says only that there is something new, and once more for all that come meanwhile', async () => {
    const host = new Host();
    for (let pushes = 0; pushes < 3; pushes++) host.reader.push(undefined);
    expect(host.asked).toBe(1);
    await host.answer('a');
    expect(host.asked).toBe(2);
    await host.answer('a', 'b');
    expect([host.shown, host.asked]).toEqual([['a', 'a b'], 2]);
  });

  it('prefers what was pushed while it asked', async () => {
    const host = new Host();
    host.reader.start();
    host.reader.push(catalogueOf('newer'));
    await host.answer('older');
    expect(host.shown).toEqual(['newer']);
  });

  it('tells and asks nothing more once it is stopped', async () => {
    const host = new Host();
    host.reader.start();
    host.reader.stop();
    await host.fail();
    host.reader.push(undefined);
    host.reader.push(catalogueOf('a'));
    await vi.advanceTimersByTimeAsync(600_000);
    expect([host.shown, host.asked]).toEqual([[], 1]);
  });
});

describe('fetchCatalogue', () => {
  it.each([
    [200, '{"models":[{"id":"a"}]}', 1],
    [200, '{}', undefined],
    [200, 'no JSON', undefined],
    [503, '{"models":[]}', undefined],
  ])('reads an answer %i %s', async (status, body, models) => {
    const { link } = connectLink((exchange) => {
      expect(exchange.head.path).toBe('/pantheon/catalogue');
      exchange.respond({ status }).write(utf8(body));
      exchange.end();
    });
    const fetched = fetchCatalogue(link, { timeoutMs: 5_000, anew: false });
    if (models === undefined) await expect(fetched).rejects.toMatchObject({ code: 'catalogue_unavailable' });
    else expect((await fetched).models).toHaveLength(models);
  });

  it('leaves nothing of a refused answer in the window of the link', async () => {
    let refusals = 40;
    const { link } = connectLink((exchange) => {
      const refused = refusals-- > 0;
      exchange.respond({ status: refused ? 500 : 200 });
      const text = refused ? ' '.repeat(initialStreamWindow) : '{"models":[]}';
      void exchange.writeAll(utf8(text)).then(() => exchange.end());
    });
    while (refusals > 0)
      await expect(fetchCatalogue(link, { timeoutMs: 5_000, anew: false })).rejects.toMatchObject({
        code: 'catalogue_unavailable',
      });
    expect((await fetchCatalogue(link, { timeoutMs: 5_000, anew: false })).models).toEqual([]);
  });

  it.each([
    [false, []],
    [true, [['cache-control', 'no-cache']]],
  ])('anew: %s', async (anew, headers) => {
    const { link } = connectLink((exchange) => {
      expect(exchange.head.headers).toEqual(headers);
      exchange.respond({ status: 200 }).write(utf8('{"models":[]}'));
      exchange.end();
    });
    expect((await fetchCatalogue(link, { timeoutMs: 5_000, anew })).models).toEqual([]);
  });
});
