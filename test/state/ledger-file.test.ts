import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from '@jest/globals';
import { migrations } from '../../input/state/sqlite/ledger-schema.ts';
import { openLedger, openLedgerToRead } from '../../input/state/sqlite/sqlite-ledger.ts';
import { ledgerIn, pagesByName, spoilPages } from './spoil-ledger.ts';
import {
  blob,
  noon,
  noonSeconds,
  openTestLedger,
  reachMs,
  recordingLog,
  scope,
  steppingClock,
  temporaryFolder,
} from './state-folder.ts';

const key = { id: 'tenant:1', seconds: noonSeconds };

async function fill(folder: string): Promise<void> {
  const ledger = await openTestLedger(folder);
  await ledger.delivery.commit({ keys: [key] });
  await ledger.work.list(scope, [blob('a')], { late: false, backfill: false, listedAt: noon });
  await ledger.close();
}

async function isUnclean(folder: string): Promise<boolean> {
  const ledger = await openTestLedger(folder);
  await ledger.close();
  return ledger.delivery.uncleanStart;
}

describe('a ledger', () => {
  test('is readable by its owner only, with all its files', async () => {
    using folder = temporaryFolder();
    const state = join(folder.path, 'state');
    const ledger = await openTestLedger(state);
    await ledger.delivery.commit({ keys: [key] });
    expect(statSync(state).mode & 0o777).toBe(0o700);
    expect(readdirSync(state)).toContain('ledger.db-wal');
    for (const name of readdirSync(state))
      expect([name, statSync(join(state, name)).mode & 0o777]).toEqual([name, 0o600]);
    await ledger.close();
  });

  test('starts clean only after it was closed', async () => {
    using folder = temporaryFolder();
    expect(await isUnclean(folder.path)).toBe(true);
    expect(await isUnclean(folder.path)).toBe(false);
    const crashed = await openTestLedger(folder.path);
    using copy = temporaryFolder();
    for (const name of readdirSync(folder.path)) copyFileSync(join(folder.path, name), join(copy.path, name));
    expect(await isUnclean(copy.path)).toBe(true);
    await crashed.close();
  });

  test('that was copied while it was used believes no length and no index; one that crashed does', async () => {
    using folder = temporaryFolder();
    using copy = temporaryFolder();
    const used = await openTestLedger(folder.path);
    const stream = { cluster: 'one', name: 'logs-a' };
    await used.delivery.commit({ keys: [], fileLength: { file: '/out/a.ndjson', length: 500 } });
    await used.delivery.noteIndex(stream, '.ds-logs-a-000002');
    for (const name of readdirSync(folder.path)) copyFileSync(join(folder.path, name), join(copy.path, name));
    await used.close();
    for (const name of ['ledger.closed', 'ledger.used']) rmSync(join(folder.path, name), { force: true });
    const believed = async (path: string) => {
      const ledger = await openTestLedger(path);
      const [file] = await ledger.delivery.fileLengths();
      const index = await ledger.delivery.lastIndex(stream);
      await ledger.close();
      return [file?.length, index];
    };
    expect(await believed(folder.path)).toEqual([500, '.ds-logs-a-000002']);
    expect(await believed(copy.path)).toEqual([0, undefined]);
    expect(await believed(copy.path)).toEqual([0, undefined]);
  });

  test('that was restored from a backup is known as such', async () => {
    using folder = temporaryFolder();
    await fill(folder.path);
    const backup = join(folder.path, 'backup');
    copyFileSync(ledgerIn(folder.path), backup);
    copyFileSync(backup, ledgerIn(folder.path));
    expect(await isUnclean(folder.path)).toBe(true);
  });

  test('counts its runs under one identity', async () => {
    using folder = temporaryFolder();
    const first = await openTestLedger(folder.path);
    await first.close();
    const second = await openTestLedger(folder.path);
    await second.close();
    expect(first.delivery.identity.run).toBe(1);
    expect(second.delivery.identity).toEqual({ id: first.delivery.identity.id, run: 2 });
  });
});

