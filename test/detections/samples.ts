// Reads the samples of each rule, `samples/<rule>.json`: records that Microsoft could have sent, which the rule must
// find or must not find.

import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

const folder = join(import.meta.dirname, 'samples');

export interface RawRecord {
  readonly Id: string;
  readonly OrganizationId: string;
  readonly RecordType: number;
  readonly Operation: string;
  readonly [property: string]: unknown;
}

export interface RuleSample {
  /** The difference between the records, in a sentence. */
  readonly about: string;
  readonly match: readonly RawRecord[];
  readonly nearMiss: readonly RawRecord[];
  /** Documents of other products that the rule joins with ours, by field. */
  readonly alongside: readonly Readonly<Record<string, string>>[];
}

/** A record, or several alike with `{n}` counted up in their texts. */
interface Repeated {
  readonly times: number;
  readonly record: RawRecord;
}

type SampleEntry = RawRecord | Repeated;

interface SampleFile {
  readonly about: string;
  readonly match: readonly SampleEntry[];
  readonly nearMiss: readonly SampleEntry[];
  readonly alongside?: RuleSample['alongside'];
}

export function sampleNames(): string[] {
  return globSync('*.json', { cwd: folder })
    .map((file) => basename(file, '.json'))
    .toSorted();
}

export function readSample(name: string): RuleSample | undefined {
  const path = join(folder, `${name}.json`);
  if (!existsSync(path)) return undefined;
  const { about, match, nearMiss, alongside = [] }: SampleFile = JSON.parse(readFileSync(path, 'utf8'));
  return { about, match: match.flatMap(repeat), nearMiss: nearMiss.flatMap(repeat), alongside };
}

function repeat(entry: SampleEntry): RawRecord[] {
  if (!isRepeated(entry)) return [entry];
  const text = JSON.stringify(entry.record);
  return Array.from(
    { length: entry.times },
    (_, i): RawRecord => JSON.parse(text.replaceAll('{n}', String(i + 1).padStart(2, '0'))),
  );
}

const isRepeated = (entry: SampleEntry): entry is Repeated => typeof entry.times === 'number';
