// Reads the texts of records from an input, in whatever form people have them: a record a line, a content blob, JSON
// laid out over many lines, a CSV export.

import { linesOfChunks } from '../../files/split-lines.ts';
import { splitValues } from '../../json-stream/split-values.ts';
import { type CsvFormat, findCsvFormat, readCsvRecords } from './csv-rows.ts';
import { decodeToUtf8 } from './decode.ts';

type InputFormat = 'lines' | 'values' | CsvFormat;

/** No export writes more than this before its first record. */
const headBytes = 64 * 1024;

/**
 * Yields texts as they come, several at a time; a text that is not a record is yielded as it stands. Blank ones are
 * left out.
 */
export async function* readRecordTexts(
  input: AsyncIterable<Uint8Array | string>,
): AsyncGenerator<readonly string[]> {
  const chunks = decodeToUtf8(input);
  const head = await readHead(chunks);
  const all = prepend(head, chunks);
  const form = findFormat(head.toString('utf8', 0, headBytes));
  if (form === 'lines') yield* readLines(all);
  else yield* form === 'values' ? splitValues(all) : readCsvRecords(all, form);
}

/**
 * A list is cut into its items wherever they stand. JSON that people laid out has a first line that goes on in the
 * next; any other first line is a record, or a damaged one, and the lines behind it are whole all the same.
 */
function findFormat(head: string): InputFormat {
  const [first = ''] = head.trimStart().split('\n', 1);
  const line = first.trim();
  if (line.startsWith('[')) return 'values';
  if (line.startsWith('{')) return /[,{[]$/.test(line) ? 'values' : 'lines';
  return findCsvFormat(head.trimStart()) ?? 'lines';
}

/** Reads at least the first line that is not blank, where it is no longer than a head. */
async function readHead(chunks: AsyncGenerator<Buffer>): Promise<Buffer> {
  let head = Buffer.alloc(0);
  while (head.length < headBytes && !/\S.*\n/.test(head.toString('latin1'))) {
    const { value, done } = await chunks.next();
    if (done) break;
    head = Buffer.concat([head, value]);
  }
  return head;
}

async function* prepend(head: Buffer, chunks: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  yield head;
  yield* chunks;
}

/** A line feed alone ends a line: other line ends that Unicode knows may stand unescaped in JSON text. */
async function* readLines(chunks: AsyncIterable<Buffer>): AsyncGenerator<string[]> {
  for await (const lines of linesOfChunks(endLastLine(chunks)))
    yield lines.map((line) => line.toString()).filter((line) => line.trim() !== '');
}

/** The last line may lack its line feed. */
async function* endLastLine(chunks: AsyncIterable<Buffer>): AsyncGenerator<Uint8Array> {
  yield* chunks;
  yield Buffer.from('\n');
}
