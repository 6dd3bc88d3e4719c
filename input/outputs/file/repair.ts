// Takes out of a file what is no document, without losing a byte of it or a document: what is taken out is kept in a file
// beside, in the order in which it stood.

import { createReadStream, createWriteStream } from 'node:fs';
import { chmod, open, rename, stat, truncate } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { syncFolderSoon } from '../../files/owned-files.ts';
import { isHole, type Piece, readPieces } from './pieces.ts';

/** Notes taken while the pieces of a file go by. */
export class Damage {
  /** How many pieces are no documents. */
  parts = 0;
  /** How many bytes they have, without those that hold nothing. */
  bytes = 0;
  /** Where the first of them begins. */
  first: number | undefined;
  /** Up to here, there are only documents that are lines by themselves. */
  soundUpTo: number;
  /** True when a document stands behind that. */
  isScattered = false;

  constructor(start: number) {
    this.soundUpTo = start;
  }

  note({ bytes, keys, at, inOrder }: Piece): void {
    if (!keys) {
      this.parts += 1;
      if (!isHole(bytes)) this.bytes += bytes.length;
      this.first ??= at;
    } else if (inOrder && this.parts === 0 && !this.isScattered) {
      this.soundUpTo = at + bytes.length + 1;
    } else this.isScattered = true;
  }
}

export const setAsideName = (path: string) => `${path}.damaged`;

const lineFeed = Buffer.from('\n');

/**
 * Returns how long the file is then. `start`: where the pieces began that the damage was noted of. A file that is only
 * torn at its end is cut, and stays the file that others may be reading.
 */
export async function repairFile(path: string, start: number, damage: Damage): Promise<number> {
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
  for await (const { bytes, keys } of readPieces(createReadStream(path, { start }), start))
    if (keys) yield Buffer.concat([bytes, lineFeed]);
}

async function* damageOf(path: string, start: number): AsyncGenerator<Buffer> {
  for await (const { bytes, keys } of readPieces(createReadStream(path, { start }), start))
    if (!keys && !isHole(bytes)) yield Buffer.concat([bytes, lineFeed]);
}
