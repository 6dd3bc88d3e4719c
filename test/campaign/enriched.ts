// Whether documents in a real Elasticsearch went through the pipelines of the package, and came from a collector that an
// agent runs.

import { ask } from './stored-ids.ts';

const has = (field: string) => ({ exists: { field } });
const lacks = (field: string, where: readonly object[] = []) => ({
  bool: { must_not: [has(field)], filter: where },
});

/** What no database places: addresses of examples, which the emulator uses for what comes from outside, and loopback. */
const addressesOfNoPlace = ['198.51.100.0/24', '203.0.113.0/24', '2001:db8::/32', '::1'];

const flaws: Readonly<Record<string, object>> = {
  'did not go through the pipeline': lacks('event.ingested'),
  'failed in the pipeline': { term: { 'event.kind': 'pipeline_error' } },
  'have an address without a place': {
    bool: {
      must_not: [has('source.geo.location'), { terms: { 'source.ip': addressesOfNoPlace } }],
      filter: [has('source.ip')],
    },
  },
  'have a user agent that nobody read': lacks('user_agent.name', [has('user_agent.original')]),
  'do not name the agent': lacks('elastic_agent.id'),
};

/** A sentence for each kind of documents that lack something; none where all is well. */
export async function findBare(url: string, dataStream: string): Promise<readonly string[]> {
  const counts = await Promise.all(
    Object.entries(flaws).map(async ([flaw, query]) => ({
      flaw,
      count: await count(url, dataStream, query),
    })),
  );
  return counts.flatMap(({ flaw, count }) => (count === 0 ? [] : [`${count} documents ${flaw}. `]));
}

export function countEnriched(url: string, dataStream: string): Promise<number> {
  return count(url, dataStream, has('source.geo.location'));
}

async function count(url: string, dataStream: string, query: object): Promise<number> {
  const answer = (await ask(url, 'POST', `/${dataStream}/_count`, { query })) as { count: number };
  return answer.count;
}
