// Writes fixtures for `elastic-package test pipeline`: events as they come to a pipeline, and the documents that they
// become. The samples of test/events come as another shipper delivers them; those whose addresses or user agents
// Elasticsearch looks up are left out, because the result depends on its databases. The sample event alone shows the
// result with the databases of Elastic's tests.

import { globSync } from 'node:fs';
import { join } from 'node:path';
import type { Definitions } from '../../../../pipelines/definitions.ts';
import { listDocumentFields } from '../../../../pipelines/document-fields.ts';
import { loadMapper } from '../../../../pipelines/index.ts';
import { isObject, type Json, type JsonObject } from '../../../../pipelines/json/json.ts';
import type { Mapper } from '../../../../pipelines/mapper.ts';
import { toJson, toYaml } from '../package-files.ts';
import { readJson } from '../read-source.ts';
import { auditSample, collectionSample, mapSampleRecord } from '../sample/sample-events.ts';
import { meetsExpectations, numericKeywords } from './fixture-checks.ts';

const folderOf = (stream: string): string => `data_stream/${stream}/_dev/test/pipeline`;
const folder = folderOf('audit');
const fetchedAt = '2026-01-01T00:00:00.000Z';
const tenantId = '0b1c2d3e-4f50-4617-8291-a2b3c4d5e6f7';

/**
 * The text of each file, by its path in the package. There are few test cases, because each installs every pipeline
 * again.
 */
export function writePipelineTests(root: string, definitions: Definitions): [string, string][] {
  return [...writeGoldenTest(root, definitions), ...writeSampleTest(), ...writeReportTest()];
}

function writeGoldenTest(root: string, definitions: Definitions): [string, string][] {
  const mapper = loadMapper();
  const fields = new Map(listDocumentFields(definitions).map((field) => [field.name, field]));
  const cases = readGoldenEvents(root)
    .map((text) => ({ text, document: expect(mapper, text) }))
    .filter(({ document }) => isStable(document) && meetsExpectations(document, fields));
  if (cases.length === 0) return [];
  const config = {
    dynamic_fields: dynamicFields,
    numeric_keyword_fields: numericKeywords(
      cases.map(({ document }) => document),
      fields,
    ),
  };
  return [
    [`${folder}/test-common-config.yml`, toYaml(config)],
    ...writeTest(
      `${folder}/test-records.json`,
      cases.map(({ text, document }): PipelineTestCase => [eventOf(text), document]),
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
  return writeTest(`${folder}/test-sample.json`, [[event, document]]);
}

export function writeReportTest(): [string, string][] {
  const { data_stream: _, ...document }: JsonObject = Object(collectionSample());
  const event = isObject(document.event) ? document.event : {};
  const { ingested: _ingested, ...before } = event;
  return [
    [`${folderOf('collection')}/test-common-config.yml`, toYaml({ dynamic_fields: dynamicFields })],
    ...writeTest(`${folderOf('collection')}/test-report.json`, [[{ ...document, event: before }, document]]),
  ];
}

const dynamicFields = { 'event.ingested': '.*' };

/** The events as one line of JSON each, by the names of their files. */
function readGoldenEvents(root: string): string[] {
  const events = join(root, 'test', 'events');
  return globSync('*/*.json', { cwd: events })
    .filter((path) => !path.endsWith('.expected.json'))
    .sort()
    .map((path) => JSON.stringify(readJson(join(events, path))));
}

function eventOf(text: string): object {
  return { '@timestamp': fetchedAt, organization: { id: tenantId }, message: text };
}

/** The document of the default pipeline, which is what the mapper makes of the same record. */
function expect(mapper: Mapper, text: string): JsonObject {
  const mapped = mapper.map(mapper.read(text), { tenantId, fetchedAt });
  const { data_stream: _, ...document }: JsonObject = mapped;
  const event = isObject(document.event) ? document.event : {};
  return { ...document, event: { ...event, ingested: fetchedAt } };
}

const ends = ['source', 'client', 'destination', 'server'];

function isStable(document: JsonObject): boolean {
  const agent = document.user_agent;
  if (isObject(agent) && agent.original !== undefined) return false;
  return ends.every((name) => {
    const end = document[name];
    return !isObject(end) || isForDocumentation(end.ip);
  });
}

/** Documentation addresses of RFC 5737 and RFC 3849, which no database knows. */
function isForDocumentation(ip: Json): boolean {
  return ip === undefined || /^(192\.0\.2\.|198\.51\.100\.|203\.0\.113\.|2001:db8:)/.test(String(ip));
}
