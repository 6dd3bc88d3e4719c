import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { auditSampleFile, mapSampleRecord } from '../../input/cli/package/sample-events.ts';
import { buildEnrichmentPipeline } from '../../pipelines/ingest/enrichment-pipeline.ts';
import { ask } from './cluster.ts';

/** M365_ACCEPT=1 writes what the server says, for review. */
test('the sample event of the package is what Elasticsearch makes of its record', async () => {
  const { body } = buildEnrichmentPipeline({ withHooks: false });
  const reply = await ask('POST', '/_ingest/pipeline/_simulate', {
    pipeline: { processors: body.processors, on_failure: body.on_failure },
    docs: [{ _source: mapSampleRecord() }],
  });
  const indexed = reply.body.docs[0].doc._source;
  indexed.event.ingested = '2026-09-14T08:22:06.402Z';
  const text = `${JSON.stringify(indexed, undefined, 4)}\n`;
  if (process.env.M365_ACCEPT === '1') writeFileSync(auditSampleFile, text);
  expect(indexed.source.geo.city_name).toBe('London');
  expect(indexed.user_agent.name).toBe('Chrome');
  expect(JSON.parse(readFileSync(auditSampleFile, 'utf8'))).toEqual(JSON.parse(text));
});