describe('a state folder in use', () => {
  test('is refused, naming the process that has it', async () => {
    using folder = temporaryFolder();
    const ledger = await openTestLedger(folder.path);
    await expect(openTestLedger(folder.path)).rejects.toMatchObject({
      code: 'folder-in-use',
      message: `The state folder ${folder.path} is in use by process ${process.pid}, since 2026-03-01T12:00:00.000Z.`,
      advice: 'Stop that process, or give this one a folder of its own.',
    });
    await ledger.close();
    await (await openTestLedger(folder.path)).close();
  });

  test('is refused to another process, and free at once when the holder is killed', async () => {
    using folder = temporaryFolder();
    const holder = spawn(process.execPath, [join(import.meta.dirname, 'hold-ledger.ts'), folder.path], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(holder.stdout, 'data');
    await expect(openTestLedger(folder.path)).rejects.toThrow(`in use by process ${holder.pid}, since`);
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    const ledger = await openTestLedger(folder.path);
    expect(ledger.delivery.uncleanStart).toBe(true);
    await ledger.close();
  });
});

describe('a damaged ledger', () => {
  const spoil = {
    'not a database': (file: string) => writeFileSync(file, 'x'.repeat(50_000)),
    'a broken schema': (file: string) =>
      writeSync(openSync(file, 'r+'), Buffer.alloc(3000, 0x5a), 0, 3000, 200),
    'cut short': (file: string) => truncateSync(file, 5000),
  };

  test.each(Object.entries(spoil))('(%s) is set aside and a new one begun', async (_, damage) => {
    using folder = temporaryFolder();
    await fill(folder.path);
    damage(ledgerIn(folder.path));
    const reading = openLedgerToRead({
      folder: folder.path,
      clock: steppingClock(),
      log: recordingLog(),
      reachMs,
    });
    await expect(reading).rejects.toMatchObject({ code: 'ledger-damaged' });
    const log = recordingLog();
    const ledger = await openTestLedger(folder.path, log);
    expect(ledger.delivery.uncleanStart).toBe(true);
    expect([...(await ledger.delivery.findSeen([key]))]).toEqual([0]);
    await ledger.delivery.commit({ keys: [key] });
    await ledger.close();
    expect(readdirSync(folder.path)).toContain('ledger.damaged-20260301T120000Z');
    expect(log.lines).toHaveLength(1);
    expect(log.lines[0]).toMatch(
      /^WARN The ledger .*ledger\.db is damaged \(.*\) and was set aside as .*damaged/,
    );
  });

  test('whose damage shows only while running is set aside at the next start', async () => {
    using folder = temporaryFolder();
    const full = await openTestLedger(folder.path);
    const keys = Array.from({ length: 40_000 }, (_, n) => ({ id: `tenant:${n}`, seconds: noonSeconds + n }));
    await full.delivery.commit({ keys });
    await full.prune(noon);
    await full.close();
    const damaged = await openTestLedger(folder.path);
    spoilPages(ledgerIn(folder.path), (pagesByName(ledgerIn(folder.path)).get('seen') ?? []).slice(-9));
    await expect(damaged.delivery.findSeen(keys)).rejects.toMatchObject({ code: 'ledger-damaged' });
    await damaged.close();
    const log = recordingLog();
    const fresh = await openTestLedger(folder.path, log);
    expect([...(await fresh.delivery.findSeen(keys.slice(0, 2)))]).toEqual([0, 0]);
    expect(log.lines[0]).toMatch(/^WARN .* is damaged/);
    await fresh.close();
  });
});

describe('the schema', () => {
  const later = [...migrations, 'CREATE TABLE later (x TEXT) STRICT; INSERT INTO later VALUES (1)'];
  const open = (folder: string, steps: readonly string[], log = recordingLog()) =>
    openLedger({ folder, clock: steppingClock(), log, migrations: steps, reachMs });

  test('is brought to the newest version, with a backup before', async () => {
    using folder = temporaryFolder();
    await fill(folder.path);
    const log = recordingLog();
    const ledger = await open(folder.path, later, log);
    expect([...(await ledger.delivery.findSeen([key]))]).toEqual([1]);
    await ledger.close();
    const backup = join(folder.path, `ledger.schema-${migrations.length}-20260301T120000Z`);
    expect(log.lines[0]).toContain(`the old one is kept as ${backup}`);
    expect(statSync(backup).mode & 0o777).toBe(0o600);
    using database = new DatabaseSync(backup);
    expect(database.prepare('PRAGMA user_version').get()).toEqual({ user_version: migrations.length });
    const tables = database.prepare(`SELECT count(*) AS n FROM sqlite_schema WHERE name = 'later'`).get();
    expect(tables).toEqual({ n: 0 });
  });

  test('stays as it is when a step fails', async () => {
    using folder = temporaryFolder();
    await fill(folder.path);
    await expect(
      open(folder.path, [...migrations, 'CREATE TABLE one (x); CREATE TABLE one (x)']),
    ).rejects.toThrow('one');
    const ledger = await openTestLedger(folder.path);
    expect([...(await ledger.delivery.findSeen([key]))]).toEqual([1]);
    await ledger.close();
  });

  test('of a newer version is refused, and left alone', async () => {
    using folder = temporaryFolder();
    await (await open(folder.path, later)).close();
    await expect(openTestLedger(folder.path)).rejects.toMatchObject({
      code: 'ledger-newer',
      message: expect.stringContaining(`(schema ${later.length}; this one knows ${migrations.length})`),
    });
    expect(existsSync(ledgerIn(folder.path))).toBe(true);
    await (await open(folder.path, later)).close();
  });

  test.each([0, 1])('of another program is refused, whatever its version is: %d', async (version) => {
    using folder = temporaryFolder();
    const other = new DatabaseSync(ledgerIn(folder.path));
    other.exec(`PRAGMA user_version = ${version}; CREATE TABLE theirs (x)`);
    other.close();
    await expect(openTestLedger(folder.path)).rejects.toThrow('is a database of another program');
  });
});

describe('a state folder that cannot be used', () => {
  test('because a file is in its place is refused in one line', async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, 'state');
    writeFileSync(path, '');
    await expect(openTestLedger(path)).rejects.toMatchObject({
      code: 'folder-unusable',
      message: `The folder ${path} cannot be created: it exists already.`,
    });
  });

  test('only because the name of its holder cannot be left is used all the same', async () => {
    using folder = temporaryFolder();
    mkdirSync(join(folder.path, '.m365.holder.json'));
    const ledger = await openTestLedger(folder.path);
    await expect(openTestLedger(folder.path)).rejects.toThrow('is in use by another process');
    await ledger.close();
  });
});
