// Whether a data stream holds documents of the last days that somebody else named: another collector's, or this one's
// from when another package mapped its records. `create` refuses no second copy of these, so as long as any are there each
// record is looked for before it is sent. Where none are, that costs one search now and then.

import { isObject } from '../../../../pipelines/json/unknown.ts';
import type { Clock } from '../../../contract/clock.ts';
import type { Connection } from '../connect/connection.ts';
import { isNamedByOthers, recognisedBy } from './recognise.ts';
import { collectedSince } from './stored-ids.ts';

/** As long as Microsoft serves a record, and a day. */
const reachMs = 8 * 86_400_000;
const askEveryMs = 6 * 3_600_000;
/** Misses strangers that are one in a hundred once in twenty thousand times. */
const sample = 1000;

/** What Elastic's agents and shippers add to every document. */
const agentField = 'agent.id';

export class Strangers {
  readonly #connection: Connection;
  readonly #clock: Clock;
  readonly #known = new Map<string, { readonly there: boolean; readonly at: number }>();

  constructor(connection: Connection, clock: Clock) {
    this.#connection = connection;
    this.#clock = clock;
  }

  /** The data stream changed hands: whoever had it may have stored something. */
  forget(dataStream: string): void {
    this.#known.delete(dataStream);
  }

  /** `raw`: its documents are named by another package's pipeline, this process's as well. */
  async areIn(dataStream: string, raw: boolean, signal: AbortSignal): Promise<boolean> {
    const known = this.#known.get(dataStream);
    const now = this.#clock.now();
    if (known && now - known.at < askEveryMs) return known.there;
    const hits = await readSample(this.#connection, dataStream, now - reachMs, signal);
    const there = hits.some(raw ? isNotOfRawDelivery : isNamedByOthers);
    this.#known.set(dataStream, { there, at: now });
    return there;
  }
}

function isNotOfRawDelivery(hit: unknown): boolean {
  const fields = isObject(hit) && isObject(hit.fields) ? hit.fields : {};
  return agentField in fields || !isNamedByOthers(hit);
}

/** By chance, agents' documents first. Where the key may not search, nothing is known of any. */
async function readSample(
  connection: Connection,
  dataStream: string,
  sinceMs: number,
  signal: AbortSignal,
): Promise<readonly unknown[]> {
  const { body } = await connection.send(
    {
      method: 'POST',
      path: `/${encodeURIComponent(dataStream)}/_search`,
      // A lost shard of an old backing index must not hold everything up here.
      query: { filter_path: 'hits.hits._id,hits.hits.fields', allow_partial_search_results: true },
      body: {
        query: {
          function_score: {
            query: collectedSince(sinceMs),
            functions: [{ random_score: {} }, { filter: { exists: { field: agentField } }, weight: 0.5 }],
            score_mode: 'sum',
            boost_mode: 'replace',
          },
        },
        fields: [...recognisedBy(), agentField],
        size: sample,
        _source: false,
        track_total_hits: false,
      },
      name: 'search',
      index: dataStream,
    },
    signal,
    [403, 404],
  );
  return isObject(body) && isObject(body.hits) && Array.isArray(body.hits.hits) ? body.hits.hits : [];
}
