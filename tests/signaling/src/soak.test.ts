import { afterAll, beforeAll, expect, it } from 'vitest';
import { Signal } from './program.js';
import { NOTHING_WRONG, Soak } from './soak.js';

/** Ten minutes in `npm run soak`, a taste of it among the other tests. */
const SOAK_MS = Number(process.env['SOAK_MS'] ?? 6_000);

let signal: Signal;
beforeAll(async () => {
  signal = await Signal.start();
});
afterAll(async () => {
  await signal.stop();
});

it(
  'two phones and two tabs of one id and a host, all dropping at random, within the default limits: nobody is kicked, every signal reaches the right one, nobody sees a leave',
  async () => {
    const soak = new Soak(signal.origin);
    await soak.run(SOAK_MS);
    const { rounds, answered, drops } = soak.result;
    console.info({ rounds, answered, drops });
    expect(soak.wrong).toEqual(NOTHING_WRONG);
    expect(drops).toBeGreaterThan(SOAK_MS / 1_000);
    expect(answered).toBeGreaterThan(SOAK_MS / 200);
    soak.close();
  },
  SOAK_MS + 30_000,
);
