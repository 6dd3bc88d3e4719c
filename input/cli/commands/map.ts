// `m365 map`: raw records on standard input, one document for each non-empty line on standard output, in order.

import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { Command } from 'commander';
import { loadMapper } from '../../../pipelines/index.ts';
import type { MapContext } from '../../../pipelines/mapper.ts';
import { parseRecord } from '../../../pipelines/parse-record.ts';

interface MapOptions {
  readonly tenant: string;
  readonly preserveOriginal?: boolean;
}

export function mapCommand(): Command {
  return new Command('map')
    .description('turn raw audit records (one JSON object a line) into ECS documents')
    .option('--tenant <id>', 'tenant of records that do not name their own', 'unknown')
    .option('--preserve-original', 'keep each record as event.original')
    .addHelpText('after', '\nExample:\n  m365 map < records.ndjson > documents.ndjson\n')
    .action((options: MapOptions) => mapLines(process.stdin, process.stdout, contextOf(options)));
}

function contextOf({ tenant, preserveOriginal }: MapOptions): MapContext {
  return { tenantId: tenant, fetchedAt: new Date().toISOString(), preserveOriginal };
}

/** Stops quietly when the reader of `output` has gone, as `head` does. */
export async function mapLines(input: Readable, output: Writable, context: MapContext): Promise<void> {
  const mapper = loadMapper();
  let readerGone = false;
  output.once('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    readerGone = true;
    input.destroy();
  });
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (line.trim() === '') continue;
    const document = mapper.map(parseRecord(line), context);
    if (!output.write(`${JSON.stringify(document)}\n`) && !readerGone)
      await Promise.race([once(output, 'drain'), once(output, 'error')]);
    if (readerGone) return;
  }
}
