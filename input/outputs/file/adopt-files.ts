// Makes the files of an output folder and the ledger agree at start. A whole document in a file was delivered, even where
// the ledger does not know of it: a crash leaves a few such lines, a lost or restored ledger many. The ledger takes over
// their Ids. Bytes that are no document, such as a line torn by the crash, are set aside by repair-file.ts.

import { createReadStream } from 'node:fs';
import { readdir, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describeError } from '../../contract/errors.ts';
import type { Logger } from '../../contract/logger.ts';
import type { DeliveryLedger, FileLength, RecordKey } from '../../contract/state.ts';
import { readTail } from '../../files/file-change.ts';
import { readFileName } from '../../files/file-name.ts';
import type { ExistingFile } from '../../files/file-series.ts';
import { readSegments } from './file-segments.ts';
import { FileDamage, repairFile, setAsideName } from './repair-file.ts';

export interface AdoptParts {
  /** The absolute path. */
  readonly folder: string;
  readonly ledger: DeliveryLedger;
  readonly log: Logger;
  /** Milliseconds since the epoch. Files begun before hold nothing that can still be delivered again. */
  readonly begunSince: number;
}

/** A file of an earlier run. */
export interface AdoptedFile extends ExistingFile {
  /** False for a damaged file that could not be repaired: the next lines belong to a new one. */
  readonly isSound: boolean;
}

interface FoundFile extends ExistingFile {
  /** The length in the ledger; undefined where it does not know the file. */
  readonly known: number | undefined;
}

const lineFeed = 0x0a;

/** Returns the files of the folder, oldest first, with the length that the ledger now has. */
export async function adoptFiles(parts: AdoptParts): Promise<AdoptedFile[]> {
  const lengths = await parts.ledger.fileLengths();
  const found = await findFiles(parts, lengths);
  await forgetMissing(parts, lengths, found);
  const adopted: AdoptedFile[] = [];
  for (const file of found) {
    const result = await adoptFile(parts, file);
    if (result.length > 0) adopted.push({ ...file, ...result });
  }
  return adopted;
}

async function findFiles(parts: AdoptParts, lengths: readonly FileLength[]): Promise<FoundFile[]> {
  const known = new Map(lengths.map(({ file, length }) => [file, length]));
  const found: FoundFile[] = [];
  for (const entry of (await readdir(parts.folder)).sort()) {
    const name = readFileName(entry);
    if (!name) continue;
    const path = join(parts.folder, entry);
    const length = known.get(path);
    if (length === undefined && name.begun < parts.begunSince) continue;
    found.push({ name, path, length: (await stat(path)).size, known: length });
  }
  return found;
}

async function forgetMissing(
  parts: AdoptParts,
  lengths: readonly FileLength[],
  found: readonly FoundFile[],
): Promise<void> {
  const there = new Set(found.map(({ path }) => path));
  const missing = lengths.filter(({ file }) => file.startsWith(join(parts.folder, '/')) && !there.has(file));
  if (missing.length > 0) await parts.ledger.forgetFiles(missing.map(({ file }) => file));
}

type Adopted = Pick<AdoptedFile, 'length' | 'isSound'>;

async function adoptFile(parts: AdoptParts, file: FoundFile): Promise<Adopted> {
  const { ledger, log } = parts;
  const { path, known = 0 } = file;
  if (known > file.length)
    log.warn(
      {},
      `${path}: it holds ${file.length} bytes, and ${known} had been written to it. What was taken out was delivered and is not written again by itself; to have it again: m365 replay window --again.`,
    );
  const start = await findStart(path, Math.min(known, file.length));
  if (start === file.length) {
    if (known > file.length) await keepLength(ledger, path, file.length);
    return { length: file.length, isSound: true };
  }
  const { documents, damage } = await takeOver(ledger, path, start);
  log.info({}, `${path}: ${documents} documents that the ledger may not have known of were taken over.`);
  const length = await repair(path, start, damage, log);
  if (length === undefined) return { length: file.length, isSound: false };
  await keepLength(ledger, path, length);
  if (length === 0) await unlink(path);
  return { length, isSound: true };
}

/** Returns the length of the repaired file; undefined where that fails, as on a full disk: the next start tries again. */
async function repair(
  path: string,
  start: number,
  damage: FileDamage,
  log: Logger,
): Promise<number | undefined> {
  const { parts, bytes, first } = damage;
  const where = `${path}: ${parts} damaged parts, the first at byte ${first},`;
  const done =
    bytes > 0
      ? `were set aside in ${setAsideName(path)} (${bytes} bytes)`
      : 'hold nothing and were taken out';
  try {
    const length = await repairFile(path, start, damage);
    if (parts > 0)
      log.warn(
        {},
        `${where} ${done}. All documents before, between and behind them stay. What was in them is collected again where Microsoft still lists it.`,
      );
    return length;
  } catch (error) {
    log.warn(
      {},
      `${where} cannot be set aside (${describeError(error)}): the file is left as it is, and a new one begun. The next start tries it again.`,
    );
    return undefined;
  }
}

/** Returns the offset to read from: the acknowledged length, or 0 where no line ends there and it is another file. */
async function findStart(path: string, acknowledged: number): Promise<number> {
  if (acknowledged === 0) return 0;
  const last = await readTail(path, acknowledged - 1, acknowledged);
  return last?.[0] === lineFeed ? acknowledged : 0;
}

async function keepLength(ledger: DeliveryLedger, file: string, length: number): Promise<void> {
  if (length === 0) await ledger.forgetFiles([file]);
  else await ledger.commit({ keys: [], fileLength: { file, length } });
}

async function takeOver(ledger: DeliveryLedger, path: string, start: number) {
  let documents = 0;
  const damage = new FileDamage(start);
  const keys = async function* (): AsyncIterable<RecordKey> {
    for await (const segment of readSegments(createReadStream(path, { start }), start)) {
      damage.note(segment);
      if (!segment.keys) continue;
      documents += 1;
      yield* segment.keys;
    }
  };
  await ledger.remember(keys());
  return { documents, damage };
}
