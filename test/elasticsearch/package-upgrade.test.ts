// Package and program are upgraded one after the other, in either order: what one of them writes the other's version of the
// index takes, and a rollover on the way loses nothing and doubles nothing.

import { randomUUID } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { buildPackage } from '../../input/cli/package/build-package.ts';
import { type Emulator, startEmulator } from '../../input/emulator/index.ts';
import { loadMapper } from '../../pipelines/index.ts';
import { makeWorkplace, runProgram, streamFor, type Workplace } from '../end-to-end/harness.ts';
import { type FleetMapping, mapAsFleet } from '../package/fleet-mapping.ts';
import { listSamples, sampleContext } from '../pipelines/samples.ts';
import { ask, clusterUrl } from './cluster.ts';
import { type FleetInstallation, installAsFleet, readFields, removeAsFleet } from './fleet-install.ts';

const folder = join(import.meta.dirname, 'packages');
const read = (name: string) => JSON.parse(readFileSync(join(folder, name), 'utf8'));
const { built: files } = buildPackage();

/** The fields of a data stream in a version, grouped by what they are and by what they stand below. */
interface FieldGroup {
  readonly is: object;
  readonly names: Readonly<Record<string, string>>;
}

/** The mappings of the version before, by the folder of the data stream. */
function readMappings(version: string): Record<string, Record<string, FleetMapping>> {
  const streams: Record<string, readonly FieldGroup[]> = read(`${version}-fields.json`);
  const fieldsOf = (groups: readonly FieldGroup[]) =>
    groups.flatMap(({ is, names }) =>
      Object.entries(names).flatMap(([above, all]) =>
        all.split(' ').map((name) => ({ name: above === '' ? name : `${above}.${name}`, ...is })),
      ),
    );
  return Object.fromEntries(
    Object.entries(streams).map(([name, groups]) => [name, mapAsFleet(fieldsOf(groups))]),
  );
}

const installed: FleetInstallation[] = [];
afterEach(async () => {
  for (const each of installed.splice(0)) await removeAsFleet(each);
});

async function install(installation: FleetInstallation): Promise<readonly string[]> {
  installed.push(installation);
  return installAsFleet(installation);
}

const newNamespace = () => `up${randomUUID().slice(0, 8)}`;

/** The reasons of those that the index refuses. */
async function store(
  dataStream: string,
  documents: readonly { readonly id: string; readonly document: object }[],
): Promise<string[]> {
  const lines = documents.map(
    ({ id, document }) => `${JSON.stringify({ create: { _id: id } })}\n${JSON.stringify(document)}\n`,
  );
  const response = await fetch(`${clusterUrl}/${dataStream}/_bulk?require_data_stream=true&refresh=true`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
    body: lines.join(''),
  });
  const { items } = Object(await response.json());
  const refused: { create: { error?: { reason: string } } }[] = items;
  return refused.flatMap(({ create }) => create.error?.reason ?? []);
}

const into = (document: object, namespace: string) => ({
  ...document,
  data_stream: { type: 'logs', dataset: 'o365.audit', namespace },
});

/** The package of the version before, as far as it matters to documents of the program. */
function oldPackage(version: string): Pick<FleetInstallation, 'files' | 'version' | 'mappings'> {
  const pipelines: Record<string, Record<string, unknown>> = read(`${version}-pipelines.json`);
  const others = [...files].filter(([path]) => !path.includes('/elasticsearch/ingest_pipeline/'));
  const old = Object.entries(pipelines).flatMap(([stream, named]) =>
    Object.entries(named).map(([name, pipeline]): [string, string] => [
      `data_stream/${stream}/elasticsearch/ingest_pipeline/${name}.yml`,
      // Fleet looks for the names of pipelines in the text.
      JSON.stringify(pipeline)
        .replaceAll('\\"', "'")
        .replaceAll(/IngestPipeline '(\w+)'/g, 'IngestPipeline "$1"'),
    ]),
  );
  return { files: new Map([...others, ...old]), version, mappings: readMappings(version) };
}

