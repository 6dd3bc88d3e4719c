// Creates and checks files and folders that only their owner may read: state, dead letters and local output hold personal data.

import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { OperatorError } from '../contract/errors.ts';
import { isMissing } from './file-change.ts';
import { describeFileFailure } from './file-failure.ts';

/** Creates a folder. One that is there already keeps the permissions that somebody gave it. */
export function createOwnedFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new OperatorError({
      code: 'folder-unusable',
      message: `The folder ${folder} cannot be created: ${describeFileFailure(findCause(folder, cause))}.`,
      advice: 'Choose another folder, or let the user who runs this write to the one above it.',
      retry: { kind: 'never' },
      cause,
    });
  }
}

/** Throws an OperatorError where the folder is missing or unreadable, which is not the same as an empty one. */
export function requireFolder(folder: string, what: string): void {
  try {
    readdirSync(folder);
  } catch (cause) {
    throw new OperatorError({
      code: 'folder-unreadable',
      message: `The ${what} ${folder} ${isMissing(cause) ? 'is not there' : `cannot be read: ${describeFileFailure(cause)}`}.`,
      advice: 'Name the folder that the collector uses, and run this as the user who runs the collector.',
      retry: { kind: 'never' },
      cause,
    });
  }
}

/** Throws an OperatorError where a file that is there cannot be read. */
export function requireReadable(file: string): void {
  try {
    closeSync(openSync(file, 'r'));
  } catch (cause) {
    throw new OperatorError({
      code: 'file-unreadable',
      message: `The file ${file} cannot be read: ${describeFileFailure(cause)}.`,
      advice: 'Run this as the user who runs the collector.',
      retry: { kind: 'never' },
      cause,
    });
  }
}

/** Finds the real cause: on a read-only file system Node says only that the folder above is not there. */
function findCause(folder: string, cause: unknown): unknown {
  if (!(cause instanceof Error) || !('code' in cause) || cause.code !== 'ENOENT') return cause;
  let above = resolve(folder);
  while (!existsSync(above) && dirname(above) !== above) above = dirname(above);
  try {
    accessSync(above, constants.W_OK | constants.X_OK);
    return cause;
  } catch (error) {
    return error;
  }
}

/** Creates an empty file where there is none. */
export function createOwnedFile(file: string): void {
  try {
    closeSync(openSync(file, 'a', 0o600));
  } catch (cause) {
    throw new OperatorError({
      code: 'file-unusable',
      message: `The file ${file} cannot be written: ${describeFileFailure(cause)}.`,
      advice: 'Let the user who runs this write to it, and see that the disk is not full.',
      retry: { kind: 'never' },
      cause,
    });
  }
}

/** Syncs a folder: a file that was created, renamed or removed is durable only after that. */
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
