// What is wrong with a record-type file, where, and what was probably meant.

import { closest, distance } from 'fastest-levenshtein';

export interface Problem {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly message: string;
}

/** Thrown once, with everything that is wrong. */
export class DefinitionError extends Error {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map(({ file, line, message }) => `${file}:${line}: ${message}`).join('\n'));
    this.name = 'DefinitionError';
    this.problems = problems;
  }
}

/** `; did you mean X?`, or nothing where no known name is near. */
export function suggest(name: string, known: readonly string[]): string {
  if (known.length === 0) return '';
  const nearest = closest(name, known);
  return distance(name, nearest) <= Math.max(2, name.length / 3) ? `; did you mean "${nearest}"?` : '';
}
