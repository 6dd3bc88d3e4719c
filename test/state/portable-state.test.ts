import { describe, expect, test } from '@jest/globals';
import { openLedgerToRead, type SqliteLedger } from '../../input/state/sqlite/sqlite-ledger.ts';
import { allTime, carried, exportAll, feed } from './exported.ts';
import {
  blob,
  hold,
  noon,
  noonSeconds,
  openTestLedger,
  reachMs,
  readAll,
  recordingLog,
  scope,
  steppingClock,
  temporaryFolder,
} from './state-folder.ts';

const key = (n: number) => ({ id: `tenant:${n}`, seconds: noonSeconds + n });
const old = { id: 'tenant:old', seconds: 0 };

async function fill(ledger: SqliteLedger): Promise<void> {
  await ledger.work.list(scope, [blob('a'), blob('b'), blob('c')], {
    late: true,
    backfill: false,
    listedAt: noon,
  });
  await ledger.work.begin(scope, hold('a'));
  await ledger.work.settle(
    scope,
    hold('a'),
    { delivered: 3, duplicate: 1, deadLettered: 0, filtered: 5 },
    noon,
  );
  await ledger.work.retryLater(scope, hold('b'), noon + 1000, 'HTTP 500');
  await ledger.work.recordGap({
    ...scope,
    from: '2026-02-01T00:00:00.000Z',
    to: '2026-02-02T00:00:00.000Z',
    reason: 'x',
  });
  await ledger.checkpoints.set(scope, 'watermark', '7');
  await ledger.checkpoints.set(scope, 'first_run_at', '1');
  await ledger.checkpoints.set(scope, 'last_listing', '6');
  await ledger.delivery.commit({ keys: [...Array.from({ length: 1200 }, (_, n) => key(n)), old] });
}

/** A ledger with everything in it, as it is exported. */
async function exportFilled(folder: string): Promise<string[]> {
  const ledger = await openTestLedger(folder);
  await fill(ledger);
  const lines = await exportAll(ledger);
  await ledger.close();
  return lines;
}

/** As a version exported it that left no end mark, nor counts. */
function asFirstVersion([header = '', ...rest]: readonly string[]): string[] {
  const { rows, ...old } = JSON.parse(header);
  expect(rows).toBeDefined();
  return [JSON.stringify({ ...old, version: 1 }), ...rest.slice(0, -1)];
}

const factsOf = async (ledger: SqliteLedger) => ({
  watermark: await ledger.checkpoints.get(scope, 'watermark'),
  first: await ledger.checkpoints.get(scope, 'first_run_at'),
  listing: await ledger.checkpoints.get(scope, 'last_listing'),
});

describe('the portable state', () => {
  test('carries everything but the lengths of files to another ledger', async () => {
    using here = temporaryFolder();
    using there = temporaryFolder();
    const first = await openTestLedger(here.path);
    await fill(first);
    const reader = await openLedgerToRead({
      folder: here.path,
      clock: steppingClock(),
      log: recordingLog(),
      reachMs,
    });
    const lines = await exportAll(reader);
    await reader.close();
    const second = await openTestLedger(there.path);
    expect(await second.import(feed(lines), carried)).toMatchObject({ lines: lines.length, isWhole: true });
    expect(await readAll(second.work.between(scope, ...allTime))).toEqual(
      await readAll(first.work.between(scope, ...allTime)),
    );
    expect(await second.work.gapsBetween(scope, ...allTime)).toEqual(
      await first.work.gapsBetween(scope, ...allTime),
    );
    expect(await factsOf(second)).toEqual({ watermark: '7', first: '1', listing: '6' });
    expect([...(await second.delivery.findSeen([key(0), key(1199), key(1200), old]))]).toEqual([1, 1, 0, 1]);
    await first.close();
    await second.close();
  });

  test('may be taken over twice, also while it is written to', async () => {
    using folder = temporaryFolder();
    const ledger = await openTestLedger(folder.path);
    await fill(ledger);
    await ledger.prune(noon);
    const lines = await exportAll(ledger);
    expect(await ledger.import(feed(lines), carried)).toMatchObject({ isWhole: true });
    expect(await exportAll(ledger)).toEqual(lines);
    await ledger.close();
  });

  test('is of one moment, whatever is written meanwhile', async () => {
    using folder = temporaryFolder();
    const ledger = await openTestLedger(folder.path);
    await fill(ledger);
    const lines: string[] = [];
    for await (const line of ledger.export()) {
      lines.push(line);
      if (lines.length === 2)
        await ledger.work.list(scope, [blob('later')], { late: true, backfill: false, listedAt: noon });
    }
    expect(lines.join('\n')).not.toContain('later');
    using other = temporaryFolder();
    const second = await openTestLedger(other.path);
    expect(await second.import(feed(lines), carried)).toMatchObject({ isWhole: true });
    await second.close();
    await ledger.close();
  });

  test.each([
    ['an empty file', [], 'Line 1 .*: the file is empty'],
    ['a file of something else', ['{"a":1}'], 'Line 1 .*: it is no exported state'],
    ['what is no JSON', ['name;value'], 'Line 1 .*'],
    [
      'a newer version',
      ['{"format":"m365-state","version":4}'],
      'its version is 4, and this program reads 1, 2, 3',
    ],
  ])('refuses %s', async (_, lines, message) => {
    using folder = temporaryFolder();
    const ledger = await openTestLedger(folder.path);
    await expect(ledger.import(feed(lines), carried)).rejects.toThrow(new RegExp(message));
    await ledger.close();
  });
});

