import { describe, expect, test } from '@jest/globals';
import type { Feed } from '../../input/contract/feed.ts';
import type { LedgerBlob } from '../../input/contract/state.ts';
import type { SqliteLedger } from '../../input/state/sqlite/sqlite-ledger.ts';
import { blob, noon, openTestLedger, scope, temporaryFolder } from './state-folder.ts';

const day = 86_400_000;
const mark = { late: false, backfill: false, listedAt: noon };
const none: ReadonlySet<string> = new Set();
const counts = { delivered: 5, duplicate: 2, deadLettered: 1 };

async function withLedger(use: (ledger: SqliteLedger) => Promise<void>): Promise<void> {
  using folder = temporaryFolder();
  const ledger = await openTestLedger(folder.path);
  await use(ledger);
  await ledger.close();
}

const idsOf = (blobs: readonly { contentId: string }[]) => blobs.map(({ contentId }) => contentId);

async function find(ledger: SqliteLedger, contentId: string): Promise<LedgerBlob | undefined> {
  const all = ledger.blobsBetween(scope, '2026-01-01T00:00:00Z', '2027-01-01T00:00:00Z');
  return [...all].find((found) => found.contentId === contentId);
}

describe('content blobs', () => {
  test('are new only the first time they are listed, in each content type', () =>
    withLedger(async (ledger) => {
      const other: Feed = { ...scope, name: 'Audit.SharePoint' };
      expect(idsOf(await ledger.list(scope, [blob('a'), blob('b')], mark))).toEqual(['a', 'b']);
      expect(idsOf(await ledger.list(scope, [blob('b'), blob('c')], mark))).toEqual(['c']);
      expect(idsOf(await ledger.list(other, [blob('a')], mark))).toEqual(['a']);
    }));

  test('come newest first, without those that are being fetched', () =>
    withLedger(async (ledger) => {
      const hours = ['08', '11', '09', '10'];
      await ledger.list(
        scope,
        hours.map((hour) => blob(hour, `2026-03-01T${hour}:00:00.000Z`)),
        mark,
      );
      expect(idsOf(await ledger.due(scope, noon, 2, none))).toEqual(['11', '10']);
      expect(idsOf(await ledger.due(scope, noon, 9, new Set(['11', '09'])))).toEqual(['10', '08']);
      expect(idsOf(await ledger.due({ ...scope, tenant: 'other' }, noon, 9, none))).toEqual([]);
    }));

  test('that are fresh come first, oldest first, whatever is older behind them', () =>
    withLedger(async (ledger) => {
      const hours = ['08', '11', '09', '10'];
      await ledger.list(
        scope,
        hours.map((hour) => blob(hour, `2026-03-01T${hour}:00:00.000Z`)),
        mark,
      );
      const freshFrom = Date.parse('2026-03-01T10:00:00.000Z');
      expect(idsOf(await ledger.due(scope, noon, 9, none, freshFrom))).toEqual(['10', '11', '09', '08']);
      expect(idsOf(await ledger.due(scope, noon, 1, none, freshFrom))).toEqual(['10']);
      expect(idsOf(await ledger.due(scope, noon, 2, new Set(['10']), freshFrom))).toEqual(['11', '09']);
    }));

  test('that failed come back when they are due, with the reason and the attempts counted', () =>
    withLedger(async (ledger) => {
      await ledger.list(scope, [blob('a'), blob('b')], mark);
      await ledger.retryLater(scope, 'a', noon + 5000, 'HTTP 503');
      expect(await ledger.nextDueAt(scope)).toBe(noon + 5000);
      expect(idsOf(await ledger.due(scope, noon + 4999, 9, none))).toEqual(['b']);
      const again = await ledger.due(scope, noon + 5000, 9, none);
      expect(idsOf(again).toSorted()).toEqual(['a', 'b']);
      expect(await find(ledger, 'a')).toMatchObject({
        state: 'listed',
        attempts: 1,
        reason: 'HTTP 503',
        uncertain: false,
      });
      await ledger.begin(scope, 'a');
      await ledger.retryLater(scope, 'a', noon + 9000, 'body broke off');
      expect(await find(ledger, 'a')).toMatchObject({ attempts: 2, uncertain: true });
    }));

  test('that a crash left half fetched are due again and uncertain, and no attempt of theirs has failed', async () => {
    using folder = temporaryFolder();
    const first = await openTestLedger(folder.path);
    await first.list(scope, [blob('a')], mark);
    await first.begin(scope, 'a');
    await first.close();
    const second = await openTestLedger(folder.path);
    expect(await second.due(scope, noon, 9, none)).toMatchObject([
      { contentId: 'a', state: 'fetching', uncertain: true, attempts: 0 },
    ]);
    await second.close();
  });

  test('that are acknowledged or given up are not due any more, and keep what became of them', () =>
    withLedger(async (ledger) => {
      await ledger.list(
        scope,
        ['a', 'b', 'c'].map((id) => blob(id)),
        { late: true, backfill: true, listedAt: noon },
      );
      await ledger.begin(scope, 'a');
      await ledger.acknowledge(scope, 'a', counts, noon);
      await ledger.giveUp(scope, 'b', 'expired', 'AF20051', noon);
      await ledger.giveUp(scope, 'c', 'poisoned', 'not JSON', noon);
      expect(await ledger.due(scope, noon, 9, none)).toEqual([]);
      expect(await ledger.countByState(scope)).toEqual({
        listed: 0,
        fetching: 0,
        acknowledged: 1,
        expired: 1,
        poisoned: 1,
      });
      expect(await find(ledger, 'a')).toEqual({
        ...scope,
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
      });
      expect(await find(ledger, 'b')).toMatchObject({ state: 'expired', reason: 'AF20051' });
    }));

  test('can be put back to be collected again', () =>
    withLedger(async (ledger) => {
      await ledger.list(scope, [blob('a')], mark);
      await ledger.acknowledge(scope, 'a', counts, noon);
      expect(await ledger.reset(scope, 'a')).toBe(true);
      expect(await ledger.reset(scope, 'unknown')).toBe(false);
      expect(idsOf(await ledger.due(scope, noon, 9, none))).toEqual(['a']);
    }));

  test('count what is in the output by them, also after a replay and once dead letters were replayed', () =>
    withLedger(async (ledger) => {
      const what = async () => {
        const found = await find(ledger, 'a');
        return [found?.delivered, found?.duplicate, found?.deadLettered];
      };
      await ledger.list(scope, [blob('a')], mark);
      await ledger.acknowledge(scope, 'a', { delivered: 5, duplicate: 4, there: 3, deadLettered: 2 }, noon);
      expect(await what()).toEqual([8, 1, 2]);
      await ledger.noteReplayed(scope, 'a', { delivered: 1, duplicate: 0, deadLettered: 1 });
      expect(await what()).toEqual([9, 1, 1]);
      await ledger.acknowledge(scope, 'a', { delivered: 2, duplicate: 8, deadLettered: 0 }, noon);
      expect(await what()).toEqual([9, 1, 0]);
    }));

  test('are read by window, half-open, however many there are', () =>
    withLedger(async (ledger) => {
      const start = Date.parse('2026-03-01T00:00:00Z');
      const many = Array.from({ length: 1700 }, (_, n) =>
        blob(`n${n}`, new Date(start + Math.trunc(n / 3) * 1000).toISOString()),
      );
      await ledger.list(scope, many, mark);
      const found = [...ledger.blobsBetween(scope, '2026-03-01T00:00:10Z', '2026-03-01T00:09:00Z')];
      expect(idsOf(found)).toEqual(idsOf(many.slice(30, 540 * 3)));
    }));

  test('leave eight days after they were made, once they have ended', () =>
    withLedger(async (ledger) => {
      await ledger.list(
        scope,
        [blob('open'), blob('ended'), blob('young', '2026-03-05T10:00:00.000Z')],
        mark,
      );
      for (const id of ['ended', 'young']) await ledger.acknowledge(scope, id, counts, noon);
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
      await ledger.list(scope, many, mark);
      for (const { contentId } of many.slice(0, 50_000))
        void ledger.retryLater(scope, contentId, noon + 60_000, 'HTTP 503');
      await ledger.retryLater(scope, 'n50000', noon + 60_000, 'HTTP 503');
      const cpu = process.cpuUsage();
      for (let n = 0; n < 200; n += 1) await ledger.due(scope, noon, 8, none);
      const { user, system } = process.cpuUsage(cpu);
      // Reading the 50,000 that are not due yet each time would take seconds.
      expect((user + system) / 1000).toBeLessThan(500);
    }));
});

