// Measures how many records a second of CPU turns into finished lines of JSON: read, identify, map, write. Records that
// repeat flatter every cache of values: a file of distinct ones is the honest measure.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { loadMapper } from '../../pipelines/index.ts';
import type { MapContext } from '../../pipelines/mapper.ts';

const realRecords = join(import.meta.dirname, '../../../shared/events/real-audit-records.ndjson');
const context: MapContext = {
  tenantId: '0b1c2d3e-4f50-4617-8291-a2b3c4d5e6f7',
  fetchedAt: '2026-01-01T00:00:00.000Z',
  contentCreated: '2026-01-01T00:00:00.000Z',
};

/** Prints one line a stage. `--seconds 5` sets how long each runs, `--file FILE` which records, one a line. */
export async function main(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { seconds: { type: 'string', default: '4' }, file: { type: 'string', default: realRecords } },
  });
  if (!existsSync(values.file)) {
    console.log(`mapping: skipped, there is no ${values.file}`);
    return;
  }
  const seconds = Number(values.seconds);
  const lines = readLines(values.file);
  console.log(`${lines.length.toLocaleString('en')} records of ${values.file}`);
  const mapper = loadMapper();
  const stages: Stage[] = [
    { name: 'parse and serialise only', work: (line) => JSON.stringify(JSON.parse(line)) },
    { name: 'parse only', work: (line) => mapper.parse(line).text },
    { name: 'read: what is kept, by type', work: (line) => mapper.read(line).kept },
    { name: 'read, map and write', work: (line) => mapper.write(mapper.read(line), context) },
    {
      name: 'the same with identity',
      work: (line) => {
        const record = mapper.read(line);
        return mapper.identify(record, context.tenantId).id + mapper.write(record, context);
      },
    },
  ];
  report(measure(stages, lines, seconds), lines.length);
}

/** Each line decoded by itself, as records arrive: a slice of one large string is slower to read. */
function readLines(file: string): string[] {
  const bytes = readFileSync(file);
  const lines: string[] = [];
  for (let from = 0; from < bytes.length; ) {
    const end = bytes.indexOf(10, from);
    const to = end < 0 ? bytes.length : end;
    if (to > from) lines.push(bytes.toString('utf8', from, to));
    from = to + 1;
  }
  return lines;
}

interface Stage {
  readonly name: string;
  readonly work: (line: string) => string;
}

interface MeasuredStage extends Stage {
  /** CPU microseconds of each pass over all lines. */
  readonly passes: number[];
  characters: number;
}

/** Stages take turns, so that a busy machine slows all of them alike. */
function measure(stages: readonly Stage[], lines: readonly string[], seconds: number): MeasuredStage[] {
  const measured: MeasuredStage[] = stages.map((stage) => ({ ...stage, passes: [], characters: 0 }));
  for (let round = 0; round < 3; round += 1) for (const stage of measured) runPass(stage, lines);
  for (const stage of measured) stage.passes.length = 0;
  const end = performance.now() + seconds * stages.length * 1000;
  while (performance.now() < end) for (const stage of measured) runPass(stage, lines);
  return measured;
}

function runPass(stage: MeasuredStage, lines: readonly string[]): void {
  const start = process.cpuUsage();
  let characters = 0;
  for (const line of lines) characters += stage.work(line).length;
  const { user, system } = process.cpuUsage(start);
  stage.passes.push(user + system);
  stage.characters = characters;
}

function report(measured: readonly MeasuredStage[], records: number): void {
  const [baseline] = measured;
  for (const { name, passes, characters } of measured) {
    const [typical, best] = [quantile(passes, 0.5), quantile(passes, 0.1)];
    const share = quantile(baseline?.passes ?? [], 0.5) / typical;
    const rate = (microseconds: number) => Math.round((records * 1e6) / microseconds).toLocaleString('en');
    console.log(
      `${name.padEnd(32)} ${rate(typical).padStart(8)} records per CPU-second (best tenth ${rate(best)}), ${share.toFixed(2)} of parsing and serialising, ${Math.round(characters / records)} characters each`,
    );
  }
}

function quantile(values: readonly number[], at: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length * at)] ?? Number.NaN;
}
