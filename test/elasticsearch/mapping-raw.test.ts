import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { loadDefinitions, loadMapper } from '../../pipelines/index.ts';
import type { JsonObject } from '../../pipelines/json/json.ts';
import { writeJson } from '../../pipelines/json/json-text.ts';
import { chooseSeed, makeUpRecords } from '../pipelines/made-up.ts';
import { listSamples, readPublicRecords, sampleContext } from '../pipelines/samples.ts';
import { demand, type Prepared, prepare } from './mapping-server.ts';

const mapper = loadMapper();
let prepared: Prepared;

beforeAll(async () => {
  prepared = await prepare(loadDefinitions());
});
afterAll(() => prepared.drop());

/** As other shippers deliver a record; their time is when they fetched it. */
const forms = {
  message: (text: string) => ({ message: text }),
  'event.original': (text: string) => ({ event: { original: text } }),
  o365audit: (text: string) => ({ o365audit: JSON.parse(text) }),
};

async function runPipeline(sources: readonly object[]) {
  const { docs } = await demand('POST', `/_ingest/pipeline/${prepared.rawPipeline}/_simulate`, {
    docs: sources.map((source) => ({
      _source: {
        '@timestamp': sampleContext.fetchedAt,
        organization: { id: sampleContext.tenantId },
        ...source,
      },
    })),
  });
  return docs;
}

/** The input's document, without what the index knows of itself. */
function mapHere(text: string): JsonObject {
  const { data_stream, ...document } = mapper.map(mapper.read(text), sampleContext);
  return document;
}

/** A line for each record that differs, and no more than a few. */
async function findDifferences(texts: readonly string[], form: (text: string) => object): Promise<string[]> {
  const different: string[] = [];
  for (let at = 0; at < texts.length && different.length < 5; at += 200) {
    const batch = texts.slice(at, at + 200);
    const docs = await runPipeline(batch.map(form));
    for (const [i, text] of batch.entries()) {
      const here = writeJson(mapHere(text), true);
      const there = writeJson(docs[i]?.doc?._source, true);
      if (here !== there) different.push(describeDifference(here, there));
    }
  }
  return different.slice(0, 5);
}

function describeDifference(here: string, there: string): string {
  let at = 0;
  while (here[at] === there[at] && at < here.length) at += 1;
  const from = Math.max(0, at - 60);
  return `mapper …${here.slice(from, at + 60)}… pipeline …${there.slice(from, at + 60)}…`;
}

describe.each(Object.entries(forms))(
  'a record in %s comes out of the pipeline as out of the mapper',
  (_, form) => {
    test('for every sample that names its type', async () => {
      const { recordTypeNames } = loadDefinitions();
      const named = listSamples().map(({ text }) => {
        const record: JsonObject = JSON.parse(text);
        return JSON.stringify({ ...record, RecordType: recordTypeNames[String(record.RecordType)] });
      });
      expect(await findDifferences(named, form)).toEqual([]);
    });

    test('for every sample', async () => {
      for (const { text } of listSamples()) {
        const [result] = await runPipeline([form(text)]);
        expect(result?.doc?._source).toEqual(mapHere(text));
      }
    });

    test('for made-up records of every type', async () => {
      const records = makeUpRecords(loadDefinitions(), 10, chooseSeed('made-up records'));
      expect(await findDifferences(records, form)).toEqual([]);
    });

    const records = readPublicRecords();
    (records.length === 0 ? test.skip : test)('for every public record', async () => {
      expect(await findDifferences(records, form)).toEqual([]);
    });
  },
);

describe('the raw-record pipeline', () => {
  test('gives a record the same _id', async () => {
    const [named, nameless] = await runPipeline([
      { message: '{"Id":"1","OrganizationId":"FEED"}' },
      { message: '{"b":[1,{"d":"\\u00e4\\n\\u0001","c":null}],"a":12345678901234567890}' },
    ]);
    expect(named.doc._id).toBe('feed:1');
    expect(nameless.doc._id).toBe(
      mapper.identify(
        mapper.parse('{"a":12345678901234567890,"b":[1,{"c":null,"d":"\\u00e4\\n\\u0001"}]}'),
        'x',
      ).id,
    );
  });

  test.each([
    [
      'a key that comes twice: the last counts',
      '{"Id":"1","Data":"{\\"ts\\":\\"2021-06-15\\",\\"ts\\":\\"2021-06-16\\"}","Id":"2"}',
    ],
    ['numbers that a double cannot hold', '{"Id":"1","Strange":[12345678901234567890,1e400,1E+22,-0,1.5e3]}'],
    [
      'escapes and surrogates',
      '{"Id":"1","Subject":"\\ud83d\\ude00 \\u0000 \\"\\\\\\/ \\b\\f\\n\\r\\t","Strange":{"\\u0000":1}}',
    ],
    [
      'a record that is nothing but blanks',
      '{"Id":" ","Operation":"","Item":{},"Parameters":[null],"ModifiedProperties":[{}]}',
    ],
    ['depth', `{"Id":"1","Strange":${'{"a":'.repeat(40)}[1,{"b":"x"}]${'}'.repeat(40)}}`],
    [
      'types that do not fit',
      '{"OperationCount":"many","UserAgent":{"a":1},"Item":7,"Actor":[[{"ID":5}],"x"],"ExternalAccess":[true,"False"]}',
    ],
    [
      'names without a value',
      '{"RecordType":1,"valueless":"x","Parameters":[{"Name":"ForwardTo","Value":""},{"Name":"Unheard"},{"Name":"WithinSizeRangeMinimum","Value":null},{"Name":"Name","Value":"x"},{"Name":"","Value":""},{"Value":"","Mode":""}],"ExtendedProperties":{"UserAgent":"","RequestType":"x"}}',
    ],
    [
      'statuses, sentences and names with dots',
      '{"RecordType":256,"Operation":" BotCreate ","ResultStatus":"in_Progress","PropertyCollection":[{"Name":"powerplatform.analytics.resource.display_name","Value":"Bot"}]}',
    ],
    [
      'what was read and what was not',
      '{"RecordType":261,"CopilotEventData":{"AccessedResources":[{"Name":"a","Status":"Success","XPIADetected":true},{"Name":"b","Status":"denied"},{"Name":"c"},{"Name":"d","Status":""}],"Messages":[{"JailbreakDetected":true}]}}',
    ],
  ])('reads %s as the mapper does', async (_, text) => {
    const [result] = await runPipeline([{ message: text }]);
    expect(result?.doc?._source).toEqual(mapHere(text));
  });

  test('keeps what is not JSON, and says so', async () => {
    const [result] = await runPipeline([{ message: '{"Id":' }]);
    expect(result.doc._source).toMatchObject({
      event: { kind: 'pipeline_error' },
      error: { message: [expect.stringContaining('tag "read-record"')] },
      message: '{"Id":',
      tags: ['preserve_original_event'],
    });
    expect(result.doc._source).not.toHaveProperty('_m365');
  });

  test('keeps the text where it is asked to', async () => {
    const text = '{"Id": "1"}';
    const [result] = await runPipeline([{ message: text, tags: ['preserve_original_event'] }]);
    expect(result.doc._source.event.original).toBe(text);
  });

  test('leaves what the shipper says of itself', async () => {
    const [result] = await runPipeline([
      { message: '{"Id":"1"}', agent: { type: 'filebeat' }, tags: ['forwarded'] },
    ]);
    expect(result.doc._source).toMatchObject({ agent: { type: 'filebeat' }, tags: ['forwarded'] });
  });
});
