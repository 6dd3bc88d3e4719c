// A problem in a record-type file: its line, a message, and a suggestion of what was probably meant.

import { closest, distance } from 'fastest-levenshtein';

export interface DefinitionProblem {
  readonly file: string;
  /** Lines are counted from 1. */
  readonly line: number;
  readonly message: string;
}

/** The error is thrown once, with every problem. */
export class DefinitionError extends Error {
  readonly problems: readonly DefinitionProblem[];

  constructor(problems: readonly DefinitionProblem[]) {
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
