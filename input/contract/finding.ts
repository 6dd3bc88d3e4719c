// A finding is one line of what `m365 check` says about a tenant or an output, with what to do about it.

import { describeError, OperatorError } from './errors.ts';

export interface Finding {
  readonly name: string;
  /** A note needs nobody to act. */
  readonly state: 'ok' | 'note' | 'problem';
  readonly message: string;
  /** The action to take; empty where nothing is to be done. */
  readonly advice: string;
}

export const ok = (name: string, message: string): Finding => ({ name, state: 'ok', message, advice: '' });

export const note = (name: string, message: string, advice = ''): Finding => ({
  name,
  state: 'note',
  message,
  advice,
});

export const problem = (name: string, message: string, advice: string): Finding => ({
  name,
  state: 'problem',
  message,
  advice,
});

/** A failure as a problem, with its own advice. */
export function problemOf(name: string, error: unknown): Finding {
  if (error instanceof OperatorError) return problem(name, error.message, error.advice);
  return problem(name, describeError(error), '');
}
