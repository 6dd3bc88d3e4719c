// Standard output and standard error that break under a command: a reader that has gone, as `head` does, is no failure,
// and a full disk is one with a clear line. Neither ends a command half way, with a stack trace.

import { OperatorError } from '../../contract/errors.ts';
import { describeFileFailure } from '../../files/file-failure.ts';

/** From here on errors of the two streams are ours. Whoever listens to standard output too, deals with them alone. */
export function tendStandardStreams(): void {
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
