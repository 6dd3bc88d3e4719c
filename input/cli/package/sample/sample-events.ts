// The sample events of the packages. The audit event is a made-up record as a real Elasticsearch indexed it: record and
// event are files, and a test with a server compares them. That of another dataset is the first of its fixtures.

import { join } from 'node:path';
import { mainDataset } from '../../../../pipelines/datasets.ts';
import type { Definitions } from '../../../../pipelines/definitions.ts';
import { loadMapper } from '../../../../pipelines/index.ts';
import type { EcsDocument } from '../../../../pipelines/mapper.ts';
import { readJson, readText } from '../read-source.ts';
import { listFixtureEvents } from './fixture-events.ts';

const folder = import.meta.dirname;

export const auditSampleFile = join(folder, 'audit-event.json');

export function sampleEvent(root: string, definitions: Definitions): object {
  const { name } = definitions.dataset;
  if (name === mainDataset) return auditSample();
  const [first] = listFixtureEvents(root, definitions);
  if (first === undefined) throw new Error(`${name} has no sample that can be shown`);
  return { ...first.document, data_stream: { type: 'logs', dataset: name, namespace: 'default' } };
}

export function auditSample(): object {
  return readJson(auditSampleFile);
}

/** The same event before Elasticsearch looked anything up. */
export function mapSampleRecord(): EcsDocument {
  const mapper = loadMapper();
  return mapper.map(mapper.read(readText(join(folder, 'audit-record.json')).trim()), {
    tenantId: '0b1c2d3e-4f50-4617-8291-a2b3c4d5e6f7',
    tenantName: 'Contoso',
    contentCreated: '2026-09-14T08:21:40.000Z',
    fetchedAt: '2026-09-14T08:22:05.118Z',
    tags: ['forwarded', 'm365'],
  });
}

export function collectionSample(): object {
  return readJson(join(folder, 'collection-event.json'));
}
