// Reads the column AuditData of a CSV export: of the audit search in the portal, or of Search-UnifiedAuditLog with
// Export-Csv, which writes a line with the type first and, with -UseCulture, semicolons.

import { pipeline, Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { OperatorError } from '../../contract/errors.ts';

const delimiters = [',', ';', '\t', '|'];

/** Lines may stand before the names of the columns: the type of Windows PowerShell, the delimiter of Excel. */
const preamble = /^(?:(?:#TYPE|sep=)[^\n]*\n)*/i;

export interface CsvFormat {
  readonly delimiter: string;
  /** The index of the column that holds the record. */
  readonly column: number;
  /** The number of lines before the names of the columns. */
  readonly preambleLines: number;
}

/** Returns undefined where the beginning of a text is not that of a CSV export with records in it. */
export function findCsvFormat(head: string): CsvFormat | undefined {
  const [before = ''] = preamble.exec(head) ?? [];
  const [names = ''] = head.slice(before.length).split('\n', 1);
  for (const delimiter of delimiters) {
    const column = names.split(delimiter).findIndex((name) => /^\s*"?auditdata"?\s*$/i.test(name));
    if (column >= 0) return { delimiter, column, preambleLines: before.split('\n').length - 1 };
  }
  return undefined;
}

/** Yields the text in the column of each row; an empty text for a row that has no such column. */
export async function* readCsvRecords(
  chunks: AsyncIterable<Buffer>,
  { delimiter, column, preambleLines }: CsvFormat,
): AsyncGenerator<string[]> {
  const parser = parse({
    delimiter,
    from_line: preambleLines + 2,
    record_delimiter: ['\r\n', '\n'],
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
  });
  // An error of the input or of the parser is thrown where the rows are read.
  const rows: AsyncIterable<string[]> = pipeline(Readable.from(chunks), parser, () => undefined);
  try {
    for await (const row of rows) yield [row[column] ?? ''];
  } catch (error) {
    throw error instanceof CsvError ? damagedCsv(error) : error;
  }
}

function damagedCsv(cause: CsvError): OperatorError {
  return new OperatorError({
    code: 'csv-damaged',
    message: `Standard input is no whole CSV: in line ${String(cause.lines ?? '?')} ${cause.code}.`,
    advice: 'What stands before it was mapped. Export it again, as CSV or as JSON.',
    retry: { kind: 'never' },
    cause,
  });
}
