import { expect, test } from '@jest/globals';
import { killFiles } from '../campaign/kill-files.ts';
import { chooseSeed } from './harness.ts';

test('a collector that is killed again and again delivers every record to its files exactly once', async () => {
  const seed = chooseSeed();
  console.info(`seed ${seed}`);
  const { figures, ...found } = await killFiles.run({ seed, rounds: 5 });
  expect(found).toEqual({ missing: [], doubled: [], unknown: [], code: 0, printed: '' });
});
