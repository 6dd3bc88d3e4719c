// The problems of a policy, reported all at once, one line each, so that an operator repairs them in one go.

import { closest, distance } from 'fastest-levenshtein';
import { OperatorError } from '../contract/errors.ts';

export interface PolicyProblem {
  /** The location, such as `policy.yml:12:3`. */
  readonly place: string;
  readonly message: string;
}

/** The error of a policy that cannot be used. The command line answers it with exit code 2. */
export class PolicyError extends OperatorError {
  readonly problems: readonly PolicyProblem[];

  constructor(found: readonly PolicyProblem[]) {
    const problems = found.toSorted((a, b) => compareLines(a.place, b.place));
    // A mistake in settings that several streams share is found in each of them.
    const lines = new Set(problems.map(({ place, message }) => `${place}: ${message}`));
    super({
      code: 'bad-policy',
      message: [...lines].join('\n'),
      advice: '',
      retry: { kind: 'never' },
    });
    this.name = 'PolicyError';
    this.problems = problems;
  }
}

function compareLines(a: string, b: string): number {
  const [lineA = 0, columnA = 0] = positionOf(a);
  const [lineB = 0, columnB = 0] = positionOf(b);
  return lineA - lineB || columnA - columnB;
}

function positionOf(place: string): number[] {
  return /:(\d+):(\d+)$/.exec(place)?.slice(1).map(Number) ?? [];
}

/** Returns `; did you mean "interval"?`, or an empty text where no known word is near. */
export function suggest(word: string, known: readonly string[]): string {
  if (known.length === 0) return '';
  const nearest = closest(word.toLowerCase(), [...known]);
  const near = distance(word.toLowerCase(), nearest.toLowerCase()) <= Math.max(2, Math.ceil(word.length / 3));
  return near ? `; did you mean "${nearest}"?` : '';
}
