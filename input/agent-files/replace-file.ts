// Puts a file in place at once and whole: it is written under another name in the same folder, brought to disk, and renamed.
// Whoever looks at the place meanwhile sees what was there before, or all of the new one.

import { randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { chmod, chown, lstat, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { OperatorError } from '../contract/errors.ts';
import { syncFolderSoon } from '../files/owned-files.ts';
import { refusedBy } from './refused.ts';

export interface FileToPlace {
  /** The file to copy. */
  readonly from: string;
  readonly to: string;
  readonly mode: number;
  /** It is called with the whole copy before that gets its name; what it throws leaves everything as it was. */
  readonly tryOut?: (copy: string) => void;
}

/** A copy is written to all the time while it grows, so that an older one was left behind by a process that was killed. */
const abandonedMs = 600_000;
const mark = '.m365-new-';

/** The copy belongs to whom the folder belongs to, as far as that may be done. */
export async function placeFile({ from, to, mode, tryOut }: FileToPlace): Promise<void> {
  const owner = await ownerOf(dirname(to));
  await write(to, { content: createReadStream(from, { highWaterMark: 1 << 20 }), mode, owner, tryOut });
}

/** Replaces the text of a file that is there, which keeps its mode and its owner. */
export async function replaceFile(file: string, text: string): Promise<void> {
  const before = await lstat(file);
  await write(file, { content: Readable.from([text]), mode: before.mode & 0o777, owner: before });
}

/** Puts a text in place. */
export async function placeText(to: string, text: string, mode: number): Promise<void> {
  await write(to, { content: Readable.from([text]), mode, owner: await ownerOf(dirname(to)) });
}

/** Removes what processes that were killed have left in a folder. */
export async function removeAbandoned(folder: string, now: number): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.startsWith(mark)) continue;
    const path = join(folder, name);
    const { mtimeMs } = await lstat(path);
    if (now - mtimeMs > abandonedMs) await rm(path, { force: true });
  }
}

interface FileContent {
  readonly content: Readable;
  readonly mode: number;
  readonly owner: { readonly uid: number; readonly gid: number };
  readonly tryOut?: FileToPlace['tryOut'];
}

async function write(to: string, { content, mode, owner, tryOut }: FileContent): Promise<void> {
  const folder = dirname(to);
  // No spec is known by such a name, so that nobody takes it for one.
  const draft = join(folder, `${mark}${randomUUID()}-${basename(to)}.part`);
  try {
    await pipeline(content, createWriteStream(draft, { flags: 'wx', mode: 0o600, flush: true }));
    await giveTo(draft, owner);
    await chmod(draft, mode);
    tryOut?.(draft);
    await rename(draft, to);
    await syncFolderSoon(folder);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined);
    throw error instanceof OperatorError ? error : refusedBy(to, 'written', error);
  }
}

/** Only root may give a file away; another user keeps it. */
async function giveTo(file: string, { uid, gid }: FileContent['owner']): Promise<void> {
  if (process.getuid?.() === 0) await chown(file, uid, gid);
}

async function ownerOf(folder: string): Promise<FileContent['owner']> {
  try {
    return await stat(folder);
  } catch (error) {
    throw refusedBy(folder, 'looked into', error);
  }
}
