import { MemoryStore, PantheonClient } from '../../packages/client/src/index.js';
import type { PageApi, Summary, TokenLoad } from './types.js';

type Fetch = (url: string, init: RequestInit) => Promise<Response>;

let client: PantheonClient | undefined;

/** Milliseconds to add to this page's clock to get the system's wall clock: the best of many looks at an edge of a millisecond. */
function clockOffset(): number {
  let offset = Infinity;
  for (let i = 0; i < 200; i++) {
    const before = Date.now();
    let after = before;
    while (after === before) after = Date.now();
    // The look comes after the edge, never before it.
    offset = Math.min(offset, performance.timeOrigin + performance.now() - after);
  }
  return -offset;
}

function summary(samples: readonly number[]): Summary {
  const sorted = [...samples].sort((a, b) => a - b);
  const at = (fraction: number) => sorted[Math.round((sorted.length - 1) * fraction)] ?? NaN;
  return {
    count: sorted.length,
    p50: at(0.5),
    p90: at(0.9),
    p99: at(0.99),
    max: at(1),
    over_500: sorted.filter((time) => time > 500).length,
  };
}

async function readStream(
  fetch: Fetch,
  url: string,
  load: TokenLoad,
  offset: number,
  delays: number[],
): Promise<void> {
  const order = {
    model: 'paced',
    stream: true,
    messages: [],
    max_tokens: load.tokens,
    rate: load.rate,
    spread: true,
  };
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(order) });
  const reader = response.body?.getReader();
  if (!response.ok || reader === undefined) throw new Error(`status ${response.status}`);
  const decoder = new TextDecoder();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const now = performance.timeOrigin + performance.now() + offset;
    const events = (rest + decoder.decode(value, { stream: true })).split('\n\n');
    rest = events.pop() ?? '';
    for (const event of events) {
      const wall = /"wall":(\d+)/.exec(event)?.[1];
      if (wall !== undefined) delays.push(now - Number(wall) / 1e6);
    }
  }
}

function running(): PantheonClient {
  if (client === undefined) throw new Error('not paired');
  return client;
}

async function hostId(): Promise<string> {
  for (;;) {
    const host = running().hosts.find(({ hosting, online }) => hosting && online);
    if (host !== undefined) return host.deviceId;
    await new Promise<void>((resolve) => {
      const stop = running().on('hosts', () => {
        stop();
        resolve();
      });
    });
  }
}

const api: PageApi = {
  async pair(link) {
    client = new PantheonClient({ store: new MemoryStore(), statsIntervalMs: 0 });
    await client.pair(link);
    await client.start();
    await hostId();
  },

  async tokens(engine, load) {
    const offset = clockOffset();
    const delays: number[] = [];
    let fetch: Fetch = (url, init) => window.fetch(url, init);
    let url = `${engine ?? ''}/v1/chat/completions`;
    if (engine === undefined) {
      const link = await running().connect(await hostId());
      fetch = (path, init) => link.fetch(path, init);
      url = '/v1/chat/completions';
    }
    await readStream(fetch, url, { ...load, tokens: 1 }, offset, []); // connects
    await Promise.all(
      Array.from({ length: load.streams }, () => readStream(fetch, url, load, offset, delays)),
    );
    return summary(delays);
  },

  async connects(count) {
    const times: number[] = [];
    const id = await hostId();
    for (let i = 0; i < count; i++) {
      running().disconnect(id);
      await new Promise((resolve) => setTimeout(resolve, 50)); // the end of the one before is not measured
      const begin = performance.now();
      await running().connect(id);
      times.push(performance.now() - begin);
    }
    return summary(times);
  },
};

window.bench = api;
