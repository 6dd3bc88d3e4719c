import { describe, expect, test } from '@jest/globals';
import { openLedgerToRead, type SqliteLedger } from '../../input/delivery/sqlite-ledger.ts';
import {
  blob,
  noon,
  noonSeconds,
  openTestLedger,
  recordingLog,
  scope,
  steppingClock,
  temporaryFolder,
} from './state-folder.ts';

const key = (n: number) => ({ id: `tenant:${n}`, seconds: noonSeconds + n });
const old = { id: 'tenant:old', seconds: 0 };
const window = ['2026-01-01T00:00:00Z', '2027-01-01T00:00:00Z'] as const;

async function fill(ledger: SqliteLedger): Promise<void> {
  await ledger.list(scope, [blob('a'), blob('b'), blob('c')], {
    late: true,
    backfill: false,
    listedAt: noon,
  });
  await ledger.begin(scope, 'a');
  await ledger.acknowledge(scope, 'a', { delivered: 3, duplicate: 1, deadLettered: 0 }, noon);
  await ledger.retryLater(scope, 'b', noon + 1000, 'HTTP 500');
  await ledger.recordGap({
    ...scope,
    from: '2026-02-01T00:00:00.000Z',
    to: '2026-02-02T00:00:00.000Z',
    reason: 'x',
  });
  await ledger.setFact(scope, 'watermark', '7');
  await ledger.commit({ keys: [...Array.from({ length: 1200 }, (_, n) => key(n)), old], checkpoints: [] });
}

async function* feed(lines: readonly string[]): AsyncIterable<string> {
  yield* lines;
}

async function exportAll(ledger: SqliteLedger): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of ledger.export()) lines.push(line);
  return lines;
}

describe('the portable state', () => {
  test('carries everything but the checkpoints to another ledger', async () => {
    using here = temporaryFolder();
    using there = temporaryFolder();
    const first = await openTestLedger(here.path);
    await fill(first);
    const reader = await openLedgerToRead({ folder: here.path, clock: steppingClock(), log: recordingLog() });
    const lines = await exportAll(reader);
    await reader.close();
    const second = await openTestLedger(there.path);
    expect(await second.import(feed(lines))).toBe(lines.length);
    expect([...second.blobsBetween(scope, ...window)]).toEqual([...first.blobsBetween(scope, ...window)]);
    expect(await second.gapsBetween(scope, ...window)).toEqual(await first.gapsBetween(scope, ...window));
    expect(await second.getFact(scope, 'watermark')).toBe('7');
    expect([...(await second.findSeen([key(0), key(1199), key(1200), old]))]).toEqual([1, 1, 0, 1]);
    await first.close();
    await second.close();
  });

  test('may be taken over twice', async () => {
    using folder = temporaryFolder();
    const ledger = await openTestLedger(folder.path);
    await fill(ledger);
    await ledger.prune(noon);
    const lines = await exportAll(ledger);
    await ledger.import(feed(lines));
    expect((await exportAll(ledger)).toSorted()).toEqual(lines.toSorted());
    await ledger.close();
  });

  test.each([
    ['an empty file', [], 'Line 1 .*: the file is empty'],
    ['a file of something else', ['{"a":1}'], 'Line 1 .*: it is no exported state'],
    [
      'a newer version',
      ['{"format":"m365-state","version":2}'],
      'its version is 2, and this program reads 1',
    ],
    ['a broken line', ['{"format":"m365-state","version":1}', '{"kind":'], 'Line 2 .*'],
    [
      'an unknown kind',
      ['{"format":"m365-state","version":1}', '{"kind":"x"}'],
      'Line 2 .*the kind "x" is unknown',
    ],
    [
      'a missing column',
      ['{"format":"m365-state","version":1}', '{"kind":"fact"}'],
      'Line 2 .*column tenant',
    ],
  ])('refuses %s', async (_, lines, message) => {
    using folder = temporaryFolder();
    const ledger = await openTestLedger(folder.path);
    await expect(ledger.import(feed(lines))).rejects.toThrow(new RegExp(message));
    await ledger.close();
  });
});

describe('a ledger opened to be read', () => {
  const options = (folder: string) => ({ folder, clock: steppingClock(), log: recordingLog() });

  test('shows what a running collector wrote, and writes nothing', async () => {
    using folder = temporaryFolder();
    const ledger = await openTestLedger(folder.path);
    await fill(ledger);
    const reader = await openLedgerToRead(options(folder.path));
    expect(reader.identity).toEqual(ledger.identity);
    expect([...(await reader.findSeen([key(0), key(1200)]))]).toEqual([1, 0]);
    expect([...reader.blobsBetween(scope, ...window)]).toHaveLength(3);
    await ledger.setFact(scope, 'watermark', '8');
    expect(await reader.getFact(scope, 'watermark')).toBe('8');
    await expect(reader.setFact(scope, 'watermark', '9')).rejects.toThrow('readonly');
    await reader.close();
    await ledger.close();
    expect((await openTestLedger(folder.path)).uncleanStart).toBe(false);
  });

  test('must be there', async () => {
    using folder = temporaryFolder();
    await expect(openLedgerToRead(options(folder.path))).rejects.toThrow('There is no ledger in');
  });
});
