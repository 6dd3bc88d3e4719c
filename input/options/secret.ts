// Secrets are functions here, so that a file that an operator replaces takes effect with the next token, without a restart.

import { readFile, stat } from 'node:fs/promises';
import { OperatorError, protectSecret } from '../contract/errors.ts';
import { describeFileFailure } from '../files/file-failure.ts';
import type { Settings } from './settings.ts';

export type Secret = () => Promise<string>;

/** Makes the secret of a value from the policy or the environment. */
export function fixedSecret(value: string): Secret {
  protectSecret(value);
  return () => Promise.resolve(value);
}

/** Makes the secret of a file, read again whenever its time or size changed. It rejects with an OperatorError that may be retried. */
export function fileSecret(path: string, setting: string): Secret {
  let read: { readonly stamp: string; readonly value: string } | undefined;
  return async () => {
    try {
      const { mtimeMs, size, ino } = await stat(path);
      const stamp = `${mtimeMs} ${size} ${ino}`;
      if (read?.stamp !== stamp) read = { stamp, value: await readSecretFile(path) };
      return read.value;
    } catch (cause) {
      throw unreadable(path, setting, cause);
    }
  };
}

/** Reads the setting `name`, or `name_file`, whichever is set. */
export function readSecret(settings: Settings, name: string): Secret | undefined {
  const file = settings.text(`${name}_file`);
  return file === undefined ? readWrittenSecret(settings, name) : fileSecret(file, `${name}_file`);
}

/** The same for a setting that names no file. */
export function readWrittenSecret(settings: Settings, name: string): Secret | undefined {
  const value = settings.text(name);
  return value === undefined ? undefined : fixedSecret(value);
}

async function readSecretFile(path: string): Promise<string> {
  const value = (await readFile(path, 'utf8')).trim();
  if (value === '') throw new Error('it is empty');
  protectSecret(value);
  return value;
}

function unreadable(path: string, setting: string, cause: unknown): OperatorError {
  return new OperatorError({
    code: 'secret-unreadable',
    message: `Cannot read ${setting} ${path}: ${describeFileFailure(cause)}.`,
    advice: 'Put the secret into that file and let the user of this process read it.',
    retry: { kind: 'later' },
    needsOperator: true,
    cause,
  });
}
