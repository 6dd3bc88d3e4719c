import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { byteBudget } from '../../input/concurrency/byte-budget.ts';
import { seededRandom } from '../state/state-folder.ts';

const never = new AbortController().signal;

/** Returns true for each promise that is settled by now. */
async function settledOf(promises: readonly Promise<unknown>[]): Promise<boolean[]> {
  const settled = promises.map(() => false);
  promises.forEach((promise, index) => {
    const note = () => {
      settled[index] = true;
    };
    promise.then(note, note);
  });
  await nextTurn();
  return settled;
}

describe('the byte budget', () => {
  test('admits what fits and lets the rest wait, first come, first served', async () => {
    const budget = byteBudget(10);
    await budget.acquire(6, never);
    const waiting = [budget.acquire(5, never), budget.acquire(1, never)];
    expect(await settledOf(waiting)).toEqual([false, false]);
    expect(budget.held).toBe(6);
    budget.release(6);
    expect(await settledOf(waiting)).toEqual([true, true]);
    expect(budget.held).toBe(6);
  });

  test('admits one batch that is larger than the whole budget, alone', async () => {
    const budget = byteBudget(10);
    await budget.acquire(1, never);
    const large = budget.acquire(50, never);
    expect(await settledOf([large])).toEqual([false]);
    budget.release(1);
    await large;
    const next = budget.acquire(1, never);
    expect(await settledOf([next])).toEqual([false]);
    budget.release(50);
    await next;
  });

  test('gives the place of one that aborts to the next', async () => {
    const budget = byteBudget(10);
    const abort = new AbortController();
    await budget.acquire(8, never);
    const large = budget.acquire(9, abort.signal);
    const small = budget.acquire(2, never);
    abort.abort(new Error('stopping'));
    await expect(large).rejects.toThrow('stopping');
    await small;
    await expect(budget.acquire(1, abort.signal)).rejects.toThrow('stopping');
    expect(budget.held).toBe(10);
  });

  test('always admits one batch of each share, however full the whole is', async () => {
    const budget = byteBudget(10);
    const [stuck, other] = [budget.share(), budget.share()];
    await stuck.acquire(10, never);
    await other.acquire(4, never);
    const [more, again] = [stuck.acquire(1, never), other.acquire(4, never)];
    expect(await settledOf([more, again])).toEqual([false, false]);
    other.release(4);
    expect(await settledOf([more, again])).toEqual([false, true]);
    expect(budget.held).toBe(14);
    stuck.release(10);
    expect(await settledOf([more])).toEqual([true]);
  });

  test('bounds what a thousand shares of one output hold in all, and lets those of another go on', async () => {
    const budget = byteBudget(10);
    const [stuck, other] = [{}, {}];
    const shares = Array.from({ length: 1000 }, () => budget.share(stuck));
    const admitted = shares.map((share) => share.acquire(4, never));
    expect((await settledOf(admitted)).filter(Boolean)).toHaveLength(7);
    expect(budget.held).toBe(28);
    await budget.share(other).acquire(50, never);
    shares[0]?.release(4);
    expect((await settledOf(admitted)).filter(Boolean)).toHaveLength(8);
  });

  test('counts what each share takes beside its bytes, so that a thousand small batches are no large one', async () => {
    const budget = byteBudget(100, 20);
    const output = {};
    const shares = Array.from({ length: 1000 }, () => budget.share(output));
    const admitted = shares.map((share) => share.acquire(10, never));
    const countAdmitted = async () => (await settledOf(admitted)).filter(Boolean).length;
    expect(await countAdmitted()).toBe(10);
    await budget.share({}).acquire(10, never);
    shares[0]?.release(5);
    expect(await countAdmitted()).toBe(10);
    shares[0]?.release(5);
    expect(await countAdmitted()).toBe(11);
  });

  test('lets no small batch past a large one of its output', async () => {
    const budget = byteBudget(10);
    const output = {};
    const [first, second, third] = [budget.share(output), budget.share(output), budget.share(output)];
    await first.acquire(5, never);
    const [large, small] = [second.acquire(40, never), third.acquire(1, never)];
    expect(await settledOf([large, small])).toEqual([false, false]);
    first.release(5);
    expect(await settledOf([large, small])).toEqual([true, false]);
    second.release(40);
    expect(await settledOf([small])).toEqual([true]);
  });

  test('notices when more is given back than was taken', () => {
    expect(() => byteBudget(10).release(1)).toThrow('more was released than acquired');
  });

  const seed = Math.trunc(Math.random() * 2 ** 31);
  test(`is never exceeded and never stuck (seed ${seed})`, async () => {
    const random = seededRandom(seed);
    const limit = 100;
    const budget = byteBudget(limit);
    const use = async () => {
      for (let n = 0; n < 20; n += 1) {
        const bytes = 1 + Math.trunc(random() * 130);
        const abort = new AbortController();
        const admitted = budget.acquire(bytes, abort.signal).then(
          () => true,
          () => false,
        );
        if (random() < 0.2) abort.abort();
        if (!(await admitted)) continue;
        expect(budget.held <= limit || budget.held === bytes).toBe(true);
        if (random() < 0.5) await nextTurn();
        budget.release(bytes);
      }
    };
    await Promise.all(Array.from({ length: 30 }, use));
    expect(budget.held).toBe(0);
  });
});
