// What a document takes in Elasticsearch and what it costs to ingest: with and without event.original, in the default
// index mode and in logsdb, on a real server (ELASTICSEARCH_URL, else one of its own where the means to start one lie
// beside the repository). Arguments: how many records. The table goes into the package's README.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { templatesOf } from '../../input/cli/artefacts.ts';
import { type StorageMeasurement, storageFile } from '../../input/cli/package/readme-parts.ts';
import { contentTypes } from '../../input/emulator/options.ts';
import { guidSeries } from '../../input/emulator/random.ts';
import { generateRecords } from '../../input/emulator/records/supply.ts';
import { createWorld } from '../../input/emulator/records/world.ts';
import { loadDefinitions, loadMapper } from '../../pipelines/index.ts';
import { buildEnrichmentPipeline } from '../../pipelines/ingest/enrichment-pipeline.ts';
import { ask, cpuMs, withServer } from './server.ts';

const root = join(import.meta.dirname, '..', '..');
const batch = 1000;
const variants = [
  { mode: 'default', original: false },
  { mode: 'default', original: true },
  { mode: 'logsdb', original: false },
  { mode: 'logsdb', original: true },
] as const;

type Variant = (typeof variants)[number];
type Row = StorageMeasurement['rows'][number];

export function main([count = '40000']: readonly string[]): Promise<void> {
  return withServer((url) => measureAll(url, Number(count)));
}

async function measureAll(url: string, count: number): Promise<void> {
  const server = await ask(url, 'GET', '/');
  const records = makeRecords(count);
  // The first documents pay for compiling pipelines and classes.
  await measure(url, records.slice(0, 4 * batch), variants[0]);
  const rows: Row[] = [];
  for (const variant of variants) {
    const row = await measure(url, records, variant);
    rows.push(row);
    const { bytesPerDocument: bytes, documentsPerCpuSecond: speed } = row;
    const what = `${variant.mode}, event.original ${variant.original ? 'kept' : 'dropped'}`;
    console.log(`${what}: ${bytes} bytes a document, ${speed} documents per CPU-second of the server`);
  }
  const size = Math.round(records.reduce((sum, text) => sum + text.length, 0) / count);
  const measurement: StorageMeasurement = {
    server: `Elasticsearch ${server.version.number}`,
    records: `${count.toLocaleString('en')} made-up records of ${size.toLocaleString('en')} bytes on average`,
    rows,
  };
  writeFileSync(storageFile(root), `${JSON.stringify(measurement, undefined, 2)}\n`);
}

/** Of all content types, over one day. */
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

async function measure(url: string, records: readonly string[], { mode, original }: Variant): Promise<Row> {
  const stream = `logs-o365.audit-bench${mode}${original}`;
  const pipeline = 'm365-bench-storage';
  await ask(url, 'PUT', `/_ingest/pipeline/${pipeline}`, buildEnrichmentPipeline({ withHooks: false }).body);
  await putTemplate(url, stream, mode, pipeline);
  try {
    const bodies = bulkBodies(records, original);
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
    };
  } finally {
    await ask(url, 'DELETE', `/_data_stream/${stream}`);
    await ask(url, 'DELETE', `/_index_template/${stream}`);
    await ask(url, 'DELETE', `/_component_template/${stream}`);
    await ask(url, 'DELETE', `/_ingest/pipeline/${pipeline}`);
  }
}

/** The templates of the project, for this stream alone. */
async function putTemplate(url: string, stream: string, mode: string, pipeline: string): Promise<void> {
  const [component] = templatesOf(loadDefinitions());
  await ask(url, 'PUT', `/_component_template/${stream}`, component?.body);
  await ask(url, 'PUT', `/_index_template/${stream}`, {
    index_patterns: [stream],
    priority: 10_000,
    data_stream: {},
    composed_of: [stream],
    template: {
      settings: {
        number_of_replicas: 0,
        refresh_interval: '30s',
        default_pipeline: pipeline,
        ...(mode === 'logsdb' && { mode }),
      },
    },
  });
}

function bulkBodies(records: readonly string[], preserveOriginal: boolean): string[] {
  const mapper = loadMapper();
  const context = {
    tenantId: '0b1c2d3e-4f50-4617-8291-a2b3c4d5e6f7',
    tenantName: 'Contoso',
    fetchedAt: '2026-09-15T00:00:00.000Z',
    tags: ['forwarded', 'm365'],
    preserveOriginal,
  };
  const lines = records.map(
    (text, index) =>
      `{"create":{"_id":"${context.tenantId}:${index}"}}\n${JSON.stringify(mapper.map(mapper.read(text), context))}\n`,
  );
  return Array.from({ length: Math.ceil(lines.length / batch) }, (_, at) =>
    lines.slice(at * batch, (at + 1) * batch).join(''),
  );
}
