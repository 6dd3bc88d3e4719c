import { describe, expect, test } from '@jest/globals';
import type { Feed } from '../../input/contract/feed.ts';
import { blob, hold, noon, openTestLedger, readAll, scope, temporaryFolder } from './state-folder.ts';
import { find, idsOf, pick, take, withLedger } from './taking.ts';

const day = 86_400_000;
const mark = { late: false, backfill: false, listedAt: noon };
const counts = { delivered: 5, duplicate: 2, deadLettered: 1 };

describe('content blobs', () => {
  test('are new only the first time they are listed, in each content type', () =>
    withLedger(async (ledger) => {
      const other: Feed = { ...scope, name: 'Audit.SharePoint' };
      expect(await ledger.work.list(scope, [blob('a'), blob('b')], mark)).toEqual(['a', 'b']);
      expect(await ledger.work.list(scope, [blob('b'), blob('c')], mark)).toEqual(['c']);
      expect(await ledger.work.list(other, [blob('a')], mark)).toEqual(['a']);
    }));

  test('come newest first, without those that are being fetched', () =>
    withLedger(async (ledger) => {
      const hours = ['08', '11', '09', '10'];
      await ledger.work.list(
        scope,
        hours.map((hour) => blob(hour, `2026-03-01T${hour}:00:00.000Z`)),
        mark,
      );
      expect(idsOf(await take(ledger, 2))).toEqual(['11', '10']);
      expect(idsOf(await take(ledger, 9, { except: ['11', '09'] }))).toEqual(['10', '08']);
      const other = { ...scope, tenant: 'other' };
      expect(await ledger.work.take(other, 9, ledger.lease)).toEqual([]);
    }));

  test('that are fresh come first, oldest first, whatever is older behind them', () =>
    withLedger(async (ledger) => {
      const hours = ['08', '11', '09', '10'];
      await ledger.work.list(
        scope,
        hours.map((hour) => blob(hour, `2026-03-01T${hour}:00:00.000Z`)),
        mark,
      );
      const freshFrom = Date.parse('2026-03-01T10:00:00.000Z');
      expect(idsOf(await take(ledger, 9, { freshFrom }))).toEqual(['10', '11', '09', '08']);
      expect(idsOf(await take(ledger, 1, { freshFrom }))).toEqual(['10']);
      expect(idsOf(await take(ledger, 2, { except: ['10'], freshFrom }))).toEqual(['11', '09']);
    }));

  test('that are new and wait for too long are counted; history, and what could not be had before, are not', () =>
    withLedger(async (ledger) => {
      const at = (clockTime: string) => `2026-03-01T${clockTime}:00.000Z`;
      const times = { madeSince: Date.parse(at('09:00')), before: Date.parse(at('11:00')) };
      expect(await ledger.work.findOverdue(scope, times)).toBeUndefined();
      const fresh = ['08:59', '10:00', '10:30', '11:00'].map((time) => blob(time, at(time)));
      await ledger.work.list(scope, fresh, mark);
      await ledger.work.list(scope, [blob('late', at('09:30'))], { ...mark, late: true });
      await ledger.work.list(scope, [blob('history', at('09:40'))], { ...mark, backfill: true });
      await ledger.work.list({ ...scope, name: 'other' }, [blob('other', at('09:00'))], mark);
      const since = Date.parse(at('10:00'));
      expect(await ledger.work.findOverdue(scope, times)).toEqual({
        ...{ items: 2, isMore: false, since, reason: undefined },
      });
      await ledger.work.retryLater(scope, hold('10:00'), noon + 5000, 'HTTP 503');
      expect(await ledger.work.findOverdue(scope, times)).toEqual({
        ...{ items: 2, isMore: false, since, reason: 'HTTP 503' },
      });
      await ledger.work.settle(scope, hold('10:00'), counts, noon);
      expect(await ledger.work.findOverdue(scope, times)).toMatchObject({
        items: 1,
        since: since + day / 48,
      });
      const atNoon = { ...times, before: noon + 1 };
      expect(await ledger.work.findOverdue(scope, atNoon)).toMatchObject({ items: 3 });
      const many = Array.from({ length: 1200 }, (_, index) => blob(`many ${index}`, at('10:15')));
      await ledger.work.list(scope, many, mark);
      expect(await ledger.work.findOverdue(scope, times)).toMatchObject({ items: 1000, isMore: true });
    }));

  test('that failed come back when they are due, with the reason and the attempts counted', () =>
    withLedger(async (ledger, clock) => {
      await ledger.work.list(scope, [blob('a'), blob('b')], mark);
      await ledger.work.retryLater(scope, hold('a'), noon + 5000, 'HTTP 503');
      expect(await ledger.work.nextDueAt(scope, ledger.lease.owner)).toBe(noon + 5000);
      clock.set(noon + 4999);
      expect(idsOf(await take(ledger))).toEqual(['b']);
      clock.set(noon + 5000);
      const again = await take(ledger);
      expect(idsOf(again).toSorted()).toEqual(['a', 'b']);
      const a = pick(again, 'a');
      expect(a).toMatchObject({ state: 'listed', attempts: 1, reason: 'HTTP 503', uncertain: false });
      await ledger.work.begin(scope, a);
      await ledger.work.retryLater(scope, a, noon + 9000, 'body broke off');
      expect(await find(ledger, 'a')).toMatchObject({ attempts: 2, uncertain: true });
    }));

  test('that a crash left half fetched are due again and uncertain, and no attempt of theirs has failed', async () => {
    using folder = temporaryFolder();
    const first = await openTestLedger(folder.path);
    await first.work.list(scope, [blob('a')], mark);
    await first.work.begin(scope, hold('a'));
    await first.close();
    const second = await openTestLedger(folder.path);
    expect(await take(second)).toMatchObject([{ id: 'a', state: 'fetching', uncertain: true, attempts: 0 }]);
    await second.close();
  });

  test('that are acknowledged or given up are not due any more, and keep what became of them', () =>
    withLedger(async (ledger) => {
      await ledger.work.list(
        scope,
        ['a', 'b', 'c'].map((id) => blob(id)),
        { late: true, backfill: true, listedAt: noon },
      );
      await ledger.work.begin(scope, hold('a'));
      await ledger.work.settle(scope, hold('a'), counts, noon);
      await ledger.work.giveUp(scope, hold('b'), 'expired', 'AF20051', noon);
      await ledger.work.giveUp(scope, hold('c'), 'poisoned', 'not JSON', noon);
      expect(await take(ledger)).toEqual([]);
      expect(await ledger.work.countByState(scope)).toEqual({
        listed: 0,
        fetching: 0,
        acknowledged: 1,
        expired: 1,
        poisoned: 1,
      });
      expect(await find(ledger, 'a')).toEqual({
        ...blob('a'),
        state: 'acknowledged',
        listedAt: '2026-03-01T12:00:00.000Z',
        attempts: 0,
        nextAttemptAt: 0,
        reason: undefined,
        late: true,
        backfill: true,
        uncertain: false,
        ...counts,
        filtered: 0,
        owner: undefined,
        leasedUntil: 0,
        lease: 0,
      });
      expect(await find(ledger, 'b')).toMatchObject({ state: 'expired', reason: 'AF20051' });
    }));

  test('can be put back to be collected again, by whoever does it', () =>
    withLedger(async (ledger) => {
      const { work, lease } = ledger;
      await work.list(scope, [blob('a')], mark);
      await work.settle(scope, hold('a'), counts, noon);
      expect(await work.reset(scope, 'unknown', lease)).toBeUndefined();
      const taken = await work.reset(scope, 'a', lease);
      expect(taken).toMatchObject({ id: 'a', state: 'listed', owner: lease.owner });
      expect(idsOf(await work.take(scope, 9, { owner: 'another', ms: 60_000 }))).toEqual([]);
      expect(idsOf(await take(ledger))).toEqual(['a']);
    }));

  test('count what the policy leaves out, also of dead letters, and over all items', () =>
    withLedger(async (ledger) => {
      const { work } = ledger;
      await work.list(scope, [blob('a'), blob('b')], mark);
      await work.settle(scope, hold('a'), { delivered: 1, duplicate: 0, deadLettered: 2, filtered: 7 }, noon);
      await work.settle(scope, hold('b'), { delivered: 1, duplicate: 0, deadLettered: 0, filtered: 3 }, noon);
      await work.noteReplayed(scope, 'a', { delivered: 0, duplicate: 0, deadLettered: 1, filtered: 1 });
      expect(await find(ledger, 'a')).toMatchObject({
        delivered: 1,
        duplicate: 0,
        filtered: 8,
        deadLettered: 1,
      });
      expect(await work.countFiltered(scope)).toBe(11);
    }));

  test('count what is in the output by them, also after a replay and once dead letters were replayed', () =>
    withLedger(async (ledger) => {
      const { work, lease } = ledger;
      const what = async () => {
        const found = await find(ledger, 'a');
        return [found?.delivered, found?.duplicate, found?.deadLettered];
      };
      await work.list(scope, [blob('a')], mark);
      await work.settle(scope, hold('a'), { delivered: 5, duplicate: 4, there: 3, deadLettered: 2 }, noon);
      expect(await what()).toEqual([8, 1, 2]);
      await work.noteReplayed(scope, 'a', { delivered: 1, duplicate: 0, deadLettered: 1 });
      expect(await what()).toEqual([9, 1, 1]);
      const again = await work.reset(scope, 'a', lease);
      await work.settle(scope, again ?? hold('a'), { delivered: 2, duplicate: 8, deadLettered: 0 }, noon);
      expect(await what()).toEqual([9, 1, 0]);
    }));

  test('are read by window, half-open, however many there are', () =>
    withLedger(async (ledger) => {
      const start = Date.parse('2026-03-01T00:00:00Z');
      const many = Array.from({ length: 1700 }, (_, n) =>
        blob(`n${n}`, new Date(start + Math.trunc(n / 3) * 1000).toISOString()),
      );
      await ledger.work.list(scope, many, mark);
      const found = await readAll(ledger.work.between(scope, '2026-03-01T00:00:10Z', '2026-03-01T00:09:00Z'));
      expect(idsOf(found)).toEqual(idsOf(many.slice(30, 540 * 3)));
    }));

  test('leave a day after nothing can serve them any more, once they have ended', () =>
    withLedger(async (ledger) => {
      await ledger.work.list(
        scope,
        [blob('open'), blob('ended'), blob('young', '2026-03-05T10:00:00.000Z')],
        mark,
      );
      for (const id of ['ended', 'young']) await ledger.work.settle(scope, hold(id), counts, noon);
      while (await ledger.prune(noon + 8 * day));
      expect(await find(ledger, 'ended')).toBeUndefined();
      expect(await find(ledger, 'open')).toBeDefined();
      expect(await find(ledger, 'young')).toBeDefined();
    }));

  test('stay quick to ask for while a hundred thousand wait', () =>
    withLedger(async (ledger) => {
      const many = Array.from({ length: 100_000 }, (_, n) =>
        blob(`n${n}`, new Date(noon - n * 1000).toISOString()),
      );
      await ledger.work.list(scope, many, mark);
      for (const { id } of many.slice(0, 50_000))
        void ledger.work.retryLater(scope, hold(id), noon + 60_000, 'HTTP 503');
      await ledger.work.retryLater(scope, hold('n50000'), noon + 60_000, 'HTTP 503');
      const cpu = process.cpuUsage();
      for (let n = 0; n < 200; n += 1) await take(ledger, 8);
      const { user, system } = process.cpuUsage(cpu);
      // Reading the 50,000 that are not due yet each time would take seconds.
      expect((user + system) / 1000).toBeLessThan(500);
    }));
});

describe('gaps', () => {
  test('overlap the window that is asked for, and are counted once', () =>
    withLedger(async (ledger) => {
      const gap = {
        ...scope,
        from: '2026-03-01T10:00:00Z',
        to: '2026-03-01T11:00:00.000Z',
        reason: 'AF20055',
      };
      await ledger.work.recordGap(gap);
      await ledger.work.recordGap({ ...gap, from: '2026-03-01T10:00:00.000Z' });
      const between = (from: string, to: string) => ledger.work.gapsBetween(scope, from, to);
      expect(await between('2026-03-01T10:30:00Z', '2026-03-01T12:00:00Z')).toEqual([
        { ...gap, from: '2026-03-01T10:00:00.000Z' },
      ]);
      expect(await between('2026-03-01T11:00:00Z', '2026-03-01T12:00:00Z')).toEqual([]);
      expect(await between('2026-03-01T09:00:00Z', '2026-03-01T10:00:00Z')).toEqual([]);
    }));
});
