// The commands `m365 state export` and `import`: the ledger as one file of lines, to carry it to another machine.

import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { systemClock } from '../../contract/clock.ts';
import { OperatorError } from '../../contract/errors.ts';
import { describeFileFailure } from '../../files/file-failure.ts';
import { linesOfChunks } from '../../files/split-lines.ts';
import { carriedFacts, openState, openStateToRead } from '../../runtime/open-state.ts';
import type { Imported } from '../../state/portable/import-state.ts';
import { ledgerFile } from '../../state/sqlite/ledger-file.ts';
import { openCommandLog } from '../terminal/command-log.ts';
import { printText } from '../terminal/terminal.ts';

const lineFeed = 0x0a;

/** A running collector may go on meanwhile. The file must not exist; it belongs to this user alone. */
export async function exportState(folder: string, file: string): Promise<void> {
  const ledger = await openStateToRead({ folder, clock: systemClock, log: openCommandLog('warn') });
  try {
    await writeLines(file, ledger.export());
  } finally {
    await ledger.close();
  }
  printText(`The ledger of ${folder} was written to ${file}.`);
}

/** A folder that was misspelt would otherwise be filled in silence. */
export function printWhetherNew(stateFolder: string): void {
  if (!existsSync(ledgerFile(stateFolder)))
    printText(`There was no ledger in ${stateFolder}: a new one is begun.`);
}

/** Adds what the file holds to the ledger that is there, or to a new one. No collector may be running. */
export async function importState(folder: string, file: string): Promise<void> {
  await refuseUnreadable(file);
  printWhetherNew(folder);
  const log = openCommandLog('warn');
  const ledger = await openState({ folder, clock: systemClock, log });
  let imported: Imported;
  try {
    imported = await ledger.import(readLines(file), carriedFacts());
  } finally {
    await ledger.close();
  }
  printText(`${imported.lines} lines of ${file} are in the ledger of ${folder}.`);
  if (imported.isWhole) return printText('The next run asks the output what it has.');
  if (imported.version > 1 || imported.unreadable) throw notWhole(file, imported);
  printText(
    `The export was made by an older version, which left no mark at its end: whether it is whole cannot be told. ${listedAgain}`,
  );
}

const listedAgain =
  'How far each source was read was not taken over: the next run collects again everything that is still to be had, and asks the output what is there.';

const rowNames = {
  item: 'items',
  seen: 'Ids',
  seen_late: 'Ids that came late',
  gap: 'gaps',
  checkpoint: 'facts',
} as const;

function notWhole(file: string, imported: Imported): OperatorError {
  const { hasEndMark, unreadable, version } = imported;
  const cut = version > 1 && !hasEndMark ? 'It ends before its end mark. ' : '';
  const changed =
    hasEndMark && !unreadable ? 'It is not what was exported: something in it was changed. ' : '';
  const damaged = unreadable
    ? `${unreadable.lines} of its lines cannot be read, first ${unreadable.first}. `
    : '';
  return new OperatorError({
    code: 'export-not-whole',
    message: `The export ${file} is not whole. ${cut}${damaged}${changed}${describeMissing(imported)}`.trim(),
    advice: `${listedAgain}${factsMissing(imported) ? ' Where initial_interval is shorter than 168h, make it that long for this run.' : ''} Better: export again, and import that as well; what is there stays.`,
    retry: { kind: 'never' },
  });
}

function describeMissing({ taken, announced }: Imported): string {
  const missing = Object.entries(rowNames).flatMap(([kind, name]) => {
    if (!isRowKind(kind)) return [];
    const all = announced[kind];
    return all === undefined || all === taken[kind] ? [] : [`${all - taken[kind]} of ${all} ${name}`];
  });
  return missing.length > 0 ? `Missing: ${missing.join(', ')}.` : '';
}

/** The next run begins as a first one does where the facts are missing. */
function factsMissing({ taken, announced }: Imported): boolean {
  return taken.checkpoint < (announced.checkpoint ?? 1);
}

const isRowKind = (kind: string): kind is keyof typeof rowNames => kind in rowNames;

/** The refusal comes before a ledger is made for the file. */
async function refuseUnreadable(file: string): Promise<void> {
  try {
    await using handle = await open(file);
    if ((await handle.stat()).isDirectory()) throw Object.assign(new Error('EISDIR'), { code: 'EISDIR' });
  } catch (cause) {
    throw failed('read', file, cause);
  }
}

async function* readLines(file: string): AsyncIterable<string> {
  for await (const group of linesOfChunks(endLastLine(createReadStream(file))))
    for (const line of group) yield line.toString().replace(/\r$/, '');
}

/** The last line of a cut file has no line feed. */
async function* endLastLine(chunks: AsyncIterable<Buffer>): AsyncGenerator<Uint8Array> {
  let last: number | undefined;
  for await (const chunk of chunks) {
    yield chunk;
    last = chunk.at(-1) ?? last;
  }
  if (last !== undefined && last !== lineFeed) yield Buffer.from([lineFeed]);
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
    // Half an export is none.
    await rm(file, { force: true });
    throw cause instanceof OperatorError ? cause : failed('written', file, cause);
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
