import { expect, test } from '@jest/globals';
import { PacedWork } from '../../input/concurrency/paced-work.ts';

/** Longer than any piece. */
function spin(): void {
  const end = performance.now() + 15;
  while (performance.now() < end);
}

test('the event loop turns between long steps, also where they belong to different work', async () => {
  let turn = 0;
  let counting = true;
  const countTurns = () => {
    turn += 1;
    if (counting) setImmediate(countTurns);
  };
  setImmediate(countTurns);
  const work = new PacedWork();
  const taken: [name: string, turn: number][] = [];
  const runSteps = (name: string, steps: number) => {
    let left = steps;
    return work.run(() => {
      spin();
      taken.push([name, turn]);
      left -= 1;
      return left > 0;
    });
  };
  await Promise.all([runSteps('first', 3), runSteps('second', 2), runSteps('third', 1)]);
  counting = false;
  expect(taken.map(([name]) => name)).toEqual(['first', 'first', 'first', 'second', 'second', 'third']);
  expect(new Set(taken.map(([, at]) => at)).size).toBe(taken.length);
});

test('work that fails rejects, and the next is done', async () => {
  const work = new PacedWork();
  const failing = work.run(() => {
    throw new Error('no');
  });
  await expect(failing).rejects.toThrow('no');
  await expect(work.run(() => false)).resolves.toBeUndefined();
});
