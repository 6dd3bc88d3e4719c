// State, dead letters and local output hold personal data: what is created here is readable by its owner only.

import { closeSync, fsyncSync, mkdirSync, openSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { describeError, OperatorError } from '../errors.ts';

/** Folders that are there already keep the permissions that somebody gave them. */
export function createOwnedFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new OperatorError({
      code: 'folder-unusable',
      message: `The folder ${folder} cannot be created: ${describeError(cause)}.`,
      advice: 'Create it, or let the user who runs this write to the folder above it.',
      retry: { kind: 'never' },
      cause,
    });
  }
}

/** Creates an empty file where there is none. */
export function createOwnedFile(file: string): void {
  try {
    closeSync(openSync(file, 'a', 0o600));
  } catch (cause) {
    throw new OperatorError({
      code: 'file-unusable',
      message: `The file ${file} cannot be written: ${describeError(cause)}.`,
      advice: 'Let the user who runs this write to it, and see that the disk is not full.',
      retry: { kind: 'never' },
      cause,
    });
  }
}

/** A file that was created, renamed or removed is durable only once its folder is. */
export function syncFolder(folder: string): void {
  // Windows cannot open a folder, and needs no such thing.
  if (process.platform === 'win32') return;
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

export async function syncFolderSoon(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
