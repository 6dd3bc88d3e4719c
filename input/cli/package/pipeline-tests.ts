// Fixtures for `elastic-package test pipeline`: the golden events of test/events as another shipper delivers them, and
// the documents that they become. Those whose addresses or user agents Elasticsearch looks up are left out here:
// what it finds depends on its databases.

import { globSync } from 'node:fs';
import { join } from 'node:path';
import type { Definitions } from '../../../pipelines/definitions.ts';
import { listDocumentFields } from '../../../pipelines/document-fields.ts';
import { loadMapper } from '../../../pipelines/index.ts';
import { isObject, type Json, type JsonObject } from '../../../pipelines/json.ts';
import type { Mapper } from '../../../pipelines/mapper.ts';
import { parseRecord } from '../../../pipelines/parse-record.ts';
import { meetsExpectations, numericKeywords } from './fixture-checks.ts';
import { toJson, toYaml } from './package-files.ts';
import { readJson } from './read-source.ts';

const folder = 'data_stream/audit/_dev/test/pipeline';
const fetchedAt = '2026-01-01T00:00:00.000Z';
const tenantId = '0b1c2d3e-4f50-4617-8291-a2b3c4d5e6f7';

/** Path in the package → text. One test case: each installs every pipeline again. */
export function writePipelineTests(root: string, definitions: Definitions): [string, string][] {
  const mapper = loadMapper();
  const fields = new Map(listDocumentFields(definitions).map((field) => [field.name, field]));
  const cases = readGoldenEvents(root)
    .map((text) => ({ text, document: expect(mapper, text) }))
    .filter(({ document }) => isStable(document) && meetsExpectations(document, fields));
  if (cases.length === 0) return [];
  const config = {
    dynamic_fields: { 'event.ingested': '.*' },
    numeric_keyword_fields: numericKeywords(
      cases.map(({ document }) => document),
      fields,
    ),
  };
  return [
    [`${folder}/test-common-config.yml`, toYaml(config)],
    [`${folder}/test-records.json`, toJson({ events: cases.map(({ text }) => eventOf(text)) })],
    [
      `${folder}/test-records.json-expected.json`,
      toJson({ expected: cases.map(({ document }) => document) }),
    ],
  ];
}

/** One line of JSON each, by the names of their files. */
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

/** What comes out of the default pipeline, which is what the mapper makes of the same record. */
function expect(mapper: Mapper, text: string): JsonObject {
  const mapped = mapper.map(parseRecord(text), { tenantId, fetchedAt });
  const { data_stream: _, ...document }: JsonObject = JSON.parse(JSON.stringify(mapped));
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

/** RFC 5737 and RFC 3849: no database knows them. */
function isForDocumentation(ip: Json): boolean {
  return ip === undefined || /^(192\.0\.2\.|198\.51\.100\.|203\.0\.113\.|2001:db8:)/.test(String(ip));
}
