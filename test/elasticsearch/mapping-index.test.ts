import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { loadDefinitions, loadMapper } from '../../pipelines/index.ts';
import { chooseSeed, makeUpRecords } from '../pipelines/made-up.ts';
import { listSamples, readPublicRecords, sampleContext } from '../pipelines/samples.ts';
import { clusterUrl } from './cluster.ts';
import { demand, type Prepared, prepare } from './mapping-server.ts';

const mapper = loadMapper();
let prepared: Prepared;

beforeAll(async () => {
  prepared = await prepare(loadDefinitions());
});
afterAll(() => prepared.drop());

interface BulkItem {
  readonly create: { readonly status: number; readonly error?: unknown };
}

/** Sends documents; returns what was refused. */
async function index(
  documents: readonly { readonly id: string; readonly body: string }[],
): Promise<unknown[]> {
  const refused: unknown[] = [];
  for (let at = 0; at < documents.length; at += 500) {
    const lines = documents
      .slice(at, at + 500)
      .map(
        ({ id, body }) =>
          `${JSON.stringify({ create: { _index: prepared.dataStream, _id: id } })}\n${body}\n`,
      );
    const response = await fetch(`${clusterUrl}/_bulk`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson' },
      body: lines.join(''),
    });
    const reply: { items?: BulkItem[] } = JSON.parse(await response.text());
    const items = reply.items ?? [];
    refused.push(...items.filter(({ create }) => create.status !== 201).map(({ create }) => create.error));
    if (items.length === 0) throw new Error('the bulk request was refused');
  }
  await demand('POST', `/${prepared.dataStream}/_refresh`);
  return refused;
}

const context = () => ({ ...sampleContext, namespace: prepared.dataStream.slice('logs-o365.audit-'.length) });

function toDocument(text: string, id?: string) {
  const record = mapper.read(text);
  return {
    id: id ?? mapper.identify(record, sampleContext.tenantId).id,
    body: mapper.write(record, context()),
  };
}

const search = (body: object) => demand('POST', `/${prepared.dataStream}/_search`, body);

async function expectClean(marker: object): Promise<void> {
  const { aggregations, hits } = await search({
    size: 0,
    track_total_hits: true,
    query: {
      bool: { filter: [marker], should: [{ exists: { field: '_ignored' } }], minimum_should_match: 1 },
    },
    aggs: { fields: { terms: { field: '_ignored', size: 50 } } },
  });
  expect(aggregations.fields.buckets).toEqual([]);
  expect(hits.total.value).toBe(0);
}

