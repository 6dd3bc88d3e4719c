import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { IdClaims } from '../../input/concurrency/id-claims.ts';
import { seededRandom } from '../state/state-folder.ts';

describe('claims of Ids', () => {
  test('hold an Id once; the copy learns what became of it', async () => {
    const claims = new IdClaims();
    expect(claims.claim(['a', 'b']).mine).toEqual([0, 1]);
    const second = claims.claim(['b', 'c', 'a']);
    expect(second.mine).toEqual([1]);
    expect(second.others.map(({ index }) => index)).toEqual([0, 2]);
    claims.release(['a'], true);
    claims.release(['b'], false);
    expect(await Promise.all(second.others.map(({ acknowledged }) => acknowledged))).toEqual([false, true]);
    expect(claims.claim(['a', 'b']).mine).toEqual([0, 1]);
  });

  test('tell a copy in the same batch from its original', async () => {
    const claims = new IdClaims();
    const { mine, others } = claims.claim(['a', 'a', 'b']);
    expect(mine).toEqual([0, 2]);
    claims.release(['a', 'b'], true);
    expect(await others[0]?.acknowledged).toBe(true);
    expect(claims.size).toBe(0);
  });

  test('are refused a release without a claim', () => {
    expect(() => new IdClaims().release(['a'], true)).toThrow('was not claimed');
  });

  const seed = Math.trunc(Math.random() * 2 ** 31);
  test(`deliver each Id once when batches wait for each other and fail (seed ${seed})`, async () => {
    const random = seededRandom(seed);
    const claims = new IdClaims();
    const ledger = new Set<string>();
    const delivered: string[] = [];
    const carried = new Set<string>();
    const pause = async () => {
      for (let turns = Math.trunc(random() * 4); turns > 0; turns -= 1) await nextTurn();
    };

    const deliver = async (ids: readonly string[]) => {
      let waiting = ids;
      while (waiting.length > 0) {
        const batch = waiting;
        const claim = claims.claim(batch);
        const mine = claim.mine.map((index) => batch[index] ?? '');
        await pause();
        const unseen = mine.filter((id) => !ledger.has(id));
        const fails = random() < 0.3;
        if (!fails) for (const id of unseen) delivered.push(id);
        await pause();
        if (!fails) for (const id of unseen) ledger.add(id);
        claims.release(mine, !fails);
        const outcomes = await Promise.all(claim.others.map(({ acknowledged }) => acknowledged));
        const lost = claim.others.filter((_, n) => !outcomes[n]).map(({ index }) => batch[index] ?? '');
        waiting = fails ? [...mine, ...lost] : lost;
      }
    };

    await Promise.all(
      Array.from({ length: 300 }, async () => {
        const ids = Array.from(
          { length: 1 + Math.trunc(random() * 12) },
          () => `id-${Math.trunc(random() * 400)}`,
        );
        for (const id of ids) carried.add(id);
        await pause();
        await deliver(ids);
      }),
    );
    expect(delivered.toSorted()).toEqual([...carried].toSorted());
    expect(claims.size).toBe(0);
  });
});
