// The files of dead letters as a replay sees them: read one by one, put away when all of their letters were dealt with,
// cut down to the rest when only some were.

import { createWriteStream } from 'node:fs';
import { copyFile, mkdir, open, rename } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { putAwayReplayed, readLetterFile } from '../../state/dead-letters/dead-letters.ts';

/** `done`: line numbers that were dealt with; `rawFiles`: the raw files that these named. */
export async function putAwayLines(
  file: string,
  done: ReadonlySet<number>,
  rawFiles: readonly string[],
  total: number,
): Promise<void> {
  if (done.size === 0) return;
  if (done.size === total) await putAwayReplayed([file]);
  else await keepRest(file, done);
  await putAwayReplayed(rawFiles);
}

/** The whole file is copied first, so that a crash in between costs nothing but a second replay. */
async function keepRest(file: string, done: ReadonlySet<number>): Promise<void> {
  const kept = join(dirname(file), 'replayed');
  await mkdir(kept, { recursive: true, mode: 0o700 });
  await copyFile(file, join(kept, basename(file)));
  const rest = `${file}.partial`;
  await pipeline(linesLeft(file, done), createWriteStream(rest, { mode: 0o600 }));
  const handle = await open(rest, 'r+');
  await handle.sync();
  await handle.close();
  await rename(rest, file);
}

async function* linesLeft(file: string, done: ReadonlySet<number>): AsyncGenerator<Buffer> {
  for await (const { line, bytes } of readLetterFile(file))
    if (!done.has(line)) yield Buffer.concat([bytes, Buffer.from('\n')]);
}
