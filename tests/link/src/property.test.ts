import { describe, expect, it } from 'vitest';
import { NativeSide } from './native-side.js';
import { Random } from './random.js';
import type { Role, SideSettings } from './side.js';
import { TypeScriptSide } from './typescript-side.js';
import { World } from './world.js';

/** `PANTHEON_LINK_SEED=17` repeats one run; `PANTHEON_LINK_RUNS` makes more of them. */
const only = process.env['PANTHEON_LINK_SEED'];
const runs = Number(process.env['PANTHEON_LINK_RUNS'] ?? 12);
const seeds = only === undefined ? Array.from({ length: runs }, (_, index) => index + 1) : [Number(only)];
const startMs = 3_600_000;
const steps = 1_500;

/** A side that takes small messages, or large ones, and few streams, or many. */
function settingsOf(role: Role, random: Random): SideSettings {
  return { role, streams: 1 + random.below(12), message: random.once(3) ? 1_024 : 65_536 };
}

describe('the C++ and the TypeScript implementation', () => {
  it.concurrent.each(seeds)(
    'carry random exchanges whole and leave no stream over (seed %i)',
    async (seed) => {
      const random = new Random(seed);
      const nativeRole: Role = seed % 2 === 0 ? 'offerer' : 'answerer';
      const otherRole: Role = seed % 2 === 0 ? 'answerer' : 'offerer';
      const native = await NativeSide.start(settingsOf(nativeRole, random), startMs);
      const other = new TypeScriptSide(settingsOf(otherRole, random), startMs);
      const sides =
        nativeRole === 'offerer'
          ? { offerer: native, answerer: other }
          : { offerer: other, answerer: native };
      const world = new World(random, sides, startMs);
      await world.run(steps);
      expect(await native.stop()).toBe(0);
      const { streams, bytes } = world.counts;
      expect(streams).toBeGreaterThan(3);
      expect(bytes).toBeGreaterThan(1_000);
    },
  );

  it.concurrent('are made to do everything in these runs', async () => {
    const total = new Map<string, number>();
    // In the first two the answerer says GOAWAY before the offerer does.
    for (const seed of [105, 108, 117]) {
      const random = new Random(seed);
      const native = await NativeSide.start({ role: 'offerer', streams: 32, message: 65_536 }, startMs);
      const other = new TypeScriptSide({ role: 'answerer', streams: 32, message: 65_536 }, startMs);
      const world = new World(random, { offerer: native, answerer: other }, startMs);
      await world.run(steps);
      await native.stop();
      for (const [what, count] of Object.entries(world.counts))
        total.set(what, (total.get(what) ?? 0) + count);
    }
    expect([...total].filter(([, count]) => count === 0)).toEqual([]);
  });
});
