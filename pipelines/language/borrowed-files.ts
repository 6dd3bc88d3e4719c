// Reads record-type files of another dataset whose records stand inside of this one's: what they say of a record holds
// for each that stands there, so their paths begin at that place.

import { basename, dirname, join } from 'node:path';
import type { DatasetFile } from './dataset-file.ts';
import { DefinitionError } from './problem.ts';
import { readFile, type SourceFile } from './read-files.ts';
import type { CaseSource, FieldSource, FileSource, WhenSource } from './sources.ts';

/** What says more about a whole record than its properties do cannot be said of one that stands inside of another. */
const ofWholeRecords = ['extends', 'message', 'operations', 'outcome', 'record_types', 'workload'] as const;

/** The files that a `dataset.yml` names, by the folder that it lies in. Throws a DefinitionError. */
export function readBorrowedFiles(folder: string, { content }: DatasetFile): SourceFile[] {
  return (content.borrows ?? []).map(({ from, file, below }) => {
    const read = readFile(join(dirname(folder), basename(from), 'record-types'), `${file}.yml`);
    const problems = ofWholeRecords.flatMap((key) =>
      read.content[key] === undefined
        ? []
        : [
            read.problemAt(
              [key],
              `another dataset borrows this file: only "event", "cases" and "fields" can be`,
            ),
          ],
    );
    if (problems.length > 0) throw new DefinitionError(problems);
    return { ...read, content: moveBelow(read.content, below) };
  });
}

function moveBelow({ fields, cases, ...content }: FileSource, below: string): FileSource {
  return {
    ...content,
    ...(fields && { fields: fields.map((field) => moveField(field, below)) }),
    ...(cases && { cases: cases.map((each) => moveCase(each, below)) }),
  };
}

function moveField({ from, when, ...field }: FieldSource, below: string): FieldSource {
  const moved = [from].flat().map((path) => `${below}.${path}`);
  return { ...field, from: moved, ...(when && { when: moveConditions(when, below) }) };
}

function moveCase({ when, ...each }: CaseSource, below: string): CaseSource {
  return { ...each, ...(when && { when: moveConditions(when, below) }) };
}

function moveConditions(when: WhenSource, below: string): WhenSource {
  return Object.fromEntries(Object.entries(when).map(([path, values]) => [`${below}.${path}`, values]));
}
