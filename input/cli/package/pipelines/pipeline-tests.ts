// Writes fixtures for `elastic-package test pipeline`: events as they come to a pipeline, and the documents that they
// become. The sample event of the audit records alone shows the result with the databases of Elastic's tests.

import { mainDataset } from '../../../../pipelines/datasets.ts';
import type { Definitions } from '../../../../pipelines/definitions.ts';
import { listDocumentFields } from '../../../../pipelines/document-fields.ts';
import { isObject, type JsonObject } from '../../../../pipelines/json/json.ts';
import { collectionDataset } from '../../../settings/policy/read-completeness.ts';
import { toJson, toYaml } from '../package-files.ts';
import { listFixtureEvents } from '../sample/fixture-events.ts';
import { auditSample, collectionSample, mapSampleRecord } from '../sample/sample-events.ts';
import { numericKeywords } from './fixture-checks.ts';

const testsOf = (dataset: string): string =>
  `data_stream/${dataset.slice(dataset.indexOf('.') + 1)}/_dev/test/pipeline`;

/**
 * The text of each file, by its path in the package. There are few test cases, because each installs every pipeline
 * again.
 */
export function writePipelineTests(root: string, definitions: Definitions): [string, string][] {
  const golden = writeGoldenTest(root, definitions);
  return definitions.dataset.name === mainDataset ? [...golden, ...writeSampleTest()] : golden;
}

function writeGoldenTest(root: string, definitions: Definitions): [string, string][] {
  const folder = testsOf(definitions.dataset.name);
  const fields = new Map(listDocumentFields(definitions).map((field) => [field.name, field]));
  const cases = listFixtureEvents(root, definitions);
  if (cases.length === 0) return [];
  const numeric = numericKeywords(
    cases.map(({ document }) => document),
    fields,
  );
  return [
    [
      `${folder}/test-common-config.yml`,
      toYaml({ dynamic_fields: dynamicFields, numeric_keyword_fields: numeric }),
    ],
    ...writeTest(
      `${folder}/test-records.json`,
      cases.map(({ event, document }): PipelineTestCase => [event, document]),
    ),
  ];
}

/** An event as it comes to the pipeline, and the document that the pipeline makes of it. */
type PipelineTestCase = readonly [event: object, document: object];

function writeTest(file: string, cases: readonly PipelineTestCase[]): [string, string][] {
  return [
    [file, toJson({ events: cases.map(([event]) => event) })],
    [`${file}-expected.json`, toJson({ expected: cases.map(([, document]) => document) })],
  ];
}

/** The event as the collector delivers it; the document is what the sample event shows. */
function writeSampleTest(): [string, string][] {
  const { data_stream: _, agent: _agent, ...document }: JsonObject = Object(auditSample());
  const { data_stream: _stream, ...event }: JsonObject = mapSampleRecord();
  return writeTest(`${testsOf(mainDataset)}/test-sample.json`, [[event, document]]);
}

export function writeReportTest(): [string, string][] {
  const { data_stream: _, ...document }: JsonObject = Object(collectionSample());
  const event = isObject(document.event) ? document.event : {};
  const { ingested: _ingested, ...before } = event;
  return [
    [`${testsOf(collectionDataset)}/test-common-config.yml`, toYaml({ dynamic_fields: dynamicFields })],
    ...writeTest(`${testsOf(collectionDataset)}/test-report.json`, [
      [{ ...document, event: before }, document],
    ]),
  ];
}

const dynamicFields = { 'event.ingested': '.*' };
