// `m365 state export` and `import`: the ledger as one file of lines, to carry it to another machine.

import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { systemClock } from '../clock.ts';
import { takeClosingNote } from '../delivery/closing-note.ts';
import { ledgerFile } from '../delivery/ledger-file.ts';
import { openLedger, openLedgerToRead } from '../delivery/sqlite-ledger.ts';
import { OperatorError } from '../errors.ts';
import { describeFileFailure } from '../settings/file-failure.ts';
import { openCommandLog } from './command-log.ts';
import { say } from './paper.ts';

/** A running collector may go on meanwhile. The file must not exist; it belongs to this user alone. */
export async function exportState(folder: string, file: string): Promise<void> {
  const ledger = await openLedgerToRead({ folder, clock: systemClock, log: openCommandLog('warn') });
  try {
    await writeLines(file, ledger.export());
  } finally {
    await ledger.close();
  }
  say(`The ledger of ${folder} was written to ${file}.`);
}

/** Adds what the file holds to the ledger that is there, or to a new one. No collector may be running. */
export async function importState(folder: string, file: string): Promise<void> {
  if (!existsSync(file)) throw failed('read', file, { code: 'ENOENT' });
  const ledger = await openLedger({ folder, clock: systemClock, log: openCommandLog('warn') });
  let lines = 0;
  try {
    const input = createReadStream(file);
    lines = await ledger.import(createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY }));
  } finally {
    await ledger.close();
    // What was delivered after the export is not in it: the next start must doubt, as after a crash.
    takeClosingNote(ledgerFile(folder));
  }
  say(`${lines} lines of ${file} are in the ledger of ${folder}. The next run asks the output what it has.`);
}

async function writeLines(file: string, lines: AsyncIterable<string>): Promise<void> {
  try {
    await (await open(file, 'wx', 0o600)).close();
  } catch (cause) {
    throw failed('written', file, cause);
  }
  try {
    await pipeline(Readable.from(withLineFeeds(lines)), createWriteStream(file));
  } catch (cause) {
    await rm(file, { force: true });
    throw failed('written', file, cause);
  }
}

async function* withLineFeeds(lines: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const line of lines) yield `${line}\n`;
}

function failed(what: 'read' | 'written', file: string, cause: unknown): OperatorError {
  return new OperatorError({
    code: 'state-file',
    message: `${file} cannot be ${what}: ${describeFileFailure(cause)}.`,
    advice: 'Choose another file.',
    retry: { kind: 'never' },
    cause,
  });
}