const change = (lines: readonly string[], kind: string, to: (line: string) => string[]) => {
  const at = lines.findIndex((line) => line.startsWith(`{"kind":"${kind}"`));
  return lines.flatMap((line, index) => (index === at ? to(line) : [line]));
};

const spoilt: readonly [string, (lines: readonly string[]) => string[]][] = [
  ['without its end mark', (lines) => lines.slice(0, -1)],
  ['cut behind its facts', (lines) => lines.slice(0, 4)],
  ['cut within a line', (lines) => [...lines.slice(0, 6), (lines[6] ?? '').slice(0, 30)]],
  ['with a line missing', (lines) => change(lines, 'item', () => [])],
  ['with a line that is broken', (lines) => change(lines, 'item', (line) => [line.slice(1)])],
  ['with a line of an unknown kind', (lines) => change(lines, 'gap', () => ['{"kind":"x"}'])],
  [
    'with a column missing',
    (lines) =>
      change(lines, 'gap', () => ['{"kind":"gap","type":"feed","tenant":"t","source":"s","feed":"f"}']),
  ],
  [
    'with a value of another type',
    (lines) => change(lines, 'item', (line) => [line.replace('"late":1', '"late":"x"')]),
  ],
  [
    'with a value changed',
    (lines) => change(lines, 'item', (line) => [line.replace('"delivered":3', '"delivered":4')]),
  ],
  [
    'with its lines in another order',
    ([header = '', ...rest]) => [header, ...rest.slice(0, -1).reverse(), ...rest.slice(-1)],
  ],
  ['with another behind it', (lines) => [...lines, ...lines]],
  ['of the first version', asFirstVersion],
  ['of the first version, cut', (lines) => asFirstVersion(lines).slice(0, 6)],
];

