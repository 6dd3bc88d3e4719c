import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { auditSampleFile, mapSampleRecord } from '../../input/cli/package/sample/sample-events.ts';
import { loadDefinitions } from '../../pipelines/index.ts';
import { demand, prepare } from './mapping-server.ts';

/** M365_ACCEPT=1 writes what the server says, for review. */
test('the sample event of the package is what Elasticsearch makes of its record', async () => {
  const { defaultPipeline, drop } = await prepare(loadDefinitions());
  try {
    const { docs } = await demand('POST', `/_ingest/pipeline/${defaultPipeline}/_simulate`, {
      docs: [{ _source: mapSampleRecord() }],
    });
    const indexed = docs[0].doc._source;
    indexed.event.ingested = '2026-09-14T08:22:06.402Z';
    const text = `${JSON.stringify(indexed, undefined, 4)}\n`;
    if (process.env.M365_ACCEPT === '1') writeFileSync(auditSampleFile, text);
    expect(indexed.source.geo.city_name).toBe('London');
    expect(indexed.user_agent.name).toBe('Chrome');
    expect(JSON.parse(readFileSync(auditSampleFile, 'utf8'))).toEqual(JSON.parse(text));
  } finally {
    await drop();
  }
});
