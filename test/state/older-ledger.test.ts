// A ledger and an export of the time when there was one source: both are brought to the present, and nothing of them is lost.

import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from '@jest/globals';
import { streamOf } from '../../input/contract/component.ts';
import { packKeys } from '../../input/state/sqlite/ids/record-keys.ts';
import { applicationId, migrations } from '../../input/state/sqlite/ledger-schema.ts';
import { openLedger, type SqliteLedger } from '../../input/state/sqlite/sqlite-ledger.ts';
import { allTime, carried, feed } from './exported.ts';
import { ledgerIn, pagesByName, spoilPages } from './spoil-ledger.ts';
import {
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

const keys = ['sorted', 'recent', 'late', 'unknown'].map((id) => ({
  id,
  seconds: id === 'late' ? 0 : noonSeconds,
}));
const [sorted, recent, late] = keys.map((key) => packKeys([key]));

/** In the columns of then: id, state, attempts, next attempt, reason, uncertain, delivered. */
const blobs = [
  ['done', 'acknowledged', 0, 0, null, 0, 5],
  ['half', 'fetching', 0, 0, null, 1, 0],
  ['new', 'listed', 0, 0, null, 0, 0],
  ['waits', 'listed', 3, noon + 60_000, 'HTTP 503', 1, 0],
  ['lost', 'expired', 1, 0, 'AF20051', 0, 0],
] as const;
const created = '2026-03-01T10:00:00.000Z';
const expires = '2026-03-08T10:00:00.000Z';

function makeOldLedger(folder: string): void {
  using database = new DatabaseSync(ledgerIn(folder));
  database.exec(`${migrations[0]}; PRAGMA user_version = 1; PRAGMA application_id = ${applicationId}`);
  const run = (sql: string, ...cells: (string | number | null | Uint8Array)[]) =>
    database.prepare(sql).run(...cells);
  run(`INSERT INTO identity VALUES (1, 'its-id', 41)`);
  run('INSERT INTO scope VALUES (7, ?, ?), (9, ?, ?)', scope.tenant, scope.name, scope.tenant, '');
  run(`INSERT INTO fact VALUES (7, 'watermark', '7'), (7, 'first_run_at', '6'), (9, 'output', 'there')`);
  run(`INSERT INTO gap VALUES (7, '2026-02-01T00:00:00.000Z', '2026-02-02T00:00:00.000Z', 'x')`);
  run(`INSERT INTO checkpoint VALUES ('/a', 12)`);
  run('INSERT INTO seen VALUES (?)', sorted ?? '');
  run('INSERT INTO seen_recent (keys) VALUES (?)', recent ?? '');
  run('INSERT INTO seen_late VALUES (?, ?)', late ?? '', noonSeconds);
  for (const [id, state, attempts, next, reason, uncertain, delivered] of blobs)
    run(
      `INSERT INTO blob (scope, content_id, content_uri, created, expires, created_ms, state, listed_at, attempts,
        next_attempt_at, reason, late, backfill, uncertain, delivered)
        VALUES (7, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 1, ?, ?)`,
      ...[id, `uri-${id}`, created, expires, Date.parse(created), state, noon],
      ...[attempts, next, reason, uncertain, delivered],
    );
}

/** The same, as it was exported. */
function oldExport(): string[] {
  const of = { tenant: scope.tenant, content_type: scope.name };
  const lines = [
    {
      format: 'm365-state',
      version: 2,
      exportedAt: created,
      rows: { fact: 3, gap: 1, blob: 5, seen: 2, seen_late: 1 },
    },
    { kind: 'fact', ...of, name: 'watermark', value: '7' },
    { kind: 'fact', ...of, name: 'first_run_at', value: '6' },
    { kind: 'fact', tenant: scope.tenant, content_type: '', name: 'output', value: 'there' },
    { kind: 'gap', ...of, starts: '2026-02-01T00:00:00.000Z', ends: '2026-02-02T00:00:00.000Z', reason: 'x' },
    ...blobs.map(([id, state, attempts, next, reason, uncertain, delivered]) => ({
      ...{ kind: 'blob', ...of, content_id: id, content_uri: `uri-${id}`, created, expires },
      ...{ created_ms: Date.parse(created), state, listed_at: noon, attempts, next_attempt_at: next, reason },
      ...{ late: 0, backfill: 1, uncertain, delivered, duplicate: 0, dead_lettered: 0, ended_at: null },
    })),
    { kind: 'seen', keys: Buffer.concat([sorted ?? '', recent ?? ''].map(Buffer.from)).toString('base64') },
    { kind: 'seen_late', key: Buffer.from(late ?? '').toString('base64'), arrived: noonSeconds },
  ].map((line) => JSON.stringify(line));
  const sha256 = createHash('sha256')
    .update(lines.map((line) => `${line}\n`).join(''))
    .digest('hex');
  return [...lines, JSON.stringify({ kind: 'end', lines: lines.length, sha256 })];
}

async function expectEverything(ledger: SqliteLedger): Promise<void> {
  const { work, checkpoints, delivery } = ledger;
  expect(await work.feeds()).toEqual([scope]);
  expect(await checkpoints.get(scope, 'watermark')).toBe('7');
  expect(await checkpoints.get(scope, 'first_run_at')).toBe('6');
  expect(await checkpoints.get(streamOf(scope), 'output')).toBe('there');
  expect(await work.gapsBetween(scope, ...allTime)).toMatchObject([{ ...scope, reason: 'x' }]);
  expect([...(await delivery.findSeen(keys))]).toEqual([1, 1, 1, 0]);
  const items = await readAll(work.between(scope, ...allTime));
  expect(items.map(({ id, data, state, reason }) => [id, data, state, reason])).toEqual(
    blobs.map(([id, state, , , reason]) => [id, `uri-${id}`, state, reason ?? undefined]),
  );
  expect(items[3]).toMatchObject({
    attempts: 3,
    nextAttemptAt: noon + 60_000,
    uncertain: true,
    backfill: true,
  });
  expect(await work.list(scope, items, { late: true, backfill: false, listedAt: noon })).toEqual([]);
  const taken = await work.take(scope, 9, ledger.lease);
  expect(taken.map(({ id, uncertain }) => [id, uncertain]).toSorted()).toEqual([
    ['half', true],
    ['new', false],
  ]);
}

describe('a ledger of the first schema', () => {
  test('keeps everything, and is itself kept as it was', async () => {
    using folder = temporaryFolder();
    makeOldLedger(folder.path);
    const log = recordingLog();
    const ledger = await openTestLedger(folder.path, log);
    await expectEverything(ledger);
    expect(await ledger.delivery.fileLengths()).toEqual([{ file: '/a', length: 12 }]);
    expect(ledger.delivery.identity).toEqual({ id: 'its-id', run: 42 });
    await ledger.close();
    expect(log.lines).toEqual([
      expect.stringMatching(/^INFO .* from schema 1 to \d+; the old one is kept as/),
    ]);
    const backup = readdirSync(folder.path).find((name) => name.startsWith('ledger.schema-1-'));
    using database = new DatabaseSync(join(folder.path, backup ?? ''), { readOnly: true });
    expect(database.prepare('SELECT count(*) AS n FROM blob').get()).toEqual({ n: blobs.length });
  });

  test('that is damaged leaves behind what it still says', async () => {
    using folder = temporaryFolder();
    makeOldLedger(folder.path);
    spoilPages(ledgerIn(folder.path), pagesByName(ledgerIn(folder.path)).get('blob') ?? []);
    const options = { folder: folder.path, clock: steppingClock(), log: recordingLog(), reachMs, carried };
    const ledger = await openLedger(options);
    expect(await ledger.checkpoints.get(scope, 'first_run_at')).toBe('6');
    expect(await ledger.checkpoints.get(scope, 'last_listing')).toBe('never');
    expect(await ledger.work.gapsBetween(scope, ...allTime)).toHaveLength(1);
    await ledger.close();
  });
});

test('an export of that time is taken over whole', async () => {
  using folder = temporaryFolder();
  const ledger = await openTestLedger(folder.path);
  const counts = { checkpoint: 3, gap: 1, item: 5, seen: 2, seen_late: 1 };
  expect(await ledger.import(feed(oldExport()), carried)).toMatchObject({
    isWhole: true,
    version: 2,
    taken: counts,
    announced: counts,
  });
  await expectEverything(ledger);
  await ledger.close();
});
