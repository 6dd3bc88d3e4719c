// The texts of records on an input, in whatever form people have them: a record a line, a content blob, JSON laid out
// over many lines, a CSV export.

import { linesOfChunks } from '../../files/split-lines.ts';
import { splitValues } from '../../json-stream/split-values.ts';
import { type CsvForm, findCsvForm, readCsvRecords } from './csv-rows.ts';
import { decodeToUtf8 } from './decode.ts';

type InputForm = 'lines' | 'values' | CsvForm;

/** More than any export writes before its first record. */
const headBytes = 64 * 1024;

/** Texts as they come, several at a time; one that is not a record comes as it stands. Blank ones are left out. */
export async function* readRecordTexts(
  input: AsyncIterable<Uint8Array | string>,
): AsyncGenerator<readonly string[]> {
  const chunks = decodeToUtf8(input);
  const head = await readHead(chunks);
  const all = prepend(head, chunks);
  const form = findForm(head.toString('utf8', 0, headBytes));
  if (form === 'lines') yield* readLines(all);
  else yield* form === 'values' ? splitValues(all) : readCsvRecords(all, form);
}

/**
 * A list is cut into its items wherever they stand. A first line that goes on in the next is of JSON laid out for people;
 * any other is a record, or a damaged one: the lines behind it are whole all the same.
 */
function findForm(head: string): InputForm {
  const [first = ''] = head.trimStart().split('\n', 1);
  const line = first.trim();
  if (line.startsWith('[')) return 'values';
  if (line.startsWith('{')) return /[,{[]$/.test(line) ? 'values' : 'lines';
  return findCsvForm(head.trimStart()) ?? 'lines';
}

/** At least the first line that is not blank, where it is no longer than a head. */
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

/** Only a line feed ends a line: other line ends that Unicode knows may stand unescaped in JSON text. */
async function* readLines(chunks: AsyncIterable<Buffer>): AsyncGenerator<string[]> {
  for await (const lines of linesOfChunks(endLastLine(chunks)))
    yield lines.map((line) => line.toString()).filter((line) => line.trim() !== '');
}

/** Its last line may do without a line feed. */
async function* endLastLine(chunks: AsyncIterable<Buffer>): AsyncGenerator<Uint8Array> {
  yield* chunks;
  yield Buffer.from('\n');
}
