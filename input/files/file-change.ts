// Detects changes that others make to a file while it is written: logrotate, an editor, somebody who frees disk space.

import type { BigIntStats } from 'node:fs';
import { open, stat } from 'node:fs/promises';

export type FileChange =
  | { readonly kind: 'removed' }
  /** The name is gone, or belongs to another file. */
  | { readonly kind: 'moved' }
  /** The size changed, in bytes. */
  | { readonly kind: 'resized'; readonly from: number; readonly to: number };

export function isSameFile(one: BigIntStats, other: BigIntStats | undefined): boolean {
  return one.dev === other?.dev && one.ino === other?.ino;
}

/** Returns the status of a path; undefined where there is no such file. */
export async function statPath(path: string): Promise<BigIntStats | undefined> {
  try {
    return await stat(path, { bigint: true });
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** Reads the bytes from `start` to `end`; undefined where the file is missing or shorter. */
export async function readTail(path: string, start: number, end: number): Promise<Buffer | undefined> {
  const handle = await open(path, 'r').catch(() => undefined);
  if (!handle) return undefined;
  try {
    const bytes = Buffer.alloc(end - start);
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, start);
    return bytesRead === bytes.length ? bytes : undefined;
  } finally {
    await handle.close();
  }
}

/** True for the error of a file, or a folder on the way to it, that is not there. */
export function isMissing(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT';
}

/** Describes a change for the log, after the name of the file. */
export function describeChange(change: FileChange): string {
  switch (change.kind) {
    case 'removed':
      return 'was deleted';
    case 'moved':
      return 'was moved, or replaced by another file,';
    case 'resized':
      return change.to < change.from
        ? `was cut from ${change.from} to ${change.to} bytes`
        : 'was written to by somebody else';
  }
}
