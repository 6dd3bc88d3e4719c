// Finds the files that hold local documents: all files in a file output's folder, or one file by itself.

import type { Stats } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { OperatorError } from '../contract/errors.ts';
import { isMissing } from '../files/file-change.ts';
import { describeFileFailure } from '../files/file-failure.ts';
import { readFileName } from '../files/file-name.ts';

export interface DocumentFile {
  readonly path: string;
  /** The name that a series of files shares; the newest file of a series is the one that grows. */
  readonly series: string;
  /** Sorts the files of a series by age. */
  readonly age: string;
}

/**
 * Lists the files, the oldest first within a series. A folder that does not exist holds none. Throws an OperatorError.
 */
export async function listDocumentFiles(paths: readonly string[]): Promise<DocumentFile[]> {
  const found = await Promise.all(paths.map(listPath));
  return found.flat().sort((one, other) => compare(one.series, other.series) || compare(one.age, other.age));
}

async function listPath(path: string): Promise<DocumentFile[]> {
  const what = await statPath(path);
  if (what === undefined) return [];
  if (what.isFile()) return [{ path, series: path, age: basename(path) }];
  const names = await explainFailure(path, readdir(path));
  return names.flatMap((name) => {
    const parts = readFileName(name);
    if (parts === undefined) return [];
    const age = `${String(parts.begun).padStart(16, '0')} ${String(parts.number).padStart(12, '0')}`;
    return [{ path: join(path, name), series: join(path, parts.series), age }];
  });
}

/** Returns undefined where nothing exists at the path. Throws an OperatorError where it cannot be looked at. */
export async function statPath(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    if (isMissing(error)) return undefined;
    return explainFailure(path, Promise.reject(error));
  }
}

async function explainFailure<T>(path: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    throw new OperatorError({
      code: 'documents-unreadable',
      message: `The documents in ${path} cannot be read: ${describeFileFailure(cause)}.`,
      advice: 'They are readable by their owner only: run this as the user who collects.',
      retry: { kind: 'never' },
      cause,
    });
  }
}

const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);
