// Makes files and ledger agree at start. What stands in a file as a whole line was delivered, whether or not the ledger
// came to know of it: a crash leaves a few such lines, a lost or restored ledger many. The ledger takes over their Ids,
// and each file is cut back to what is then acknowledged, which leaves out a line torn by the crash.

import { createReadStream } from 'node:fs';
import { readdir, stat, truncate, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Checkpoint, DeliveryLedger, Logger, RecordKey } from '../../contract.ts';
import { readFileName } from '../../delivery/file-name.ts';
import type { LeftFile } from '../../delivery/file-series.ts';
import { splitLines } from '../../delivery/split-lines.ts';
import { readLineKeys } from './line.ts';

export interface AdoptParts {
  /** Absolute. */
  readonly folder: string;
  readonly ledger: DeliveryLedger;
  readonly log: Logger;
  /** Files begun before this, in milliseconds, hold nothing that can still be delivered again. */
  readonly begunSince: number;
}

interface FoundFile extends LeftFile {
  readonly acknowledged: number;
}

/** The files of the folder, oldest first, as long as the ledger now has them. */
export async function adoptFiles(parts: AdoptParts): Promise<LeftFile[]> {
  const checkpoints = await parts.ledger.checkpoints();
  const found = await findFiles(parts, checkpoints);
  await forgetMissing(parts, checkpoints, found);
  const adopted: LeftFile[] = [];
  for (const file of found) {
    const length = await adoptFile(parts, file);
    if (length > 0) adopted.push({ ...file, length });
  }
  return adopted;
}

async function findFiles(parts: AdoptParts, checkpoints: readonly Checkpoint[]): Promise<FoundFile[]> {
  const acknowledged = new Map(checkpoints.map(({ file, length }) => [file, length]));
  const found: FoundFile[] = [];
  for (const entry of (await readdir(parts.folder)).sort()) {
    const name = readFileName(entry);
    if (!name) continue;
    const path = join(parts.folder, entry);
    const known = acknowledged.get(path);
    if (known === undefined && name.begun < parts.begunSince) continue;
    const { size } = await stat(path);
    found.push({ name, path, length: size, acknowledged: Math.min(known ?? 0, size) });
  }
  return found;
}

async function forgetMissing(
  parts: AdoptParts,
  checkpoints: readonly Checkpoint[],
  found: readonly FoundFile[],
): Promise<void> {
  const there = new Set(found.map(({ path }) => path));
  const missing = checkpoints.filter(
    ({ file }) => file.startsWith(join(parts.folder, '/')) && !there.has(file),
  );
  if (missing.length > 0) await parts.ledger.forgetCheckpoints(missing.map(({ file }) => file));
}

/** Returns how much of the file counts now. */
async function adoptFile({ ledger, log }: AdoptParts, file: FoundFile): Promise<number> {
  if (file.acknowledged === file.length) return file.length;
  let length = file.acknowledged;
  let lines = 0;
  const keys = async function* (): AsyncIterable<RecordKey> {
    for await (const line of splitLines(createReadStream(file.path, { start: length }))) {
      const found = readLineKeys(line);
      if (!found) return;
      yield* found;
      length += line.length + 1;
      lines += 1;
    }
  };
  await ledger.remember(keys());
  if (length < file.length) await truncate(file.path, length);
  await ledger.commit({ keys: [], checkpoints: length > 0 ? [{ file: file.path, length }] : [] });
  if (length === 0) await unlink(file.path);
  log.info(
    {},
    `${file.path}: ${lines} documents that the ledger did not know of were taken over, ${file.length - length} bytes of a broken line cut off.`,
  );
  return length;
}
