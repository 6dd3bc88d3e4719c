// Tells whether the ledger is exactly as the previous run left it. The note is written when the ledger closes and taken
// away when it opens; a crash leaves none, and a ledger restored from a backup is not the file the note speaks of.

import {
  closeSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { syncFolder } from '../../files/owned-files.ts';

const noteOf = (file: string) => join(dirname(file), 'ledger.closed');

const useOf = (file: string) => join(dirname(file), 'ledger.used');

/**
 * Call while the database is open, once nothing of a copy is trusted any more: from now on a copy of the folder can be told
 * from it.
 */
export function noteUse(file: string): void {
  writeFileSync(useOf(file), `${statSync(file, { bigint: true }).ino}`, { mode: 0o600 });
}

/**
 * True where the folder was copied, perhaps while the ledger was written to: then what the file holds was read at different
 * moments. Call before the closing note is taken.
 */
export function wasCopied(file: string): boolean {
  const own = statSync(file, { bigint: true, throwIfNoEntry: false })?.ino;
  const inodes = [useOf(file), noteOf(file)].map((note) => readText(note)?.split(' ', 1)[0]);
  return own !== undefined && inodes.some((inode) => inode !== undefined && inode !== String(own));
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/** Call once the database is closed: nothing may touch the file afterwards. */
export function leaveClosingNote(file: string): void {
  const note = noteOf(file);
  const draft = `${note}.new`;
  const descriptor = openSync(draft, 'w', 0o600);
  try {
    writeSync(descriptor, describe(file));
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(draft, note);
  rmSync(useOf(file), { force: true });
  syncFolder(dirname(file));
}

/** Call before the database is opened. False when the note is missing or speaks of another file. */
export function takeClosingNote(file: string): boolean {
  const note = noteOf(file);
  try {
    return readFileSync(note, 'utf8') === describe(file);
  } catch {
    return false;
  } finally {
    rmSync(note, { force: true });
    syncFolder(dirname(file));
  }
}

/** Copying changes the inode or the time of the last change, which no program can set. */
function describe(file: string): string {
  const { ino, ctimeNs, size } = statSync(file, { bigint: true });
  return `${ino} ${ctimeNs} ${size}`;
}
