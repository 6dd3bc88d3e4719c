// Whatever goes wrong, the ledger counts at least as many doubtful documents as are there twice, and none that it can tell.

import { describe, expect, test } from '@jest/globals';
import { chooseSeed } from '../end-to-end/harness.ts';
import { deliverAtRandom } from './doubt-model.ts';

const seed = chooseSeed();
const worlds = 3;
const seeds = Array.from({ length: worlds }, (_, world) => seed + world);

describe(`delivery at random, seed ${seed}`, () => {
  test.each(seeds)('with a key that may only create, each second copy is counted (%i)', async (each) => {
    const doubts = await deliverAtRandom({ seed: each, rollovers: 0.3, powerCuts: false, mayLook: false });
    expect(doubts.missing).toEqual([]);
    expect(doubts.doubled).toBeLessThanOrEqual(doubts.counted);
    // What was sent once is there once.
    expect(doubts.counted).toBeLessThanOrEqual(doubts.resent);
  });

  test.each(seeds)('also when a power cut takes the last transactions away (%i)', async (each) => {
    const doubts = await deliverAtRandom({ seed: each, rollovers: 0.3, powerCuts: true, mayLook: false });
    expect(doubts.missing).toEqual([]);
    expect(doubts.doubled).toBeLessThanOrEqual(doubts.counted);
  });

  test.each(seeds)('without a rollover nothing is doubled or in doubt (%i)', async (each) => {
    const doubts = await deliverAtRandom({ seed: each, rollovers: 0, powerCuts: true, mayLook: false });
    expect(doubts).toMatchObject({ missing: [], doubled: 0, counted: 0 });
  });

  test.each(seeds)('a key that may look doubles nothing, and nothing is in doubt (%i)', async (each) => {
    const doubts = await deliverAtRandom({ seed: each, rollovers: 0.3, powerCuts: true, mayLook: true });
    expect(doubts).toMatchObject({ missing: [], doubled: 0, counted: 0 });
  });
});
