import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { buildPackage } from '../../input/cli/package/build-package.ts';
import { datasetPackages } from '../../pipelines/datasets.ts';
import { ask } from './cluster.ts';

const mark = `m365test-${randomUUID().slice(0, 8)}`;
/** The files of all packages: no two have a data stream of one name with pipelines. */
const source = new Map(datasetPackages.flatMap((name) => [...buildPackage(undefined, name).source]));

/** Under the names that Fleet, and Elastic's tool for tests, would give them: with a version in it. */
const nameOf = (stream: string, pipeline: string): string => `${mark}-${stream}-0.1.0-${pipeline}`;

const pipelines = [...source].flatMap(([path, text]) => {
  const [, stream, pipeline] =
    /^data_stream\/(\w+)\/elasticsearch\/ingest_pipeline\/([\w-]+)\.yml$/.exec(path) ?? [];
  if (stream === undefined || pipeline === undefined) return [];
  const resolved = String(text).replaceAll(/\{\{ IngestPipeline "([^"]+)" \}\}/g, (_, called) =>
    nameOf(stream, called),
  );
  return [{ name: nameOf(stream, pipeline), body: parse(resolved, { version: '1.1' }) }];
});

beforeAll(async () => {
  for (const { name, body } of pipelines) {
    const reply = await ask('PUT', `/_ingest/pipeline/${name}`, body);
    expect([name, reply.body.error]).toEqual([name, undefined]);
  }
});

afterAll(async () => {
  for (const { name } of pipelines) await ask('DELETE', `/_ingest/pipeline/${name}`);
});

const tests = [...source.keys()].filter((path) => /\/_dev\/test\/pipeline\/test-[^/]+\.json$/.test(path));

test('every data stream with pipelines has a test of them', () => {
  const tested = tests.filter((path) => !path.endsWith('-expected.json')).map((path) => path.split('/')[1]);
  const all = [...source.keys()].flatMap(
    (path) => /^data_stream\/(\w+)\/elasticsearch\/ingest_pipeline\//.exec(path)?.[1] ?? [],
  );
  expect(new Set(tested)).toEqual(new Set(all));
  expect(tested).toEqual(expect.arrayContaining(['audit', 'collection', 'signinlogs']));
});

test.each(tests.filter((path) => !path.endsWith('-expected.json')))(
  '%s gives what is expected of it',
  async (path) => {
    const stream = path.split('/')[1] ?? '';
    const { events } = JSON.parse(String(source.get(path)));
    const { expected } = JSON.parse(String(source.get(`${path}-expected.json`)));
    const reply = await ask('POST', `/_ingest/pipeline/${nameOf(stream, 'default')}/_simulate`, {
      docs: events.map((event: object) => ({ _index: `logs-${stream}-default`, _source: event })),
    });
    const documents = reply.body.docs.map(({ doc }: { doc: { _source: object } }) => Object(doc?._source));
    for (const [position, document] of documents.entries()) {
      expect(Date.parse(document.event.ingested)).toBeGreaterThan(Date.now() - 600_000);
      expect(withoutTime(document)).toEqual(withoutTime(expected[position]));
    }
    expect(documents).toHaveLength(expected.length);
  },
);

// biome-ignore lint/suspicious/noExplicitAny: documents of every shape
function withoutTime(document: any): object {
  const { ingested: _, ...event } = document.event;
  return { ...document, event };
}