describe('an export', () => {
  test.each(spoilt)('%s brings no watermark, and has everything listed again', async (_, spoil) => {
    using here = temporaryFolder();
    using there = temporaryFolder();
    const lines = spoil(await exportFilled(here.path));
    const ledger = await openTestLedger(there.path);
    expect((await ledger.import(feed(lines), carried)).isWhole).toBe(false);
    expect(await factsOf(ledger)).toEqual({ watermark: undefined, first: '1', listing: 'never' });
    await ledger.close();
  });

  test('that was cut leaves the feeds of each kind of source the doubt of that kind alone', async () => {
    using here = temporaryFolder();
    using there = temporaryFolder();
    const filled = await openTestLedger(here.path);
    await fill(filled);
    const other = { ...scope, source: 'other' };
    await filled.checkpoints.set(other, 'progress', '3');
    const lines = await exportAll(filled);
    await filled.close();
    const ledger = await openTestLedger(there.path);
    await ledger.import(feed(lines.slice(0, -1)), carried);
    const doubtsOf = async (of: typeof scope) => [
      await ledger.checkpoints.get(of, 'last_listing'),
      await ledger.checkpoints.get(of, 'progress'),
    ];
    expect(await doubtsOf(scope)).toEqual(['never', undefined]);
    expect(await doubtsOf(other)).toEqual([undefined, 'unknown']);
    await ledger.import(feed(lines), carried);
    expect(await doubtsOf(scope)).toEqual(['6', undefined]);
    expect(await doubtsOf(other)).toEqual([undefined, '3']);
    await ledger.close();
  });

  test('that was cut says how much of it is missing', async () => {
    using here = temporaryFolder();
    using there = temporaryFolder();
    const lines = await exportFilled(here.path);
    const ledger = await openTestLedger(there.path);
    const cut = lines.findIndex((line) => line.startsWith('{"kind":"item"')) + 1;
    expect(await ledger.import(feed(lines.slice(0, cut)), carried)).toMatchObject({
      hasEndMark: false,
      taken: { checkpoint: 3, gap: 1, item: 1, seen: 0, seen_late: 0 },
      announced: { checkpoint: 3, gap: 1, item: 3, seen: 1200, seen_late: 1 },
    });
    expect(await ledger.import(feed(lines), carried)).toMatchObject({ isWhole: true });
    expect(await factsOf(ledger)).toEqual({ watermark: '7', first: '1', listing: '6' });
    await ledger.close();
  });

  test.each(['{"kind":"item",', '["item"]'])(
    'that is damaged is taken as far as it can be read, and says where it cannot: %s',
    async (damaged) => {
      using here = temporaryFolder();
      using there = temporaryFolder();
      const lines = change(await exportFilled(here.path), 'item', () => [damaged]);
      const ledger = await openTestLedger(there.path);
      const imported = await ledger.import(feed(lines), carried);
      expect(imported.unreadable).toEqual({
        lines: 1,
        first: expect.stringMatching(/^line 6: it is no JSON object/),
      });
      expect((await readAll(ledger.work.between(scope, ...allTime))).map(({ id }) => id)).toEqual(['b', 'c']);
      expect([...(await ledger.delivery.findSeen([key(0), key(1199)]))]).toEqual([1, 1]);
      await ledger.close();
    },
  );

  test('leaves a watermark alone that was there', async () => {
    using here = temporaryFolder();
    using there = temporaryFolder();
    const lines = await exportFilled(here.path);
    const ledger = await openTestLedger(there.path);
    await ledger.checkpoints.set(scope, 'watermark', '9');
    await ledger.checkpoints.set(scope, 'last_listing', '8');
    await ledger.import(feed(lines.slice(0, -1)), carried);
    await ledger.import(feed(lines), carried);
    expect(await factsOf(ledger)).toEqual({ watermark: '9', first: '1', listing: '8' });
    await ledger.close();
  });
});

describe('a ledger opened to be read', () => {
  const readOptions = (folder: string) => ({ folder, clock: steppingClock(), log: recordingLog(), reachMs });

  test('shows what a running collector wrote, and writes nothing', async () => {
    using folder = temporaryFolder();
    const ledger = await openTestLedger(folder.path);
    await fill(ledger);
    const reader = await openLedgerToRead(readOptions(folder.path));
    expect(reader.delivery.identity).toEqual(ledger.delivery.identity);
    expect([...(await reader.delivery.findSeen([key(0), key(1200)]))]).toEqual([1, 0]);
    expect(await readAll(reader.work.between(scope, ...allTime))).toHaveLength(3);
    await ledger.checkpoints.set(scope, 'watermark', '8');
    expect(await reader.checkpoints.get(scope, 'watermark')).toBe('8');
    await expect(reader.checkpoints.set(scope, 'watermark', '9')).rejects.toThrow('readonly');
    await reader.close();
    await ledger.close();
    expect((await openTestLedger(folder.path)).delivery.uncleanStart).toBe(false);
  });

  test('must be there', async () => {
    using folder = temporaryFolder();
    await expect(openLedgerToRead(readOptions(folder.path))).rejects.toThrow('There is no ledger in');
  });
});
