// Remembers the last warnings and errors that were logged, for whoever asks for a diagnosis later.

import type { Logger } from '../../contract/logger.ts';
import { isoTime } from '../../contract/time.ts';

export interface LoggedProblem {
  readonly time: string;
  readonly level: 'warn' | 'error';
  readonly message: string;
  readonly fields: object;
}

const remembered = 100;

/** Returns a logger that passes everything on. */
export function rememberProblems(
  log: Logger,
  now: () => number,
): { readonly log: Logger; readonly problems: () => readonly LoggedProblem[] } {
  const last: LoggedProblem[] = [];
  const remember = (level: LoggedProblem['level']) => (fields: object, message: string) => {
    last.push({ time: isoTime(now()), level, message, fields });
    if (last.length > remembered) last.shift();
    log[level](fields, message);
  };
  return { log: { ...log, warn: remember('warn'), error: remember('error') }, problems: () => last };
}
