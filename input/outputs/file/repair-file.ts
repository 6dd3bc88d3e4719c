// Repairs a damaged NDJSON file without losing a byte or a document: what is no document moves to a second file, in its
// order.

import { createReadStream, createWriteStream } from 'node:fs';
import { chmod, open, rename, stat, truncate } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { syncFolderSoon } from '../../files/owned-files.ts';
import { type FileSegment, isHole, readSegments } from './file-segments.ts';

/** The damage of a file, noted while its segments are read. */
export class FileDamage {
  /** The number of segments that are no documents. */
  parts = 0;
  /** The number of their bytes, without zero bytes. */
  bytes = 0;
  /** The offset of the first of them. */
  first: number | undefined;
  /** The offset up to which there are only documents that are lines by themselves. */
  soundUpTo: number;
  /** True when a document follows after that offset. */
  isScattered = false;

  constructor(start: number) {
    this.soundUpTo = start;
  }

  note({ bytes, keys, at, isWholeLine }: FileSegment): void {
    if (!keys) {
      this.parts += 1;
      if (!isHole(bytes)) this.bytes += bytes.length;
      this.first ??= at;
    } else if (isWholeLine && this.parts === 0 && !this.isScattered) {
      this.soundUpTo = at + bytes.length + 1;
    } else this.isScattered = true;
  }
}

export const setAsideName = (path: string) => `${path}.damaged`;

const lineFeed = Buffer.from('\n');

/**
 * Repairs the file and returns its new length. `start`: the offset from which the damage was noted. A file that is only
 * torn at its end is cut, and stays the file that others may be reading.
 */
export async function repairFile(path: string, start: number, damage: FileDamage): Promise<number> {
  if (damage.bytes > 0) await setAside(path, start);
  if (!damage.isScattered) {
    const { size } = await stat(path);
    if (damage.soundUpTo < size) await truncate(path, damage.soundUpTo);
    return damage.soundUpTo;
  }
  const repaired = `${path}.repaired`;
  await writeDurably(documentsOf(path, start), repaired, 'w');
  await chmod(repaired, (await stat(path)).mode);
  await rename(repaired, path);
  await syncFolderSoon(dirname(path));
  return (await stat(path)).size;
}

async function setAside(path: string, start: number): Promise<void> {
  await writeDurably(damageOf(path, start), setAsideName(path), 'a');
  await syncFolderSoon(dirname(path));
}

async function writeDurably(chunks: AsyncIterable<Buffer>, path: string, flags: 'w' | 'a'): Promise<void> {
  await pipeline(Readable.from(chunks), createWriteStream(path, { flags, mode: 0o600 }));
  const handle = await open(path, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function* documentsOf(path: string, start: number): AsyncGenerator<Buffer> {
  if (start > 0) yield* createReadStream(path, { end: start - 1 });
  for await (const { bytes, keys } of readSegments(createReadStream(path, { start }), start))
    if (keys) yield Buffer.concat([bytes, lineFeed]);
}

async function* damageOf(path: string, start: number): AsyncGenerator<Buffer> {
  for await (const { bytes, keys } of readSegments(createReadStream(path, { start }), start))
    if (!keys && !isHole(bytes)) yield Buffer.concat([bytes, lineFeed]);
}
