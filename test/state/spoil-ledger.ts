// A ledger with something in every table and index, and ways to damage one part of its file.

import { closeSync, openSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { blob, hold, noon, noonSeconds, openTestLedger, scope } from './state-folder.ts';

export const ledgerIn = (folder: string) => join(folder, 'ledger.db');
export const keyOf = (n: number) => ({ id: `tenant:${n}`, seconds: noonSeconds + n });

export const stream = { cluster: 'c', name: 'logs-o365.audit-default' };
export const possiblyDuplicate = { dataStream: stream.name, documents: 2, byOthers: 1 };

const blobs = Array.from({ length: 600 }, (_, n) => blob(`blob-${n}`));

export async function fillEverything(folder: string): Promise<void> {
  const ledger = await openTestLedger(folder);
  await ledger.delivery.commit({ keys: Array.from({ length: 3000 }, (_, n) => keyOf(n)) });
  while (await ledger.prune(noon));
  const recent = Array.from({ length: 2000 }, (_, n) => keyOf(3000 + n));
  const late = Array.from({ length: 600 }, (_, n) => ({ id: `tenant:late-${n}`, seconds: 0 }));
  await ledger.delivery.commit({
    keys: [...recent, ...late],
    fileLength: { file: '/a', length: 1 },
    possiblyDuplicate,
  });
  for (let n = 0; n < 10; n += 1) await ledger.delivery.noteIndex(stream, `index-${n}`);
  await ledger.work.list(scope, blobs, { late: false, backfill: false, listedAt: noon });
  for (const { id } of blobs.slice(0, 200))
    await ledger.work.settle(scope, hold(id), { delivered: 1, duplicate: 0, deadLettered: 0 }, noon);
  for (const { id } of blobs.slice(200, 400))
    await ledger.work.retryLater(scope, hold(id), noon + 1000, 'HTTP 500');
  await ledger.work.recordGap({
    ...scope,
    from: '2026-02-01T00:00:00Z',
    to: '2026-02-02T00:00:00Z',
    reason: 'x',
  });
  await ledger.checkpoints.set(scope, 'watermark', '7');
  await ledger.checkpoints.set(scope, 'first_run_at', '6');
  await ledger.close();
  const database = new DatabaseSync(ledgerIn(folder));
  // Leaves pages that are free.
  database.exec('CREATE TABLE t (x); INSERT INTO t SELECT zeroblob(4000) FROM item LIMIT 50; DROP TABLE t');
  database.close();
}

/** Pages by the name of the table or index that they belong to, from 1. */
export function pagesByName(file: string): Map<string, number[]> {
  using database = new DatabaseSync(file, { readOnly: true });
  const rows = database.prepare('SELECT name, pageno FROM dbstat ORDER BY pageno').all();
  const pages = Map.groupBy(rows, ({ name }) => String(name));
  return new Map([...pages].map(([name, each]) => [name, each.map(({ pageno }) => Number(pageno))]));
}

const pageBytes = 4096;

export function spoilPages(file: string, pages: readonly number[], byte = 0x5a): void {
  for (const page of pages) spoilBytes(file, (page - 1) * pageBytes, pageBytes, byte);
}

export function spoilBytes(file: string, from: number, length: number, byte = 0x5a): void {
  const descriptor = openSync(file, 'r+');
  writeSync(descriptor, Buffer.alloc(length, byte), 0, length, from);
  closeSync(descriptor);
}

/** Free pages: those that belong to nothing. */
export function freePages(file: string): number[] {
  const taken = new Set([...pagesByName(file).values()].flat());
  const all = Array.from({ length: statSync(file).size / pageBytes }, (_, n) => n + 1);
  return all.filter((page) => !taken.has(page));
}
