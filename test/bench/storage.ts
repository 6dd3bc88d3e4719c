// Measures what a document takes in Elasticsearch and what it costs to ingest: with and without event.original, in the
// default index mode and in logsdb, and which fields take the most, on a real server (ELASTICSEARCH_URL, else one of
// its own where the means to start one lie beside the repository). The table of made-up records goes into the package's
// README.

import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type StorageMeasurement, storageFile } from '../../input/cli/package/readme/readme-parts.ts';
import { contentTypes } from '../../input/emulator/apis/management-activity/content/content-type.ts';
import { generateRecords } from '../../input/emulator/apis/management-activity/records/supply.ts';
import { createWorld } from '../../input/emulator/world/company.ts';
import { guidSeries } from '../../input/emulator/world/random.ts';
import { readPublicRecords } from '../pipelines/samples.ts';
import { bulkBodies, install, listCheckouts, mapBy, thisCheckout } from './checkout.ts';
import { ask, cpuMs, withServer } from './server.ts';

const batch = 500;
const variants = [
  { mode: 'default', original: false },
  { mode: 'default', original: true },
  { mode: 'logsdb', original: false },
  { mode: 'logsdb', original: true },
] as const;

type Variant = (typeof variants)[number];
type StorageRow = StorageMeasurement['rows'][number];

interface MeasuredVariant extends StorageRow {
  /** The fields by their size, the largest first. */
  readonly fields: readonly string[];
}

/**
 * `--count 40000` made-up records, or with `--real` the public ones beside the repository; `--against DIR` measures
 * another checkout's mapper, templates and pipelines beside this one's; `--fields 20` prints so many of the largest.
 */
export function main(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      count: { type: 'string', default: '40000' },
      real: { type: 'boolean', default: false },
      against: { type: 'string' },
      fields: { type: 'string', default: '20' },
    },
  });
  const records = values.real ? readPublicRecords() : makeRecords(Number(values.count));
  const checkouts = listCheckouts(values.against);
  return withServer(async (url) => {
    const rows = await measureAll(url, records, checkouts, Number(values.fields));
    if (!values.real) await writeTable(url, records, rows);
  });
}

/** Prints the rows of this checkout. */
async function measureAll(
  url: string,
  records: readonly string[],
  checkouts: readonly string[],
  shown: number,
): Promise<StorageRow[]> {
  // The first documents pay for compiling pipelines and classes.
  for (const checkout of checkouts) await measure(url, checkout, records.slice(0, 8 * batch), variants[0]);
  const rows: StorageRow[] = [];
  for (const variant of variants) {
    let other: StorageRow | undefined;
    for (const checkout of checkouts) {
      const { fields, ...row } = await measure(url, checkout, records, variant);
      if (checkout !== thisCheckout) {
        other = row;
        continue;
      }
      console.log(describe(row, other));
      if (variant === variants[0]) for (const field of fields.slice(0, shown)) console.log(field);
      rows.push(row);
    }
  }
  return rows;
}

function describe(row: StorageRow, other: StorageRow | undefined): string {
  const { mode, original, bytesPerDocument: bytes, documentsPerCpuSecond: speed } = row;
  const what = `${mode}, event.original ${original ? 'kept' : 'dropped'}: ${bytes} bytes a document`;
  const ratio = other && `, ${(bytes / other.bytesPerDocument).toFixed(3)} of ${other.bytesPerDocument}`;
  return `${what}${ratio ?? ''}; ${speed} documents per CPU-second of the server`;
}

async function writeTable(
  url: string,
  records: readonly string[],
  rows: readonly StorageRow[],
): Promise<void> {
  const server = await ask(url, 'GET', '/');
  const size = Math.round(records.reduce((sum, text) => sum + text.length, 0) / records.length);
  const measurement: StorageMeasurement = {
    server: `Elasticsearch ${server.version.number}`,
    records: `${records.length.toLocaleString('en')} made-up records of ${size.toLocaleString('en')} bytes on average`,
    rows,
  };
  writeFileSync(storageFile(thisCheckout), `${JSON.stringify(measurement, undefined, 2)}\n`);
}

/** The records are of all content types, over one day. */
function makeRecords(count: number): string[] {
  const world = createWorld(guidSeries(7, 'storage')(0), 'contoso.example', 7);
  const day = Date.parse('2026-09-14T00:00:00Z');
  const each = Math.ceil(count / contentTypes.length);
  const records = contentTypes.flatMap((contentType, at) => {
    const supply = generateRecords(world, contentType, at + 1);
    return Array.from({ length: each }, (_, index) => ({
      index,
      text: supply.text(index, day + (index / each) * 86_400_000),
    }));
  });
  return records
    .toSorted((left, right) => left.index - right.index)
    .slice(0, count)
    .map(({ text }) => text);
}

async function measure(
  url: string,
  checkout: string,
  records: readonly string[],
  { mode, original }: Variant,
): Promise<MeasuredVariant> {
  const { stream, drop } = await install(url, checkout, {
    settings: mode === 'logsdb' ? { mode } : {},
    withRaw: false,
  });
  try {
    const documents = mapBy(checkout, records, original);
    const bodies = bulkBodies(documents, batch, identify);
    const before = await cpuMs(url);
    for (const body of bodies) await ask(url, 'POST', `/${stream}/_bulk`, body);
    await ask(url, 'POST', `/${stream}/_refresh`);
    const spent = (await cpuMs(url)) - before;
    await ask(url, 'POST', `/${stream}/_forcemerge?max_num_segments=1`);
    await ask(url, 'POST', `/${stream}/_flush?force=true`);
    const { _all } = await ask(url, 'GET', `/${stream}/_stats/store`);
    const { count } = await ask(url, 'GET', `/${stream}/_count`);
    if (count !== records.length) throw new Error(`${count} of ${records.length} documents are in ${stream}`);
    return {
      mode,
      original,
      bytesPerDocument: Math.round(_all.primaries.store.size_in_bytes / count),
      documentsPerCpuSecond: Math.round(count / (spent / 1000)),
      fields: await listFields(url, stream, count),
    };
  } finally {
    await drop();
  }
}

/** The id is as long as the input makes it: the tenant and the record's own id. */
function identify(document: string): string {
  const { organization, event } = JSON.parse(document);
  return `${organization.id}:${event.id}`;
}

interface FieldUsage {
  readonly total_in_bytes: number;
  readonly stored_fields_in_bytes: number;
  readonly doc_values_in_bytes: number;
  readonly points_in_bytes: number;
  readonly inverted_index: { readonly total_in_bytes: number };
}

async function listFields(url: string, stream: string, count: number): Promise<string[]> {
  const answer = await ask(url, 'POST', `/${stream}/_disk_usage?run_expensive_tasks=true`);
  const [usage] = Object.values<{ fields?: Record<string, FieldUsage> }>(answer).filter(
    (each) => each.fields,
  );
  const fields = Object.entries(usage?.fields ?? {});
  const share = (bytes: number) => (bytes / count).toFixed(1).padStart(6);
  return fields
    .sort(([, left], [, right]) => right.total_in_bytes - left.total_in_bytes)
    .map(([name, used]) => {
      const index = used.inverted_index.total_in_bytes + used.points_in_bytes;
      const parts = `index ${share(index)}, doc values ${share(used.doc_values_in_bytes)}, stored ${share(used.stored_fields_in_bytes)}`;
      return `  ${share(used.total_in_bytes)} bytes: ${parts}  ${name}`;
    });
}
