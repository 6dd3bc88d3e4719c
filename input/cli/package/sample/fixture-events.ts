// The samples of test/events as they come from another shipper, and the documents that the default pipeline makes of them:
// for tests of pipelines, and for sample events. Those whose addresses or user agents Elasticsearch looks up are left out,
// because the result depends on its databases.

import { globSync } from 'node:fs';
import { join } from 'node:path';
import { mainDataset } from '../../../../pipelines/datasets.ts';
import type { Definitions } from '../../../../pipelines/definitions.ts';
import { listDocumentFields } from '../../../../pipelines/document-fields.ts';
import { isObject, type Json, type JsonObject } from '../../../../pipelines/json/json.ts';
import { compileMapper, type Mapper } from '../../../../pipelines/mapper.ts';
import { meetsExpectations } from '../pipelines/fixture-checks.ts';
import { readJson } from '../read-source.ts';

interface FixtureEvent {
  readonly event: object;
  readonly document: JsonObject;
}

const fetchedAt = '2026-01-01T00:00:00.000Z';
const tenantId = '0b1c2d3e-4f50-4617-8291-a2b3c4d5e6f7';

export function listFixtureEvents(root: string, definitions: Definitions): readonly FixtureEvent[] {
  const mapper = compileMapper(definitions);
  const fields = new Map(listDocumentFields(definitions).map((field) => [field.name, field]));
  return readGoldenEvents(root, definitions.dataset.name)
    .map((text) => ({ event: eventOf(text), document: expect(mapper, text) }))
    .filter(({ document }) => isStable(document) && meetsExpectations(document, fields));
}

/** The events as one line of JSON each, by the names of their files. */
function readGoldenEvents(root: string, dataset: string): string[] {
  const all = join(root, 'test', 'events');
  const events = dataset === mainDataset ? all : join(all, dataset);
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
