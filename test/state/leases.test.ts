import { describe, expect, test } from '@jest/globals';
import type { Hold, Lease } from '../../input/contract/state.ts';
import { blob, hold, noon, openTestLedger, scope, temporaryFolder } from './state-folder.ts';
import { find, idsOf, pick, take, withLedger } from './taking.ts';

const mark = { late: false, backfill: false, listedAt: noon };
const counts = { delivered: 5, duplicate: 2, deadLettered: 1 };

/** As two processes would hand them in. */
const first: Lease = { owner: 'first', ms: 60_000 };
const second: Lease = { owner: 'second', ms: 60_000 };

describe('leases', () => {
  test('keep what one owner took from the others, until they end', () =>
    withLedger(async ({ work }, clock) => {
      await work.list(scope, [blob('a'), blob('b'), blob('c')], mark);
      const taken = await work.take(scope, 2, first);
      expect(taken).toMatchObject([
        { owner: 'first', leasedUntil: noon + 60_000, lease: 1 },
        { owner: 'first', leasedUntil: noon + 60_000, lease: 1 },
      ]);
      const rest = await work.take(scope, 9, second);
      expect([...idsOf(taken), ...idsOf(rest)].toSorted()).toEqual(['a', 'b', 'c']);
      expect(await work.nextDueAt(scope, 'second')).toBe(noon + 60_000);
      clock.set(noon + 59_999);
      expect(idsOf(await work.take(scope, 9, second))).toEqual(idsOf(rest));
      clock.set(noon + 60_000);
      expect(idsOf(await work.take(scope, 9, second)).toSorted()).toEqual(['a', 'b', 'c']);
    }));

  test('fence whoever lost one: nothing that they say changes anything, and they are told', () =>
    withLedger(async (ledger, clock) => {
      const { work } = ledger;
      await work.list(scope, [blob('a')], mark);
      const lost = pick(await work.take(scope, 1, first), 'a');
      clock.set(noon + 60_000);
      const held = pick(await work.take(scope, 1, second), 'a');
      const says: readonly ((hold: Hold) => Promise<boolean>)[] = [
        (by) => work.begin(scope, by),
        (by) => work.settle(scope, by, counts, noon),
        (by) => work.retryLater(scope, by, noon, 'HTTP 503'),
        (by) => work.giveUp(scope, by, 'expired', 'AF20051', noon),
      ];
      for (const say of says) expect(await say(lost)).toBe(false);
      expect(await find(ledger, 'a')).toEqual(held);
      expect(await work.settle(scope, held, counts, noon)).toBe(true);
      for (const say of says) expect([await say(lost), await say(held)]).toEqual([false, false]);
    }));

  test('that have ended still count as long as nobody took over', () =>
    withLedger(async ({ work }, clock) => {
      await work.list(scope, [blob('a')], mark);
      const item = pick(await work.take(scope, 1, first), 'a');
      clock.set(noon + 3_600_000);
      expect(await work.settle(scope, item, counts, noon)).toBe(true);
    }));

  test('are renewed, before half of their time is left, without changing hands', () =>
    withLedger(async (ledger, clock) => {
      const { work } = ledger;
      const many = Array.from({ length: 700 }, (_, n) => blob(`n${n}`));
      await work.list(scope, many, mark);
      const [item] = await work.take(scope, 700, first);
      expect(await work.renew(first)).toBe(false);
      expect(await find(ledger, 'n0')).toMatchObject({ leasedUntil: noon + 60_000 });
      clock.set(noon + 40_000);
      expect([await work.renew(first), await work.renew(first)]).toEqual([true, false]);
      clock.set(noon + 70_000);
      expect(await work.take(scope, 9, second)).toEqual([]);
      expect(await work.settle(scope, item ?? hold('n0'), counts, noon)).toBe(true);
    }));

  test('are given back all at once', () =>
    withLedger(async ({ work }) => {
      await work.list(scope, [blob('a'), blob('b')], mark);
      await work.take(scope, 9, first);
      await work.release('first');
      expect(await work.take(scope, 9, second)).toHaveLength(2);
    }));

  test('are given back for one feed, with what had begun left uncertain, and then fence who gave them back', () =>
    withLedger(async (ledger) => {
      const { work } = ledger;
      const feeds = [scope, { ...scope, name: 'DLP.All' }, { ...scope, tenant: 'another' }];
      for (const feed of feeds) await work.list(feed, [blob('a'), blob('b')], mark);
      const [taken] = await Promise.all(feeds.map((feed) => work.take(feed, 9, first)));
      const begun = pick(taken ?? [], 'a');
      await work.begin(scope, begun);
      await work.release('second', scope);
      expect(await work.take(scope, 9, second)).toEqual([]);
      await work.release('first', scope);
      const held = pick(await work.take(scope, 9, second), 'a');
      expect(held).toMatchObject({ state: 'fetching', uncertain: true, owner: 'second' });
      for (const feed of feeds.slice(1)) expect(await work.take(feed, 9, second)).toEqual([]);
      expect(await work.settle(scope, begun, counts, noon)).toBe(false);
      expect(await work.settle(scope, held, counts, noon)).toBe(true);
    }));

  test('end with the process that had the ledger to itself', async () => {
    using folder = temporaryFolder();
    const killed = await openTestLedger(folder.path);
    await killed.work.list(scope, [blob('a')], mark);
    await take(killed);
    await killed.close();
    const next = await openTestLedger(folder.path);
    expect(idsOf(await take(next))).toEqual(['a']);
    await next.close();
  });
});
