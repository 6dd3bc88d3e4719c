// One document of m365.collection: what happened to a tenant's content type in one interval. Its fields are those of
// dashboards/collection-fields.yml; a test holds the two together.

import type { Feed } from '../contract/feed.ts';
import type { OutputDocument } from '../contract/output.ts';
import type { Gap, ItemState } from '../contract/state.ts';
import type { Counter, CredentialEnd, Report } from '../contract/telemetry.ts';
import { isoTime } from '../contract/time.ts';
import type { Interval } from './tally.ts';

export interface FeedInterval {
  readonly feed: Feed;
  readonly tenantName: string | undefined;
  readonly from: number;
  readonly to: number;
  readonly interval: Interval;
  readonly blobs: Readonly<Record<ItemState, number>>;
  /** Content lost in this interval, each item counted once. */
  readonly lostReasons: readonly string[];
  readonly gaps: readonly Gap[];
  readonly newestRecord: number | undefined;
  readonly health: Report | undefined;
  readonly credential: CredentialEnd | undefined;
}

export interface Identity {
  readonly namespace: string;
  /** The id of the ledger: two collectors of a tenant each report for themselves. */
  readonly ledger: string;
  /** The fields that say who collects. */
  readonly agent: object;
  readonly ecsVersion: string;
  readonly tags: readonly string[];
}

const dataset = 'm365.collection';

export function writeCollectionDocument(collected: FeedInterval, identity: Identity): OutputDocument {
  const { feed, to } = collected;
  const { namespace } = identity;
  return {
    id: `${feed.tenant}:${feed.name}:${identity.ledger}:${to}`,
    dataStream: `logs-${dataset}-${namespace}`,
    body: Buffer.from(JSON.stringify(describe(collected, identity))),
  };
}

function describe(collected: FeedInterval, { namespace, agent, ecsVersion, tags }: Identity): object {
  const { feed, tenantName, to } = collected;
  return {
    event: { kind: 'metric', dataset, module: 'm365' },
    '@timestamp': isoTime(to),
    ...agent,
    data_stream: { type: 'logs', dataset, namespace },
    ecs: { version: ecsVersion },
    organization: { id: feed.tenant, name: tenantName },
    tags: tags.length > 0 ? tags : undefined,
    m365: { collection: figures(collected) },
  };
}

function figures(collected: FeedInterval): object {
  const { feed, from, to, interval, blobs, lostReasons, gaps, newestRecord, health, credential } = collected;
  const count = (counter: Counter) => interval.counts.get(counter) ?? 0;
  return {
    tenant: collected.tenantName ?? feed.tenant,
    content_type: feed.name,
    window: { from: isoTime(from), to: isoTime(to) },
    blobs: {
      listed: count('items_listed'),
      delivered: count('items_acknowledged'),
      late: count('items_late'),
      retried: count('items_retried'),
      lost: count('items_lost'),
      pending: blobs.listed + blobs.fetching,
    },
    lost_reason: lostReasons.length > 0 ? lostReasons : undefined,
    records: {
      delivered: count('records_delivered'),
      duplicate: count('records_duplicate'),
      filtered: count('records_filtered'),
      dead_lettered: count('records_dead_lettered'),
    },
    lag: interval.lagMs,
    delivery_lag: interval.deliveryLagMs,
    quiet_for: newestRecord === undefined ? undefined : Math.max(0, to - newestRecord),
    gap: gapFigures(gaps),
    requests: {
      sent: count('requests'),
      throttled: count('throttled'),
      failed: count('request_errors'),
    },
    bytes: { fetched: count('bytes_fetched') },
    health: health?.health ?? 'starting',
    code: health?.code,
    message: health?.message,
    credential: credential && { kind: credential.kind, expires: optionalIsoTime(credential.endsAt) },
  };
}

function gapFigures(gaps: readonly Gap[]): object {
  const lengths = gaps.map((gap) => Date.parse(gap.to) - Date.parse(gap.from));
  const [oldest] = gaps.map((gap) => gap.from).toSorted();
  return { count: gaps.length, duration: lengths.reduce((sum, each) => sum + each, 0), from: oldest };
}

const optionalIsoTime = (time: number | undefined) => (time === undefined ? undefined : isoTime(time));
