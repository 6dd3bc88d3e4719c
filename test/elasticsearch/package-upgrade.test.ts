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
async function store(dataStream: string, documents: readonly object[]): Promise<string[]> {
  const lines = documents.map((document) => `{"create":{}}\n${JSON.stringify(document)}\n`);
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

describe('from 0.1.0', () => {
  const oldMappings = () => readMappings('0.1.0');

  test('program first: its documents are taken by the index of the old package', async () => {
    const namespace = newNamespace();
    await install({ files, namespace, version: '0.1.0', mappings: oldMappings() });
    const mapper = loadMapper();
    const documents = listSamples().map(({ text }) =>
      into(mapper.map(mapper.read(text), sampleContext), namespace),
    );
    expect(documents.length).toBeGreaterThan(200);
    expect(await store(`logs-o365.audit-${namespace}`, documents)).toEqual([]);
  });

  test('package first: documents of the old program are taken by the new index, beside the old', async () => {
    const namespace = newNamespace();
    const dataStream = `logs-o365.audit-${namespace}`;
    const documents: object[] = read('0.1.0-documents.json');
    const old = documents.map((document) => into(document, namespace));
    await install({ files, namespace, version: '0.1.0', mappings: oldMappings() });
    expect(await store(dataStream, old)).toEqual([]);
    await install({ files, namespace, version: '0.2.0' });
    expect(await store(dataStream, old)).toEqual([]);
    const { body } = await ask('POST', `/${dataStream}/_count`, {
      query: { term: { 'event.dataset': 'o365.audit' } },
    });
    expect(body.count).toBe(2 * old.length);
  });
});

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
