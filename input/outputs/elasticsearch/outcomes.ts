// What became of each document of a bulk request that was carried out.

import { excerptOf } from '../../http/exchange.ts';
import { Failure, isObject, reasonOf } from './failure.ts';

/** What stands in the way. Only `unknown` may lie in the document. */
export type Cause = 'busy' | 'template' | 'pipeline' | 'privilege' | 'blocked' | 'shards' | 'unknown';

export type Outcome =
  | { readonly kind: 'created' }
  | { readonly kind: 'exists' }
  /** It will never be taken as it is. */
  | { readonly kind: 'refused'; readonly type: string; readonly reason: string }
  /** Something has to change first. */
  | {
      readonly kind: 'later';
      readonly cause: Cause;
      readonly status: number;
      readonly type: string;
      readonly reason: string;
      /** Elasticsearch may have stored it all the same. */
      readonly uncertain: boolean;
    };

/** Undefined when the answer does not speak of exactly `count` documents. */
export function readOutcomes(body: unknown, count: number): readonly Outcome[] | undefined {
  const items = isObject(body) ? body.items : undefined;
  if (!Array.isArray(items) || items.length !== count) return undefined;
  return items.map(readOutcome);
}

const created: Outcome = { kind: 'created' };
const exists: Outcome = { kind: 'exists' };

/** A failure store takes what the data stream refuses: kept by Elasticsearch, but where no rule looks. */
const keptAside: Outcome = {
  kind: 'refused',
  type: 'failure_store',
  reason: 'Elasticsearch refused it and kept it in the failure store of the data stream',
};

function readOutcome(item: unknown): Outcome {
  const result = isObject(item) ? item.create : undefined;
  const status = isObject(result) && typeof result.status === 'number' ? result.status : 0;
  if (!isObject(result) || status === 0) return later('unknown', 0, 'unreadable', 'an unreadable outcome');
  if (result.failure_store === 'used') return keptAside;
  if (status >= 200 && status < 300) return created;
  const error = isObject(result.error) ? result.error : {};
  const type = typeof error.type === 'string' ? excerptOf(error.type) : `http-${status}`;
  if (status === 409 && type === 'version_conflict_engine_exception') return exists;
  const reason = reasonOf(error);
  const cause = findCause(status, type, reason);
  return cause === undefined ? { kind: 'refused', type, reason } : later(cause, status, type, reason);
}

function later(cause: Cause, status: number, type: string, reason: string): Outcome {
  return { kind: 'later', cause, status, type, reason, uncertain: status === 0 || status >= 500 };
}

/** Undefined when it is the document that is wrong. */
function findCause(status: number, type: string, reason: string): Cause | undefined {
  if (type === 'cluster_block_exception' || type === 'index_closed_exception') return 'blocked';
  if (status === 429 || status === 503) return 'busy';
  if (status === 404 || type === 'invalid_index_name_exception') return 'template';
  if (status === 401 || status === 403) return 'privilege';
  // Met when a backing index has to be made and the cluster may hold no more shards.
  if (type === 'validation_exception') return 'shards';
  if (/pipeline with id \[.*\] does not exist/.test(reason)) return 'pipeline';
  return status === 400 ? undefined : 'unknown';
}

const advice: Readonly<Record<Cause, string>> = {
  busy: 'Elasticsearch is busy; it is tried again, more slowly.',
  template: 'Run `m365 setup`, or install the package in Kibana. Documents wait until then; none is lost.',
  pipeline:
    'Put the ingest pipelines back in place: run `m365 setup`, or install the package again in Kibana. Documents wait until then; none is lost.',
  privilege: 'The key lacks a privilege on it; `m365 check` names it and prints the smallest key that does.',
  blocked:
    'Lift the block: free disk space where it is full, or remove the write block. Documents wait until then.',
  shards: 'Delete indices that are no longer needed, or raise cluster.max_shards_per_node.',
  unknown: 'It is tried again.',
};

export function explainOutcome(dataStream: string, outcome: Extract<Outcome, { kind: 'later' }>): Failure {
  const { cause, status, type, reason } = outcome;
  const said = reason === '' ? type : reason;
  return Failure.later(
    cause === 'unknown' ? type : `elasticsearch-${cause}`,
    `${dataStream} takes no documents: ${said} (${status}).`,
    advice[cause],
  );
}
