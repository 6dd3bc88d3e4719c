import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import type { Package } from '../../input/cli/package/assemble-package.ts';
import { buildPackage } from '../../input/cli/package/build-package.ts';
import { datasetPackages } from '../../pipelines/datasets.ts';
import { checkDocument, readFieldDefinitions } from './field-checks.ts';

const packages = datasetPackages.map((name) => buildPackage(undefined, name));

/** The data streams that store documents, with their dataset and package. */
const streams = packages.flatMap((made) =>
  [...made.built].flatMap(([path, text]): [string, string, Package][] => {
    const [, stream] = /^data_stream\/([^/]+)\/manifest\.yml$/.exec(path) ?? [];
    if (stream === undefined || stream === 'completeness') return [];
    return [[stream, parse(String(text)).dataset, made]];
  }),
);

function fixturesOf(made: Package, stream: string): [string, { readonly expected: readonly object[] }][] {
  const folder = `data_stream/${stream}/_dev/test/pipeline/`;
  return [...made.source]
    .filter(([path]) => path.startsWith(folder) && path.endsWith('-expected.json'))
    .map(([path, text]) => [path.slice(folder.length), JSON.parse(String(text))]);
}

describe.each(streams)('the data stream %s of %s', (stream, dataset, made) => {
  test('has fixtures of documents that Elastic’s tests of pipelines take', () => {
    const definitions = readFieldDefinitions(made.built, stream);
    const config = parse(
      String(made.source.get(`data_stream/${stream}/_dev/test/pipeline/test-common-config.yml`)),
    );
    const numericKeywords = new Set<string>(config.numeric_keyword_fields ?? []);
    const fixtures = fixturesOf(made, stream);
    expect(fixtures.length).toBeGreaterThan(0);
    for (const [file, { expected }] of fixtures)
      for (const [position, document] of expected.entries())
        expect([
          `${file}[${position}]`,
          checkDocument(document, definitions, { dataset, numericKeywords, checkAddresses: true }),
        ]).toEqual([`${file}[${position}]`, []]);
  });

  test('has a sample event that Elastic’s static tests take', () => {
    const sample = JSON.parse(String(made.built.get(`data_stream/${stream}/sample_event.json`)));
    const checks = { dataset, numericKeywords: 'all', checkAddresses: false } as const;
    expect(checkDocument(sample, readFieldDefinitions(made.built, stream), checks)).toEqual([]);
    expect(
      checkDocument({ ...sample, unheard: { of: 1 } }, readFieldDefinitions(made.built, stream), checks),
    ).toEqual(['unheard.of is not defined']);
  });
});

test('fixtures are of nearly every record type, and show what Elasticsearch looks up', () => {
  const [made] = packages;
  const documents = (made ? fixturesOf(made, 'audit') : []).flatMap(([, { expected }]) =>
    expected.map((each) => Object(each)),
  );
  expect(new Set(documents.map(({ event }) => event.code)).size).toBeGreaterThan(150);
  expect(documents.filter(({ source }) => source?.geo?.city_name === 'London')).toHaveLength(1);
});
