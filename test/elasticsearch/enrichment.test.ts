// What the default pipeline adds to a document that is mapped already, and what it leaves alone.

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { loadDefinitions } from '../../pipelines/index.ts';
import { demand, type Prepared, prepare } from './mapping-server.ts';

let prepared: Prepared;

beforeAll(async () => {
  prepared = await prepare(loadDefinitions());
});
afterAll(() => prepared.drop());

const address = '81.2.69.142';
const mapped = { event: { kind: 'event' }, o365: { audit: {} } };

/** The document as it would be stored. */
async function enrich(document: object) {
  const { docs } = await demand('POST', `/_ingest/pipeline/${prepared.defaultPipeline}/_simulate`, {
    docs: [{ _index: prepared.dataStream, _source: { ...mapped, ...document } }],
  });
  return docs[0].doc._source;
}

describe('the default pipeline', () => {
  test('says where the address of every end is, and nothing of ends without one', async () => {
    const ends = ['source', 'client', 'destination', 'server'];
    for (const end of ends) {
      const document = await enrich({ [end]: { ip: address } });
      expect(document[end].geo.city_name).toBe('London');
      expect(ends.filter((each) => document[each] !== undefined)).toEqual([end]);
      expect(document.event.kind).toBe('event');
    }
  });

  test('says in whose network an address is', async () => {
    const { source } = await enrich({ source: { ip: '89.160.20.112' } });
    expect(source.as).toEqual({ number: 29518, organization: { name: 'Bredband2 AB' } });
  });

  test('reads a user agent whether there is an address or not', async () => {
    const original = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/91.0.4472.77 Safari/537.36';
    for (const source of [{ ip: address }, { domain: 'contoso.example' }]) {
      const { user_agent } = await enrich({ source, user_agent: { original } });
      expect(user_agent).toMatchObject({ name: 'Chrome', original });
    }
  });

  test.each([
    { user_agent: { original: 7 } },
    { user_agent: { original: ['one', 'two'] } },
    { user_agent: { original: { name: 'one' } } },
    { user_agent: { original: null } },
    { user_agent: { name: 'one' } },
    { source: { address: 'a name' }, client: { ip: null } },
  ])('leaves %j as it is', async (given) => {
    const { event, ...document } = await enrich(given);
    expect(event).toEqual({ kind: 'event', ingested: expect.any(String) });
    expect(document).toEqual({ o365: mapped.o365, ...given });
  });

  test('keeps a document whose address is none, and says so', async () => {
    const document = await enrich({ source: { ip: 'somewhere' } });
    expect(document).toMatchObject({ event: { kind: 'pipeline_error' }, source: { ip: 'somewhere' } });
    expect(document.error.message[0]).toContain('source-city');
  });
});
