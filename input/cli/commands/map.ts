// `m365 map`: raw records on standard input, one document for each non-empty line on standard output, in order.

import type { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Command } from 'commander';
import { loadMapper } from '../../../pipelines/index.ts';
import type { MapContext } from '../../../pipelines/mapper.ts';
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

/** Stops quietly when the reader of `output` has gone, as `head` does. */
export async function mapLines(input: Readable, output: Writable, context: MapContext): Promise<void> {
  const mapper = loadMapper();
  const mapChunk = (lines: readonly string[]): string => {
    let text = '';
    for (const line of lines) if (line.trim() !== '') text += `${mapper.write(mapper.read(line), context)}\n`;
    return text;
  };
  try {
    await pipeline(
      input,
      async function* (chunks: AsyncIterable<Uint8Array | string>) {
        for await (const lines of splitLines(chunks)) {
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

/** Only a line feed ends a line: other line ends that Unicode knows may stand unescaped in JSON text. */
async function* splitLines(chunks: AsyncIterable<Uint8Array | string>): AsyncGenerator<string[]> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of chunks) {
    const text = typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true });
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    yield lines;
  }
  yield [rest + decoder.decode()];
}

function isDiskFull(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOSPC';
}
