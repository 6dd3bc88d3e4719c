// `m365 state export` and `import`: the whole ledger as one file.

import { chmodSync, copyFileSync, existsSync, renameSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { backup, DatabaseSync } from 'node:sqlite';
import { lockFolder } from '../delivery/folder-lock.ts';
import { ledgerFile } from '../delivery/ledger-file.ts';
import { createOwnedFile, createOwnedFolder } from '../delivery/owned-files.ts';
import { stamp } from '../delivery/stamp.ts';
import { OperatorError } from '../errors.ts';
import { describeFileFailure } from '../settings/file-failure.ts';
import { refuseOtherSchema, viewLedger } from './ledger-view.ts';
import { say } from './paper.ts';

/** A consistent copy, whatever a running process writes meanwhile. */
export async function exportState(folder: string, file: string): Promise<void> {
  viewLedger(folder)[Symbol.dispose]();
  await createNew(file);
  const database = new DatabaseSync(ledgerFile(folder), { readOnly: true });
  try {
    await backup(database, file);
  } catch (cause) {
    rmSync(file, { force: true });
    throw failed('The ledger cannot be exported', file, cause);
  } finally {
    database.close();
  }
  chmodSync(file, 0o600);
  say(`The ledger of ${folder} was copied to ${file}.`);
}

/** Locks the folder, so that no collector writes into what is replaced. */
export async function importState(folder: string, file: string, force: boolean): Promise<void> {
  if (!existsSync(file)) throw failed('The ledger cannot be imported', file, { code: 'ENOENT' });
  refuseOtherSchema(file, true);
  createOwnedFolder(folder);
  const now = Date.now();
  const lock = lockFolder(folder, 'state folder', now);
  try {
    setAside(folder, now, force);
    const target = ledgerFile(folder);
    createOwnedFile(target);
    copyFileSync(file, target);
    // The copy has taken over the mode of the original.
    chmodSync(target, 0o600);
  } finally {
    lock.release();
  }
  say(`${file} is now the ledger of ${folder}. The first run asks the output what it has already.`);
}

function setAside(folder: string, now: number, force: boolean): void {
  const file = ledgerFile(folder);
  if (!existsSync(file)) return;
  if (!force)
    throw new OperatorError({
      code: 'ledger-exists',
      message: `There is a ledger in ${folder} already.`,
      advice: '--force sets it aside and takes the other; choose another folder to keep both.',
      retry: { kind: 'never' },
    });
  const kept = join(folder, `ledger.replaced-${stamp(now)}`);
  for (const suffix of ['', '-wal', '-shm'])
    if (existsSync(file + suffix)) renameSync(file + suffix, kept + suffix);
  say(`The ledger that was there is kept as ${kept}.`);
}

/** Owned by this user alone before anything is in it. */
async function createNew(file: string): Promise<void> {
  try {
    await (await open(file, 'wx', 0o600)).close();
  } catch (cause) {
    throw failed('The ledger cannot be exported', file, cause);
  }
}

function failed(what: string, file: string, cause: unknown): OperatorError {
  return new OperatorError({
    code: 'state-file',
    message: `${what}: ${file}: ${describeFileFailure(cause)}.`,
    advice: 'Choose another file.',
    retry: { kind: 'never' },
    cause,
  });
}
