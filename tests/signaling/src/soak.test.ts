import { afterAll, beforeAll, expect, it } from 'vitest';
import { Signal } from './program.js';
import { Soak } from './soak.js';

/** Ten minutes in `npm run soak`, a taste of it among the other tests. */
const SOAK_MS = Number(process.env['SOAK_MS'] ?? 8_000);

let signal: Signal;
beforeAll(async () => {
  signal = await Signal.start('--connects-per-second', '100', '--events-per-second', '500');
});
afterAll(async () => {
  await signal.stop();
});

it(
  'two phones and two tabs of one id and a host, all dropping at random: nobody is kicked, every signal reaches the right one, nobody sees a leave',
  async () => {
    const soak = new Soak(signal.origin);
    await soak.run(SOAK_MS);
    const { rounds, answered, drops, ...wrong } = soak.result;
    const joined = soak.watcher.all('peer-joined').length;
    const left = soak.watcher.all('peer-left');
    console.info({ rounds, answered, drops, joined });
    expect(wrong).toEqual({ astray: [], lost: [], silent: [], refused: [], kicked: [] });
    expect(left).toEqual([]);
    expect(joined).toBeLessThanOrEqual(5); // each for the first time only
    expect(drops).toBeGreaterThan(SOAK_MS / 1_000);
    expect(answered).toBeGreaterThan(SOAK_MS / 200);
    soak.close();
  },
  SOAK_MS + 30_000,
);