interface Stored {
  readonly index: string;
  readonly source: Readonly<Record<string, unknown>>;
}

/** What is stored now, by the name that a document got when it was sent. */
async function readAll(dataStream: string): Promise<Map<string, Stored>> {
  const { body } = await ask('POST', `/${dataStream}/_search`, { size: 5000 });
  const hits: { _id: string; _index: string; _source: Stored['source'] }[] = body.hits.hits;
  return new Map(hits.map(({ _id, _index, _source }) => [_id, { index: _index, source: _source }]));
}

/** As JSON, with keys in order: a pipeline may change that. */
function inOrder(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([one], [another]) => (one < another ? -1 : 1)))
      : inner,
  );
}

/** The leaves of a document that are not in another, as paths. */
function missingIn(document: unknown, other: unknown, path = ''): string[] {
  if (typeof document !== 'object' || document === null || Array.isArray(document))
    return inOrder(document) === inOrder(other) ? [] : [path];
  return Object.entries(document).flatMap(([name, value]) =>
    missingIn(value, Object(other)[name], path === '' ? name : `${path}.${name}`),
  );
}

describe('from 0.1.0', () => {
  const documentsOf = (namespace: string) => {
    const mapper = loadMapper();
    return listSamples().map(({ text, name }) => ({
      id: name,
      document: into(mapper.map(mapper.read(text), sampleContext), namespace),
    }));
  };
  const oldDocumentsOf = (namespace: string) => {
    const documents: object[] = read('0.1.0-documents.json');
    return documents.map((document, index) => ({ id: `old ${index}`, document: into(document, namespace) }));
  };

  /** What a pipeline changes of what the program says, beside what it adds. */
  const changed = new Set(['event.ingested']);
  const expectWhole = (stored: ReadonlyMap<string, Stored>, sent: ReturnType<typeof documentsOf>) => {
    for (const { id, document } of sent) {
      const lost = missingIn(document, stored.get(id)?.source).filter((path) => !changed.has(path));
      expect([id, lost]).toEqual([id, []]);
    }
  };

  test('program first: the old package takes and enriches its documents as the new one does', async () => {
    const [namespace, other] = [newNamespace(), newNamespace()];
    await install({ ...oldPackage('0.1.0'), namespace });
    await install({ files, namespace: other, version: '0.2.0' });
    const documents = documentsOf(namespace);
    expect(documents.length).toBeGreaterThan(200);
    expect(await store(`logs-o365.audit-${namespace}`, documents)).toEqual([]);
    expect(await store(`logs-o365.audit-${other}`, documentsOf(other))).toEqual([]);
    const [byOld, byNew] = [
      await readAll(`logs-o365.audit-${namespace}`),
      await readAll(`logs-o365.audit-${other}`),
    ];
    expect(byOld.size).toBe(documents.length);
    expectWhole(byOld, documents);
    const less = [...byNew].flatMap(([id, { source }]) => missingIn(source, byOld.get(id)?.source));
    const own = new Set(['event.ingested', 'data_stream.namespace']);
    expect([...new Set(less)].filter((path) => !own.has(path))).toEqual(lessEnriched);
  });

  test('then the package: what is there stays, and both are found together', async () => {
    const namespace = newNamespace();
    const dataStream = `logs-o365.audit-${namespace}`;
    await install({ ...oldPackage('0.1.0'), namespace });
    const before = [...oldDocumentsOf(namespace), ...documentsOf(namespace)];
    expect(await store(dataStream, before)).toEqual([]);
    const rolledOver = await install({ files, namespace, version: '0.2.0' });
    const after = documentsOf(namespace).map(({ id, document }) => ({ id: `after ${id}`, document }));
    expect(await store(dataStream, after)).toEqual([]);
    const stored = await readAll(dataStream);
    expect(stored.size).toBe(before.length + after.length);
    expectWhole(stored, [...before, ...after]);
    const indices = new Set([...stored.values()].map(({ index }) => index));
    expect(indices.size).toBe(rolledOver.includes(dataStream) ? 2 : 1);
    const { body } = await ask('POST', `/${dataStream}/_count`, {
      query: { term: { 'event.dataset': 'o365.audit' } },
    });
    expect(body.count).toBe(stored.size);
  });

  test('package first: documents of the old program are taken whole, and enriched as before', async () => {
    const [namespace, other] = [newNamespace(), newNamespace()];
    const dataStream = `logs-o365.audit-${namespace}`;
    const documents = oldDocumentsOf(namespace);
    await install({ ...oldPackage('0.1.0'), namespace: other });
    expect(await store(`logs-o365.audit-${other}`, oldDocumentsOf(other))).toEqual([]);
    await install({ files, namespace, version: '0.2.0' });
    expect(await store(dataStream, documents)).toEqual([]);
    const stored = await readAll(dataStream);
    expect(stored.size).toBe(documents.length);
    expectWhole(stored, documents);
    const before = await readAll(`logs-o365.audit-${other}`);
    const less = [...before].flatMap(([id, { source }]) => missingIn(source, stored.get(id)?.source));
    const own = new Set(['event.ingested', 'data_stream.namespace']);
    expect(less.filter((path) => !own.has(path))).toEqual([]);
  });
});