describe('facts and gaps', () => {
  test('are kept by scope, through a restart', async () => {
    using folder = temporaryFolder();
    const first = await openTestLedger(folder.path);
    await first.setFact(scope, 'watermark', '1');
    await first.setFact(scope, 'watermark', '2');
    await first.close();
    const second = await openTestLedger(folder.path);
    expect(await second.getFact(scope, 'watermark')).toBe('2');
    expect(await second.getFact({ ...scope, name: 'DLP.All' }, 'watermark')).toBeUndefined();
    expect(await second.getFact(scope, 'other')).toBeUndefined();
    await second.close();
  });

  test('overlap the window that is asked for, and are counted once', () =>
    withLedger(async (ledger) => {
      const gap = {
        ...scope,
        from: '2026-03-01T10:00:00Z',
        to: '2026-03-01T11:00:00.000Z',
        reason: 'AF20055',
      };
      await ledger.recordGap(gap);
      await ledger.recordGap({ ...gap, from: '2026-03-01T10:00:00.000Z' });
      const between = (from: string, to: string) => ledger.gapsBetween(scope, from, to);
      expect(await between('2026-03-01T10:30:00Z', '2026-03-01T12:00:00Z')).toEqual([
        { ...gap, from: '2026-03-01T10:00:00.000Z' },
      ]);
      expect(await between('2026-03-01T11:00:00Z', '2026-03-01T12:00:00Z')).toEqual([]);
      expect(await between('2026-03-01T09:00:00Z', '2026-03-01T10:00:00Z')).toEqual([]);
    }));
});
