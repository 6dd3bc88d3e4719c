// Tells a person what to do where the files of an agent cannot be read or written.

import { OperatorError } from '../contract/errors.ts';
import { describeFileFailure } from '../files/file-failure.ts';

const advices: Readonly<Record<string, string>> = {
  EACCES: 'Run this as root, or as the user that the agent runs as: sudo m365 install agent.',
  EPERM: 'Run this as root, or as the user that the agent runs as: sudo m365 install agent.',
  EROFS: 'Mount it writable; in a container, put the files into the image (see docs/elastic-agent.md).',
  ENOSPC: 'Make room on that disk and run this again; nothing there was changed.',
  ENOTDIR: 'Name the folder that holds the agent’s "data": --agent-home FOLDER.',
};

/** `what` is what could not be done to the path: "written to". */
export function refusedBy(path: string, what: string, cause: unknown): OperatorError {
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : '';
  return new OperatorError({
    code: 'agent-files-refused',
    message: `${path} cannot be ${what}: ${describeFileFailure(cause)}.`,
    advice: advices[code] ?? 'See that the agent’s folder is whole, and run this again.',
    retry: { kind: 'later' },
    needsOperator: true,
    cause,
  });
}
