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
 * Call while the database is open and was written to, once nothing of a copy is trusted any more: from now on a copy of the
 * folder can be told from it. Returns what the database has to hold for `readLastUse`.
 */
export function noteUse(file: string): string {
  writeFileSync(useOf(file), [inodeOf(file), inodeOf(logOf(file)), readBoot()].join(' '), { mode: 0o600 });
  return timeOf(useOf(file));
}

/**
 * Where the process that used the ledger came to its end and nothing else did, what it had written is all there, as the
 * operating system has it. Returns what the database then holds of that use, and an older content of it does not; undefined
 * where the machine was started anew or files were exchanged. Call before the database is opened.
 */
export function readLastUse(file: string): string | undefined {
  const boot = readBoot();
  const isSame =
    boot !== '' && readText(useOf(file)) === [inodeOf(file), inodeOf(logOf(file)), boot].join(' ');
  return isSame ? timeOf(useOf(file)) : undefined;
}

const logOf = (file: string) => `${file}-wal`;

function inodeOf(file: string): string {
  return String(statSync(file, { bigint: true, throwIfNoEntry: false })?.ino ?? '');
}

/** No program can set this time: a file that was written in its place has another. */
function timeOf(file: string): string {
  return String(statSync(file, { bigint: true }).ctimeNs);
}

/** What tells this start of the machine from others; empty where the operating system does not say. */
function readBoot(): string {
  return readText('/proc/sys/kernel/random/boot_id')?.trim() ?? '';
}

/** Call where some of what was done is not in the ledger, though it closes in order. */
export function forgetUse(file: string): void {
  rmSync(useOf(file), { force: true });
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
  forgetUse(file);
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
