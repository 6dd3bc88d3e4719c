// Finds out whether a data stream holds foreign documents of records that a source may still serve: those whose `_id`
// another program gave, another collector or the pipeline of another package that mapped this one's records. `create`
// refuses no second copy of these, so as long as any are there each record is looked up before it is sent. Where none are,
// that costs a search now and then.

import { isObject } from '../../../../pipelines/json/unknown.ts';
import type { Clock } from '../../../contract/clock.ts';
import type { State } from '../../../contract/state.ts';
import { hourMs } from '../../../contract/time.ts';
import type { Connection } from '../connect/connection.ts';
import { identityFields, isForeignDocument } from './document-identity.ts';
import { collectedSince } from './stored-ids.ts';

/** No source serves what was made before. See State. */
export type RememberedSince = State['rememberedSince'];

const recheckMs = 6 * hourMs;
/** A sample of this size misses foreign documents that are one in a hundred once in twenty thousand times. */
const sample = 1000;

/** The field that Elastic's agents and shippers add to every document. */
const agentField = 'agent.id';

export class ForeignDocuments {
  readonly #connection: Connection;
  readonly #clock: Clock;
  readonly #rememberedSince: RememberedSince;
  readonly #known = new Map<string, { readonly present: boolean; readonly at: number }>();

  constructor(connection: Connection, clock: Clock, rememberedSince: RememberedSince) {
    this.#connection = connection;
    this.#clock = clock;
    this.#rememberedSince = rememberedSince;
  }

  /** Forgets what is known of a data stream that changed hands: its owner may have stored something. */
  forget(dataStream: string): void {
    this.#known.delete(dataStream);
  }

  /** `raw`: another package's pipeline gives the `_id`, also to documents of this process. */
  async existIn(dataStream: string, raw: boolean, signal: AbortSignal): Promise<boolean> {
    const known = this.#known.get(dataStream);
    const now = this.#clock.now();
    if (known && now - known.at < recheckMs) return known.present;
    const hits = await readSample(this.#connection, dataStream, this.#rememberedSince(now), signal);
    const present = hits.some(raw ? isForeignToRawDelivery : isForeignDocument);
    this.#known.set(dataStream, { present, at: now });
    return present;
  }
}

function isForeignToRawDelivery(hit: unknown): boolean {
  const fields = isObject(hit) && isObject(hit.fields) ? hit.fields : {};
  return agentField in fields || !isForeignDocument(hit);
}

/** Reads a random sample, with agents' documents first; an empty one where the key may not search. */
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
        fields: [...identityFields(), agentField],
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
