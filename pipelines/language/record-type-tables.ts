// Joins the names and workloads of record types, from two tables and from the record-type files.

import type { DefinitionProblem } from './problem.ts';
import type { SourceFile } from './read-files.ts';
import type { DatasetSource } from './schema/dataset-schema.ts';

/** The tables about record types that stand beside their files. */
export interface Tables {
  /** The vendor's, by what records say. */
  readonly names: Readonly<Record<string, string>>;
  /** The numbers of a workload, for record types that no file covers. */
  readonly workloads: Readonly<Record<string, readonly number[]>>;
}

export function nameRecordTypes(
  files: readonly SourceFile[],
  table: Tables['names'],
  { selector = 'none', vendor }: Pick<DatasetSource, 'selector' | 'vendor'>,
  problems: DefinitionProblem[],
): Record<string, string> {
  const names: Record<string, string> = { ...table };
  const owners = new Map<string, string>();
  for (const file of files) {
    for (const [number, name] of Object.entries(file.content.record_types ?? {})) {
      const report = (why: string) => problems.push(file.problemAt(['record_types', number], why));
      if (selector === 'none') report('records of this dataset do not tell their type');
      if (selector === 'number' && !/^[0-9]+$/.test(number)) report(`"${number}" is no number`);
      const owner = owners.get(number);
      if (owner !== undefined) report(`record type ${number} is in ${owner}.yml already`);
      const known = names[number];
      if (known !== undefined && known !== name)
        report(`record type ${number} is called "${known}" by ${vendor}, not "${name}"`);
      owners.set(number, file.name);
      names[number] = name;
    }
  }
  return names;
}

/** A file says it for its own record types, or the file that it extends does. */
export function listWorkloads(
  files: readonly SourceFile[],
  table: Tables['workloads'],
  problems: DefinitionProblem[],
): Record<string, readonly string[]> {
  const found: Record<string, readonly string[]> = {};
  for (const [workload, numbers] of Object.entries(table)) {
    for (const number of numbers) found[number] = [...(found[number] ?? []), workload];
  }
  for (const file of files) {
    const own = Object.keys(file.content.record_types ?? {});
    const workloads = workloadOf(file, files);
    for (const number of strayNumbers(file.content.workload, own))
      problems.push(file.problemAt(['workload', number], `record type ${number} is not one of this file's`));
    for (const number of own) {
      const workload = typeof workloads === 'object' && !isList(workloads) ? workloads[number] : workloads;
      if (workload !== undefined) found[number] = [workload].flat();
    }
  }
  return found;
}

/** A file that others extend may speak of theirs. */
function strayNumbers(workload: SourceFile['content']['workload'], own: readonly string[]): string[] {
  if (typeof workload !== 'object' || isList(workload) || own.length === 0) return [];
  return Object.keys(workload).filter((number) => !own.includes(number));
}

function workloadOf(file: SourceFile, files: readonly SourceFile[]): SourceFile['content']['workload'] {
  const { workload, extends: extended } = file.content;
  const others = files.filter((other) => other !== file);
  const next = others.find(({ name }) => name === extended);
  return workload ?? (next === undefined ? undefined : workloadOf(next, others));
}

function isList(value: object): value is readonly string[] {
  return Array.isArray(value);
}