describe('under the generated templates', () => {
  const records = readPublicRecords();
  (records.length === 0 ? test.skip : test)(
    'every public record is taken, and no field of it ignored',
    async () => {
      expect(await index(records.map((text) => toDocument(text)))).toEqual([]);
      const { hits } = await search({ size: 0, track_total_hits: true });
      expect(hits.total.value).toBe(records.length);
      await expectClean({ match_all: {} });
    },
  );

  test('ten made-up records of every type are taken, and no field of them ignored', async () => {
    const seed = chooseSeed('made-up records');
    const records = makeUpRecords(loadDefinitions(), 10, seed);
    expect(await index(records.map((text, i) => toDocument(text, `made up ${i}`)))).toEqual([]);
    const { hits } = await search({
      size: 0,
      track_total_hits: true,
      query: { prefix: { 'event.id': 'made up ' } },
    });
    expect(hits.total.value).toBe(records.length);
    await expectClean({ match_all: {} });
  });

  test('every sample is taken, and no field of it ignored', async () => {
    const documents = listSamples().map(({ text, name }) => toDocument(text, `sample ${name}`));
    if (documents.length > 0) expect(await index(documents)).toEqual([]);
    await expectClean({ match_all: {} });
  });

  test('what only the server knows is added: places, networks, user agents, the time', async () => {
    const text = JSON.stringify({
      Id: 'enriched',
      CreationTime: '2021-05-18T21:13:34',
      ClientIP: '81.2.69.142',
      UserAgent: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/91.0.4472.77 Safari/537.36',
    });
    await index([toDocument(text)]);
    const { hits } = await search({ query: { term: { 'event.id': 'enriched' } } });
    expect(hits.hits[0]._source).toMatchObject({
      source: { geo: { city_name: 'London', country_iso_code: 'GB' } },
      client: { geo: { city_name: 'London' } },
      user_agent: { name: 'Chrome', original: expect.stringContaining('Mozilla') },
      event: { kind: 'event', ingested: expect.stringMatching(/^20/) },
    });
  });

  test('a raw record of another shipper is mapped on its way in', async () => {
    const body = JSON.stringify({
      '@timestamp': sampleContext.fetchedAt,
      message: '{"Id":"raw-1","RecordType":15,"Operation":"UserLoggedIn"}',
    });
    await index([{ id: 'any', body }]);
    const { hits } = await search({ query: { term: { 'event.id': 'raw-1' } } });
    expect(hits.hits[0]._source).toMatchObject({
      event: { code: 'AzureActiveDirectoryStsLogon', outcome: 'success' },
      o365: { audit: { RecordType: 15 } },
    });
  });

  test('what is known of one attachment is found together, and by plain queries too', async () => {
    const [name, hash] = ['email.attachments.file.name', 'email.attachments.file.hash.sha256'];
    const attachment = (FileName: string, SHA256: string) => ({ FileName, SHA256 });
    await index([
      toDocument(
        JSON.stringify({
          Id: 'attached',
          CreationTime: '2026-05-18T21:13:34',
          RecordType: 28,
          AttachmentData: [attachment('a.exe', 'AA'), attachment('b.png', 'BB')],
        }),
      ),
    ]);
    const find = async (...filter: object[]) =>
      (await search({ query: { bool: { filter: [{ term: { 'event.id': 'attached' } }, ...filter] } } })).hits
        .total.value;
    const together = (...filter: object[]) => ({
      nested: { path: 'email.attachments', query: { bool: { filter } } },
    });
    const is = (field: string, value: string) => ({ term: { [field]: value } });
    expect(await find(together(is(name, 'a.exe'), is(hash, 'aa')))).toBe(1);
    expect(await find(together(is(name, 'a.exe'), is(hash, 'bb')))).toBe(0);
    expect(await find(is(name, 'a.exe'), is('related.hash', 'bb'))).toBe(1);
  });

  test('an item with more attachments than an index takes is taken all the same', async () => {
    const names = Array.from({ length: 12_000 }, (_, i) => `${i}.txt (${i}b)`);
    const AttachmentData = names.map((FileName) => ({ FileName }));
    const Item = { Attachments: names.join('; ') };
    const common = { CreationTime: '2026-05-18T21:13:34' };
    const documents = [
      { ...common, Id: 'many 28', RecordType: 28, AttachmentData },
      { ...common, Id: 'many 2', RecordType: 2, Item },
    ].map((record) => toDocument(JSON.stringify(record)));
    expect(await index(documents)).toEqual([]);
  });

  test('what the mapper could not read is kept', async () => {
    expect(await index([toDocument('{"Id":')])).toEqual([]);
    const { hits } = await search({ query: { term: { 'event.kind': 'pipeline_error' } } });
    expect(hits.hits[0]._source.error.message[0]).toMatch(/^not JSON/);
  });

  test('a document survives a processor that fails, with the failure told', async () => {
    const name = prepared.rawPipeline.replace(/@.*$/, '@custom');
    await demand('PUT', `/_ingest/pipeline/${name}`, {
      processors: [{ fail: { tag: 'mine', message: 'on purpose' } }],
    });
    try {
      expect(await index([toDocument('{"Id":"hooked","CreationTime":"2021-05-18T21:13:34"}')])).toEqual([]);
      const { hits } = await search({ query: { term: { 'event.id': 'hooked' } } });
      expect(hits.hits[0]._source).toMatchObject({
        event: { kind: 'pipeline_error', ingested: expect.any(String) },
        error: { message: [expect.stringContaining('on purpose')] },
      });
    } finally {
      await demand('DELETE', `/_ingest/pipeline/${name}`);
    }
  });

  test('any JSON in any place of a record is taken', async () => {
    const { properties } = loadDefinitions();
    const bags = ['Parameters', 'ExtendedProperties', 'ModifiedProperties'];
    const pairs = fc.array(
      fc.record(
        {
          Name: fc.oneof(
            fc.string(),
            fc.constantFrom('ForwardTo', 'WithinSizeRangeMinimum', 'Role.DisplayName'),
          ),
          Value: fc.jsonValue(),
          NewValue: fc.jsonValue(),
        },
        { requiredKeys: [] },
      ),
      { maxLength: 5 },
    );
    const name = fc.oneof(
      fc.constantFrom(...Object.keys(properties)),
      fc.constantFrom('other', 'unplaced', 'Item.Subject', '', ' ', '.', 'a..b', '__proto__'),
      fc.string(),
    );
    const record = fc.dictionary(name, fc.jsonValue({ maxDepth: 5 }), { maxKeys: 15 }).chain((fields) =>
      fc.record({
        fields: fc.constant(fields),
        bag: fc.constantFrom(...bags),
        pairs,
        RecordType: fc.integer({ min: 0, max: 480 }),
      }),
    );
    const seed = chooseSeed('any JSON in any place');
    const records = fc.sample(record, { numRuns: 1500, seed });
    const documents = records.map((each, i) =>
      toDocument(
        JSON.stringify({ ...each.fields, [each.bag]: each.pairs, RecordType: each.RecordType }),
        `any ${seed} ${i}`,
      ),
    );
    expect(await index(documents)).toEqual([]);
  });
});
