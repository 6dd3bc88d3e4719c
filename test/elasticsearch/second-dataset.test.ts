// The datasets beside the audit log, and those that exist in tests alone, on a real server: their pipelines come to
// what the mapper comes to, and their templates take the documents.

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type DatasetName, datasetNames, mainDataset } from '../../pipelines/datasets.ts';
import type { Definitions } from '../../pipelines/definitions.ts';
import { loadDefinitions } from '../../pipelines/index.ts';
import type { JsonObject } from '../../pipelines/json/json.ts';
import { compileMapper, type Mapper } from '../../pipelines/mapper.ts';
import { context, doors, incidents, readTestDataset } from '../datasets/datasets.ts';
import { listSamples } from '../pipelines/samples.ts';
import { ask } from './cluster.ts';
import { demand, type Prepared, prepare } from './mapping-server.ts';

/** A search of each dataset for what is deep inside of its records, and the number of samples that it finds. */
const searches: readonly (readonly [DatasetName, object, number])[] = [
  ['m365.service_health', { 'm365.service_health.posts.post_type': 'quick' }, 1],
  [
    'azure.auditlogs',
    { 'azure.auditlogs.properties.target_resources.0.modified_properties.24.display_name': 'Property26' },
    1,
  ],
  ['azure.signinlogs', { 'azure.signinlogs.properties.authentication_details.succeeded': false }, 1],
  [
    'azure.provisioning',
    {
      'azure.provisioning.properties.target_system.details.dervice_principal_display_name':
        'Contoso Expenses',
    },
    8,
  ],
  ['azure.identity_protection', { 'azure.identityprotection.properties.location.city': 'Oslo' }, 5],
  ['m365_defender.alert', { 'm365_defender.alert.evidence.parent_process.image_file.name': 'cmd.exe' }, 2],
  ['m365_defender.incident', { 'm365_defender.incident.alert.evidence.process.id': 8224 }, 3],
  [
    'microsoft_exchange_online_message_trace.log',
    { 'microsoft.online_message_trace.FromIP': '203.0.113.0/24' },
    5,
  ],
];

const others = searches.map(([name, search, found]) => {
  const records = listSamples(name).map((sample) => [sample.name, JSON.parse(sample.text)]);
  return [name, loadDefinitions(name), Object.fromEntries(records), search, found] as const;
});

test('every dataset beside the audit log is tried', () => {
  expect([mainDataset, ...searches.map(([name]) => name)]).toEqual(datasetNames);
});

describe.each([
  [
    'incidents',
    readTestDataset('incidents'),
    incidents,
    { 'test.incidents.properties.details.ip_address': '203.0.113.7' },
    2,
  ],
  ['doors', readTestDataset('doors'), doors, { 'house.doors.Door': 'north' }, 2],
  ...others,
] as const)(
  'the %s',
  (_, definitions: Definitions, given: Readonly<Record<string, object>>, sought, found) => {
    const mapper: Mapper = compileMapper(definitions);
    const records = Object.entries(given);
    let prepared: Prepared;
    beforeAll(async () => {
      prepared = await prepare(definitions);
    });
    afterAll(() => prepared.drop());

    /** As other shippers deliver a record; their time is when they fetched it. */
    const sourceOf = (form: object) => ({
      '@timestamp': context.fetchedAt,
      organization: { id: context.tenantId },
      ...form,
    });

    async function simulate(form: object): Promise<{ _id: string; _source: JsonObject }> {
      const path = `/_ingest/pipeline/${prepared.rawPipeline}/_simulate`;
      const { docs } = await demand('POST', path, { docs: [{ _source: sourceOf(form) }] });
      return docs[0].doc;
    }

    test.each(records)('record %s comes out of the pipeline as out of the mapper', async (_name, given) => {
      const text = JSON.stringify(given);
      const record = mapper.read(text);
      const { data_stream, ...document } = mapper.map(record, context);
      const { rawField } = definitions.dataset;
      for (const form of [{ message: text }, { event: { original: text } }, { [rawField]: given }]) {
        const { _id, _source } = await simulate(form);
        expect(_source).toEqual(document);
        expect(_id).toBe(mapper.identify(record, context.tenantId).id);
      }
    });

    test('are taken by their data stream, as documents and as raw records, once', async () => {
      const namespace = prepared.dataStream.slice(`logs-${definitions.dataset.name}-`.length);
      for (const [, record] of records) {
        const text = JSON.stringify(record);
        const read = mapper.read(text);
        const { id } = mapper.identify(read, context.tenantId);
        const body = JSON.parse(mapper.write(read, { ...context, namespace }));
        const created = await create(prepared.dataStream, id, body);
        const again = await create(prepared.dataStream, undefined, sourceOf({ message: text }));
        expect([201, 409]).toContain(created);
        expect(again).toBe(409);
      }
      await demand('POST', `/${prepared.dataStream}/_refresh`);
      const { hits } = await demand('POST', `/${prepared.dataStream}/_search`, {
        query: { term: sought },
      });
      expect(hits.total.value).toBe(found);
    });
  },
);

/** Without an id, that of the pipeline. */
async function create(dataStream: string, id: string | undefined, body: object): Promise<number> {
  const path = id === undefined ? `/${dataStream}/_doc` : `/${dataStream}/_create/${encodeURIComponent(id)}`;
  return (await ask('POST', path, body)).status;
}
