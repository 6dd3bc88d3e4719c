// The command `m365 show`: it prints the documents of local files for people, the newest, and with --follow those that
// come.

import { Command, InvalidArgumentError } from 'commander';
import { type Clock, systemClock } from '../../contract/clock.ts';
import { listDocumentFiles } from '../../local-documents/document-files.ts';
import type { LocalDocument } from '../../local-documents/document-lines.ts';
import { type DamagedLines, DocumentTail, readDocuments } from '../../local-documents/documents.ts';
import { wrap } from '../../telemetry/terminal/wrap.ts';
import { chooseLocalPaths } from '../preview/local-paths.ts';
import { type DocumentFilter, readDocumentFilter } from '../show/document-filter.ts';
import { type DocumentPrinter, openPrinter } from '../show/document-printer.ts';
import { listenForInterruption } from '../terminal/interruption.ts';

interface ShowFlags {
  readonly data?: string;
  readonly policy?: string;
  readonly lines: number;
  readonly all?: boolean;
  readonly follow?: boolean;
  readonly filter?: string;
  readonly json?: boolean;
  readonly full?: boolean;
}

const teaching = `
What it shows:
  One line a document: when it happened (UTC), how it ended, who it was, and
  what happened; in the order in which it was collected, the newest last. Words
  stand in any value, in any letter case. KQL is that of Kibana: field: value,
  patterns, ranges, and, or, not; docs/fields.md has the fields.

  What only an Elasticsearch adds (where an address is, which browser it was)
  is in no local file.

Examples:
  m365 show                                   the last 20 of ./data/events
  m365 show --follow                          and what comes, until Ctrl-C
  m365 show --lines 100 alice inbox           that hold both words
  m365 show --filter 'event.outcome: failure' --all
  m365 show --filter 'user.name: j* and @timestamp >= now-1h'
  m365 show --policy my.yml --follow          of that policy's file output
  m365 show --full --lines 1                  the last one, whole
  m365 show --json --all | jq .event.action   for programs

It can be used while a collector runs. Files that are rotated, moved or cut are
followed; lines that are damaged are left out and said.

Exit codes: 0 done, or ended by Ctrl-C; 1 something could not be read or
written; 2 usage.`;

export function showCommand(): Command {
  return new Command('show')
    .summary('look at local documents')
    .description('Shows the documents that a file output wrote, and with --follow those that come.')
    .argument('[words...]', 'only documents with all of these words')
    .option('--data <path>', 'a folder of documents, or one file (default: ./data/events)')
    .option('-p, --policy <file>', "the folder of this policy's file output")
    .option('-n, --lines <number>', 'how many of the newest', readCount, 20)
    .option('--all', 'all there are')
    .option('-f, --follow', 'go on with what comes')
    .option('--filter <kql>', 'only documents that match')
    .option('--json', 'each document whole, a line each')
    .option('--full', 'each document whole, indented')
    .addHelpText('after', teaching)
    .action(async (words: readonly string[], flags: ShowFlags) => {
      using interruption = listenForInterruption();
      await using printer = openPrinter(process.stdout, flags);
      const stop = AbortSignal.any([interruption.stop, printer.gone]);
      await showDocuments({ words, flags, printer, stop, clock: systemClock });
    });
}

interface Showing {
  readonly words: readonly string[];
  readonly flags: ShowFlags;
  readonly printer: DocumentPrinter;
  readonly stop: AbortSignal;
  readonly clock: Clock;
}

const followEveryMs = 300;

export async function showDocuments({ words, flags, printer, stop, clock }: Showing): Promise<void> {
  const filter = readDocumentFilter(words, flags.filter, clock.now());
  const paths = await chooseLocalPaths(flags);
  for (const note of filter.notes) printNote(note);
  const tail = new DocumentTail(paths, printDamage);
  try {
    const shown = flags.all
      ? await print(flags.follow ? tail.more() : readDocuments(paths, printDamage), filter, printer)
      : await printNewest(tail, flags.lines, filter, printer);
    if (shown === 0 && flags.lines > 0) await printNoDocuments(paths, flags);
    while (flags.follow && !stop.aborted) {
      await clock.sleep(followEveryMs, stop).catch(() => undefined);
      await print(tail.more(), filter, printer);
    }
  } finally {
    await tail.close();
  }
}

async function printNewest(
  tail: DocumentTail,
  count: number,
  { accept }: DocumentFilter,
  printer: DocumentPrinter,
): Promise<number> {
  const newest = await tail.newest(count, accept);
  await printer.print(newest);
  return newest.length;
}

const mostAtOnce = 200;

/**
 * Prints documents in small bunches, as the reader takes them, because there may be days of them. Resolves to their
 * number.
 */
async function print(
  documents: AsyncIterable<LocalDocument>,
  { accept }: DocumentFilter,
  printer: DocumentPrinter,
): Promise<number> {
  let bunch: LocalDocument[] = [];
  let count = 0;
  for await (const document of documents) {
    if (printer.gone.aborted) return count;
    if (!accept(document)) continue;
    count += 1;
    bunch.push(document);
    if (bunch.length < mostAtOnce) continue;
    await printer.print(bunch);
    bunch = [];
  }
  await printer.print(bunch);
  return count;
}

async function printNoDocuments(paths: readonly string[], { follow }: ShowFlags): Promise<void> {
  const where = paths.join(' and ');
  const isEmpty = (await listDocumentFiles(paths)).length === 0;
  const what = isEmpty
    ? `There are no documents in ${where} yet; m365 start, or m365 run with an output of type file, writes them.`
    : `No document in ${where} is one of those asked for.`;
  printNote(follow ? `${what} Waiting for some; Ctrl-C ends it.` : what);
}

function printDamage({ path, lines, isUnfinished }: DamagedLines): void {
  if (lines > 0)
    printNote(
      `${path}: ${lines} damaged ${lines === 1 ? 'line is' : 'lines are'} left out; documents that stand whole in ${lines === 1 ? 'it' : 'them'} are not.`,
    );
  if (isUnfinished) printNote(`${path}: the last line is not whole: it is being written, or was torn.`);
}

function printNote(text: string): void {
  process.stderr.write(`${wrap(text, 'm365: ', '      ', process.stderr.columns ?? 100).join('\n')}\n`);
}

function readCount(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 0) throw new InvalidArgumentError('It is a whole number.');
  return count;
}
