// How many records a second of CPU turns into finished lines of JSON: parse, identify, map, serialise.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { recordKey } from '../../pipelines/identity.ts';
import { loadMapper } from '../../pipelines/index.ts';
import type { MapContext } from '../../pipelines/mapper.ts';
import { parseRecord } from '../../pipelines/parse-record.ts';

const realRecords = join(import.meta.dirname, '../../../shared/events/real-audit-records.ndjson');
const context: MapContext = {
  tenantId: '0b1c2d3e-4f50-4617-8291-a2b3c4d5e6f7',
  fetchedAt: '2026-01-01T00:00:00.000Z',
  contentCreated: '2026-01-01T00:00:00.000Z',
};

/** Prints one line a stage. `--seconds 5` sets how long each runs. */
export async function main(args: readonly string[]): Promise<void> {
  if (!existsSync(realRecords)) {
    console.log('mapping: skipped, no real records here');
    return;
  }
  const at = args.indexOf('--seconds');
  const seconds = at < 0 ? 4 : Number(args[at + 1]);
  const lines = readFileSync(realRecords, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
  const mapper = loadMapper();
  measure('parse and serialise only', lines, seconds, (line) => JSON.stringify(JSON.parse(line)));
  measure('parse', lines, seconds, (line) => parseRecord(line).text);
  measure('parse, map', lines, seconds, (line) => mapper.map(parseRecord(line), context)['@timestamp']);
  measure('parse, map, serialise', lines, seconds, (line) =>
    JSON.stringify(mapper.map(parseRecord(line), context)),
  );
  measure('parse, identify, map, serialise', lines, seconds, (line) => {
    const record = parseRecord(line);
    return recordKey(record, context.tenantId).id + JSON.stringify(mapper.map(record, context));
  });
}

function measure(
  name: string,
  lines: readonly string[],
  seconds: number,
  work: (line: string) => string,
): void {
  for (let round = 0; round < 3; round += 1) for (const line of lines) work(line);
  const start = process.cpuUsage();
  const end = performance.now() + seconds * 1000;
  let count = 0;
  let characters = 0;
  while (performance.now() < end) {
    for (const line of lines) characters += work(line).length;
    count += lines.length;
  }
  const { user, system } = process.cpuUsage(start);
  const rate = Math.round(count / ((user + system) / 1e6));
  console.log(
    `${name.padEnd(34)} ${rate.toLocaleString('en')} records per CPU-second, ${Math.round(characters / count)} characters each`,
  );
}
