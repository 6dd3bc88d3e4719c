// Handles errors of standard output and standard error: a reader that has gone, as with `head`, is no failure, and a
// full disk is one with a clear line. Neither ends a command half way, with a stack trace.

import { OperatorError } from '../../contract/errors.ts';
import { describeFileFailure } from '../../files/file-failure.ts';

/** Handles errors of the two streams from here on. A command that listens to standard output too handles them alone. */
export function handleStreamErrors(): void {
  let unwritable = false;
  process.stdout.on('error', (error) => {
    if (isReaderGone(error) || unwritable || process.stdout.listenerCount('error') > 1) return;
    unwritable = true;
    process.stderr.write(`m365: ${unwritableOutput(error).message}\n`);
  });
  // Nobody is left to be told.
  process.stderr.on('error', () => undefined);
  process.on('exit', () => {
    if (unwritable && (process.exitCode ?? 0) === 0) process.exitCode = 1;
  });
}

export function isReaderGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EPIPE';
}

export function unwritableOutput(cause: unknown): OperatorError {
  return new OperatorError({
    code: 'output-unwritable',
    message: `Standard output cannot be written: ${describeFileFailure(cause)}.`,
    advice: 'Free disk space, or send it elsewhere.',
    retry: { kind: 'never' },
    cause,
  });
}