/** The fields that documents of this program lack in an index of the version before. */
const lessEnriched: readonly string[] = [];

describe('where the type of a field has changed', () => {
  let emulator: Emulator;
  let place: Workplace;
  const namespace = newNamespace();
  const dataStream = `logs-o365.audit-${namespace}`;

  beforeAll(async () => {
    emulator = await startEmulator({
      seed: 13,
      startCooldown: 'off',
      tenants: [{ content: { records: 100, days: 1, recordsPerBlob: 20, ratePerMinute: 0 } }],
    });
    place = await makeWorkplace({
      streams: [streamFor(emulator, 0)],
      output: { type: 'elasticsearch', hosts: [clusterUrl] },
      namespace,
    });
  });

  afterAll(async () => {
    await emulator.close();
    await place.remove();
  });

  const collect = async () => {
    const { code, printed } = await runProgram(['run', '--policy', place.policy, '--once', '--force']);
    expect(code === 0 ? '' : printed).toBe('');
  };

  test('the data stream is rolled over, and every record is there once, also those that are sent again', async () => {
    const earlier = readFields(files, 'audit').map((field: { name: string }) =>
      field.name === 'o365.audit.Operation' ? { ...field, type: 'text' } : field,
    );
    await install({ files, namespace, version: '0.1.0', mappings: { audit: mapAsFleet(earlier) } });
    await collect();
    const rolledOver = await install({ files, namespace, version: '0.2.0' });
    expect(rolledOver).toEqual([dataStream]);
    const contentCreated = new Date(emulator.time.now() - 60_000).toISOString();
    emulator.publish({ contentType: 'Audit.SharePoint', generate: 40, contentCreated });
    // Without its ledger the program sends everything again, and the old documents are in an older backing index.
    rmSync(place.state, { recursive: true });
    await collect();
    await ask('POST', `/${dataStream}/_refresh`);
    const { body } = await ask('POST', `/${dataStream}/_search`, {
      size: 1000,
      _source: ['event.id'],
      fields: ['o365.audit.Operation'],
      query: { exists: { field: 'o365.audit.Operation' } },
    });
    const hits: { _index: string; _source: { event: { id: string } } }[] = body.hits.hits;
    const truth = [...emulator.distinctIds()].map(({ id }) => id).toSorted();
    expect(hits.map(({ _source }) => _source.event.id).toSorted()).toEqual(truth);
    expect(new Set(hits.map(({ _index }) => _index)).size).toBe(2);
  });
});
