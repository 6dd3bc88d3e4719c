// `m365 map`: raw records on standard input, one document for each non-empty line on standard output, in order.

import type { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Command } from 'commander';
import { loadMapper } from '../../../pipelines/index.ts';
import type { MapContext } from '../../../pipelines/mapper.ts';
import { linesOfChunks } from '../../delivery/split-lines.ts';
import { isReaderGone, unwritableOutput } from '../standard-streams.ts';

interface MapOptions {
  readonly tenant: string;
  readonly preserveOriginal?: boolean;
}

const teaching = `
What is not JSON becomes a document with event.kind pipeline_error, so that
every line in has its line out.

Examples:
  m365 map < records.ndjson > documents.ndjson
  jq -c .AuditData search.json | m365 map --tenant contoso.onmicrosoft.com

Exit codes: 0 every line has its line, 1 something could not be read or written,
2 usage.`;

export function mapCommand(): Command {
  return new Command('map')
    .summary('turn raw audit records into documents')
    .description('Turns raw audit records, one JSON object a line, into ECS documents, one a line.')
    .option('--tenant <id>', 'tenant of records that name none', '')
    .option('--preserve-original', 'keep each record as event.original')
    .addHelpText('after', teaching)
    .action((options: MapOptions) => mapLines(process.stdin, process.stdout, contextOf(options)));
}

function contextOf({ tenant, preserveOriginal }: MapOptions): MapContext {
  return { tenantId: tenant, fetchedAt: new Date().toISOString(), preserveOriginal };
}

const byteOrderMark = Buffer.from('\ufeff');

/** Stops quietly when the reader of `output` has gone, as `head` does. */
export async function mapLines(input: Readable, output: Writable, context: MapContext): Promise<void> {
  const mapper = loadMapper();
  // Only a line feed ends a line: other line ends that Unicode knows may stand unescaped in JSON text.
  const mapChunk = (lines: readonly Buffer[]): string => {
    let text = '';
    for (const bytes of lines) {
      const marked = bytes[0] === byteOrderMark[0] && bytes.indexOf(byteOrderMark) === 0;
      const line = bytes.toString('utf8', marked ? byteOrderMark.length : 0);
      if (line.trim() !== '') text += `${mapper.write(mapper.read(line), context)}\n`;
    }
    return text;
  };
  try {
    await pipeline(
      input,
      async function* (chunks: AsyncIterable<Uint8Array | string>) {
        for await (const lines of linesOfChunks(endLastLine(chunks))) {
          const text = mapChunk(lines);
          if (text !== '') yield text;
        }
      },
      output,
      { end: false },
    );
  } catch (error) {
    if (!isReaderGone(error)) throw isDiskFull(error) ? unwritableOutput(error) : error;
  }
}

/** Its last line may do without a line feed. */
async function* endLastLine(chunks: AsyncIterable<Uint8Array | string>): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
  yield Buffer.from('\n');
}

function isDiskFull(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOSPC';
}
