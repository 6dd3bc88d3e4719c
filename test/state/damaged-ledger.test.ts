// Damage to each part of a ledger's file, met at a start or on the way: at the latest the next start goes on with a new one.

import { cpSync, existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { OperatorError } from '../../input/contract/errors.ts';
import { leaveClosingNote } from '../../input/state/sqlite/closing-note.ts';
import { openLedger, openLedgerToRead, type SqliteLedger } from '../../input/state/sqlite/sqlite-ledger.ts';
import { allTime, carried } from './exported.ts';
import {
  fillEverything,
  freePages,
  keyOf,
  ledgerIn,
  pagesByName,
  possiblyDuplicate,
  spoilBytes,
  spoilPages,
  stream,
} from './spoil-ledger.ts';
import {
  blob,
  hold,
  noon,
  openTestLedger,
  reachMs,
  readAll,
  recordingLog,
  scope,
  steppingClock,
  temporaryFolder,
} from './state-folder.ts';

let sound: ReturnType<typeof temporaryFolder>;
let pages: Map<string, number[]>;

beforeAll(async () => {
  sound = temporaryFolder();
  await fillEverything(sound.path);
  pages = pagesByName(ledgerIn(sound.path));
});
afterAll(() => sound[Symbol.dispose]());

const names = [
  'sqlite_schema',
  'identity',
  'seen_recent',
  'seen',
  'seen_late',
  'seen_late_by_arrival',
  'file_length',
  'component',
  'sqlite_autoindex_component_1',
  'checkpoint',
  'gap',
  'item',
  'sqlite_autoindex_item_1',
  'item_ready',
  'item_waiting',
  'item_by_time',
  'item_ended',
  'item_held',
  'acknowledged_index',
  'acknowledged_index_by_stream',
  'possibly_duplicate',
  'open_attempt',
  'unrecorded',
  'sqlite_sequence',
];

test('every table and index of the schema is damaged below', () => {
  expect([...pages.keys()].toSorted()).toEqual(names.toSorted());
  expect(freePages(ledgerIn(sound.path)).length).toBeGreaterThan(10);
});

/** Of a large row that is a page on which it goes on. */
function middlePage(name: string): number[] {
  const all = pages.get(name) ?? [];
  return all.slice(all.length / 2).slice(0, 1);
}

/** A copy of the sound ledger, damaged. `trusted`: nothing shows that the file was touched, as where a disk rots. */
function damagedCopy(spoil: (file: string) => void, trusted = false) {
  const folder = temporaryFolder();
  cpSync(sound.path, folder.path, { recursive: true });
  spoil(ledgerIn(folder.path));
  if (trusted) leaveClosingNote(ledgerIn(folder.path));
  return folder;
}

const setAside = (folder: string) => readdirSync(folder).filter((name) => /^ledger\.damaged-\w+$/.test(name));

/** What a collector does with a ledger. */
async function useAll(ledger: SqliteLedger): Promise<void> {
  const keys = Array.from({ length: 3000 }, (_, n) => keyOf(n));
  await ledger.delivery.findSeen([...keys, { id: 'tenant:late-1', seconds: 0 }]);
  await ledger.delivery.fileLengths();
  await ledger.work.take(scope, 1000, ledger.lease);
  for await (const _ of ledger.work.between(scope, ...allTime));
  await ledger.work.gapsBetween(scope, ...allTime);
  await ledger.checkpoints.get(scope, 'watermark');
  await ledger.work.countByState(scope);
  await ledger.delivery.lastIndex(stream);
  await ledger.delivery.indexBefore(stream, 5);
  await ledger.delivery.beginAttempt([keyOf(3001).id]);
  await ledger.delivery.noteIndex(stream, 'next');
  await ledger.delivery.doubtfulDocuments();
  await ledger.work.list(scope, [blob('new')], { late: false, backfill: false, listedAt: noon });
  await ledger.work.begin(scope, hold('new'));
  await ledger.work.settle(scope, hold('new'), { delivered: 1, duplicate: 0, deadLettered: 0 }, noon);
  await ledger.work.recordGap({
    ...scope,
    from: '2026-02-01T00:00:00Z',
    to: '2026-02-02T00:00:00Z',
    reason: 'x',
  });
  await ledger.checkpoints.set(scope, 'watermark', '8');
  const late = Array.from({ length: 700 }, (_, n) => ({ id: `tenant:later-${n}`, seconds: 0 }));
  await ledger.delivery.commit({
    keys: [...keys, ...late],
    fileLength: { file: '/b', length: 1 },
    possiblyDuplicate,
  });
  while (await ledger.prune(noon + 20 * 86_400_000));
}

/** Expects of an error that it is explained, and that its advice is not about something else. */
function expectDamage(error: unknown): void {
  expect(error).toBeInstanceOf(OperatorError);
  expect(error).toMatchObject({ code: 'ledger-damaged', advice: expect.stringContaining('set aside') });
}

async function startAndUse(folder: string): Promise<{ error?: unknown; log: readonly string[] }> {
  const log = recordingLog();
  const ledger = await openTestLedger(folder, log);
  try {
    await useAll(ledger);
    return { log: log.lines };
  } catch (error) {
    return { error, log: log.lines };
  } finally {
    await ledger.close();
  }
}

const everyDamage = names.flatMap((name) => [
  { name, with: 'zeros', byte: 0 },
  { name, with: 'rubbish', byte: 0x5a },
]);

describe('a page of $name filled with $with', () => {
  test.each(everyDamage)('$name, $with: is set aside at the first start', async ({ name, byte }) => {
    using folder = damagedCopy((file) => spoilPages(file, middlePage(name), byte));
    const { error, log } = await startAndUse(folder.path);
    expect(error).toBeUndefined();
    expect(log).toEqual([
      expect.stringMatching(/^WARN The ledger .* is damaged \(.*\) and was set aside as/),
    ]);
    expect(setAside(folder.path)).toHaveLength(1);
    expect((await startAndUse(folder.path)).log).toEqual([]);
  });

  test.each(everyDamage)(
    '$name, $with: of a file that looks untouched is told, and set aside by the next start at the latest',
    async ({ name, byte }) => {
      using folder = damagedCopy((file) => spoilPages(file, middlePage(name), byte), true);
      const first = await startAndUse(folder.path);
      if (first.error !== undefined) expectDamage(first.error);
      else expect(setAside(folder.path).length + Number(name === 'identity')).toBeGreaterThan(0);
      const second = await startAndUse(folder.path);
      expect(second.error).toBeUndefined();
    },
  );

  test.each(everyDamage)(
    '$name, $with: never ends a look at it in words of SQLite',
    async ({ name, byte }) => {
      using folder = damagedCopy((file) => spoilPages(file, middlePage(name), byte), true);
      const look = async () => {
        const ledger = await openLedgerToRead({
          folder: folder.path,
          clock: steppingClock(noon + 5000),
          log: recordingLog(),
          reachMs,
        });
        try {
          await ledger.work.feeds();
          await ledger.work.countByState(scope);
          await ledger.checkpoints.get(scope, 'watermark');
          for await (const _ of ledger.export());
        } finally {
          await ledger.close();
        }
      };
      await look().catch(expectDamage);
    },
  );
});

const parts: readonly [string, (file: string) => void][] = [
  ['its first page', (file) => spoilPages(file, [1])],
  ['its first page, emptied', (file) => spoilPages(file, [1], 0)],
  ['the versions in its header', (file) => spoilBytes(file, 18, 2)],
  ['its header behind the sizes', (file) => spoilBytes(file, 24, 76)],
  ['its header behind the sizes, emptied', (file) => spoilBytes(file, 24, 76, 0)],
  ['the head of its free list', (file) => spoilBytes(file, 32, 8)],
  ['the format of its schema', (file) => spoilBytes(file, 44, 4)],
  ['its text encoding', (file) => spoilBytes(file, 56, 4, 2)],
  ['the version of its schema', (file) => spoilBytes(file, 60, 4)],
  ['the version of its schema, emptied', (file) => spoilBytes(file, 60, 4, 0)],
  ['the name of its program', (file) => spoilBytes(file, 68, 4)],
  ['its list of tables, emptied', (file) => spoilBytes(file, 103, 2, 0)],
  ['its free pages', (file) => spoilPages(file, freePages(file))],
  ['its beginning, cut off', (file) => writeFileSync(file, 'SQLite')],
];

test.each(parts)('damage to %s is set aside at the first start', async (_, spoil) => {
  using folder = damagedCopy(spoil);
  const { error } = await startAndUse(folder.path);
  expect(error).toBeUndefined();
  expect(setAside(folder.path)).toHaveLength(1);
});

describe.each(['ledger.db-wal', 'ledger.db-shm'])('a killed collector left a damaged %s:', (name) => {
  test.each([
    ['at its beginning', 0, 40],
    ['within', 5000, 3000],
  ])('%s, the next start works', async (_, from, length) => {
    using folder = temporaryFolder();
    using copy = temporaryFolder();
    const running = await openTestLedger(folder.path);
    await useAll(running);
    for (const file of readdirSync(folder.path)) cpSync(join(folder.path, file), join(copy.path, file));
    await running.close();
    spoilBytes(join(copy.path, name), from, length);
    const { error } = await startAndUse(copy.path);
    expect(error).toBeUndefined();
  });
});

describe('a row that no version of ours writes', () => {
  test.each([
    ['Ids cut off', 'UPDATE seen_recent SET keys = substr(keys, 1, 7)'],
    ['a state that is none', `UPDATE item SET state = 'x' WHERE id = 'blob-1'`],
    ['a time that is none', `UPDATE item SET listed_at = 9000000000000000 WHERE id = 'blob-500'`],
  ])('(%s) is damage, and the next start begins anew', async (_, statement) => {
    using folder = damagedCopy((file) => {
      const database = new DatabaseSync(file);
      database.exec(statement);
      database.close();
    });
    const first = await startAndUse(folder.path);
    if (first.error !== undefined) expectDamage(first.error);
    expect((await startAndUse(folder.path)).error).toBeUndefined();
    expect(setAside(folder.path)).toHaveLength(1);
  });
});

test('a lock file that is damaged keeps nobody out, and still lets in one only', async () => {
  using folder = temporaryFolder();
  writeFileSync(join(folder.path, '.m365.lock'), 'x'.repeat(5000));
  const ledger = await openTestLedger(folder.path);
  await expect(openTestLedger(folder.path)).rejects.toMatchObject({ code: 'folder-in-use' });
  await ledger.close();
  expect(existsSync(ledgerIn(folder.path))).toBe(true);
});

describe('of a damaged ledger', () => {
  const open = (folder: string) =>
    openLedger({ folder, clock: steppingClock(), log: recordingLog(), carried, reachMs });

  test('it is kept since when a scope was collected and what was lost, and all is listed again', async () => {
    using folder = damagedCopy((file) => spoilPages(file, middlePage('seen')));
    const ledger = await open(folder.path);
    expect(await ledger.checkpoints.get(scope, 'first_run_at')).toBe('6');
    expect(await ledger.checkpoints.get(scope, 'watermark')).toBeUndefined();
    expect(await ledger.checkpoints.get(scope, 'last_listing')).toBe('never');
    expect(await ledger.work.gapsBetween(scope, ...allTime)).toHaveLength(1);
    expect(await readAll(ledger.work.between(scope, ...allTime))).toEqual([]);
    await ledger.close();
  });

  test.each(['checkpoint', 'gap', 'component', 'sqlite_schema'])(
    'a table that cannot be read is left behind: %s',
    async (name) => {
      using folder = damagedCopy((file) => spoilPages(file, middlePage(name)));
      const ledger = await open(folder.path);
      expect(await ledger.checkpoints.get(scope, 'watermark')).toBeUndefined();
      await useAll(ledger);
      await ledger.close();
    },
  );
});
