// Tells whether an executable runs in the folder where an agent is to start it.

import { spawnSync } from 'node:child_process';
import { closeSync, openSync, readSync } from 'node:fs';
import { dirname } from 'node:path';
import { OperatorError } from '../../contract/errors.ts';

const faults: Readonly<Record<string, string>> = {
  EACCES: 'its file system allows no programs (it is mounted noexec)',
  ENOENT: 'what it needs to be loaded is not on this machine',
};

/** Runs the copy where the agent will: what does not start there must not take the place of what may. */
export function tryExecutable(copy: string): void {
  const reason = isForeign(copy) ? 'it is made for another system or processor' : findFault(copy);
  if (reason === undefined) return;
  throw new OperatorError({
    code: 'agent-executable',
    message: `The executable does not run in ${dirname(copy)}: ${reason}.`,
    advice:
      'Take the executable for the system and processor of this machine, on a disk that allows programs.',
    retry: { kind: 'never' },
  });
}

function findFault(copy: string): string | undefined {
  const { error, status, stderr } = spawnSync(copy, ['--version'], { encoding: 'utf8', timeout: 60_000 });
  if (!error && status === 0) return undefined;
  const code = error && 'code' in error ? String(error.code) : '';
  return faults[code] ?? error?.message ?? (stderr.trim().split('\n')[0] || `it ended with ${status}`);
}

const elfMachines: Partial<Record<NodeJS.Architecture, number>> = { x64: 0x3e, arm64: 0xb7 };
const magics: Partial<Record<NodeJS.Platform, RegExp>> = {
  linux: /^7f454c46/,
  darwin: /^(?:cffaedfe|cafebabe)/,
  win32: /^4d5a/,
};

/** The system itself hands what it cannot run to a shell, which then reads it as a script. */
function isForeign(file: string): boolean {
  const head = readHead(file);
  const hex = head.toString('hex');
  const isProgram = Object.values(magics).some((magic) => magic.test(hex));
  if (!isProgram) return false;
  if (!magics[process.platform]?.test(hex)) return true;
  return process.platform === 'linux' && head.readUInt16LE(18) !== elfMachines[process.arch];
}

function readHead(file: string): Buffer {
  const head = Buffer.alloc(20);
  const descriptor = openSync(file, 'r');
  try {
    readSync(descriptor, head);
    return head;
  } finally {
    closeSync(descriptor);
  }
}
