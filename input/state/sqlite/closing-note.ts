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
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { syncFolder } from '../../files/owned-files.ts';

const noteOf = (file: string) => join(dirname(file), 'ledger.closed');

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
