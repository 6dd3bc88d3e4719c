// Where the local documents are: the files of a file output's folder, or one file by itself.

import type { Stats } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { OperatorError } from '../contract/errors.ts';
import { isMissing } from '../files/file-change.ts';
import { describeFileFailure } from '../files/file-failure.ts';
import { readFileName } from '../files/file-name.ts';

export interface DocumentFile {
  readonly path: string;
  /** What its documents have in common with those of other files; the newest file of a series is the one that grows. */
  readonly series: string;
  /** Sorts the files of a series by age. */
  readonly age: string;
}

/** Oldest first within a series. A folder that is not there holds none. Throws an OperatorError. */
export async function listDocumentFiles(places: readonly string[]): Promise<DocumentFile[]> {
  const found = await Promise.all(places.map(listPlace));
  return found.flat().sort((one, other) => compare(one.series, other.series) || compare(one.age, other.age));
}

async function listPlace(place: string): Promise<DocumentFile[]> {
  const what = await statPlace(place);
  if (what === undefined) return [];
  if (what.isFile()) return [{ path: place, series: place, age: basename(place) }];
  const names = await orRefuse(place, readdir(place));
  return names.flatMap((name) => {
    const parts = readFileName(name);
    if (parts === undefined) return [];
    const age = `${String(parts.begun).padStart(16, '0')} ${String(parts.number).padStart(12, '0')}`;
    return [{ path: join(place, name), series: join(place, parts.series), age }];
  });
}

/** Undefined where nothing is there. Throws an OperatorError where it cannot be looked at. */
export async function statPlace(place: string): Promise<Stats | undefined> {
  try {
    return await stat(place);
  } catch (error) {
    if (isMissing(error)) return undefined;
    return orRefuse(place, Promise.reject(error));
  }
}

async function orRefuse<T>(place: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    throw new OperatorError({
      code: 'documents-unreadable',
      message: `The documents in ${place} cannot be read: ${describeFileFailure(cause)}.`,
      advice: 'They are readable by their owner only: run this as the user who collects.',
      retry: { kind: 'never' },
      cause,
    });
  }
}

const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);
