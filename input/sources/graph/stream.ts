// Everything that the parts of one stream share: a tenant, and the log type that is collected of it.

import type { StreamComponent } from '../../contract/component.ts';
import type { Feed } from '../../contract/feed.ts';
import type { CredentialEnd } from '../../contract/telemetry.ts';
import type { ClockSkew } from '../../http/clock-skew.ts';
import type { RequestBudget } from '../../http/rate-limit.ts';
import type { OpeningEnvironment } from '../source-kind.ts';
import type { FeedStatus } from '../tenant/feed-status.ts';
import type { OutputBacklog } from '../tenant/output-backlog.ts';
import type { TenantGate } from '../tenant/tenant-gate.ts';
import type { GraphApi } from './api/graph-api.ts';
import { type FeedQuery, isSliced, type LogType, type SlicedQuery, type SnapshotQuery } from './log-type.ts';
import type { GraphOptions } from './options.ts';

export function feedOf(logType: LogType, tenant: string, name: string): Feed {
  return { tenant, source: logType.kind, name };
}

/** The stream as a whole. */
export function wholeOf(logType: LogType, tenant: string): StreamComponent {
  return { kind: 'stream', tenant, source: logType.kind };
}

export interface GraphStream {
  /** GUID, lower case. */
  readonly tenantId: string;
  readonly options: GraphOptions;
  readonly environment: OpeningEnvironment;
  readonly api: GraphApi;
  readonly skew: ClockSkew;
  readonly gate: TenantGate;
  readonly budgets: readonly RequestBudget[];
  readonly backlog: OutputBacklog;
  /** The state of the tenant as a whole. */
  readonly status: FeedStatus;
  /** The time at which this process began to collect. */
  readonly startedAt: number;
  readonly credentials: { readonly end: CredentialEnd };
  /** The stream calls it once nothing is asked any more. */
  leave(): void;
}

/** One feed of the stream. */
export interface GraphFeed<Query extends FeedQuery = FeedQuery> {
  readonly feed: Feed;
  readonly query: Query;
  readonly status: FeedStatus;
}

export type SlicedFeed = GraphFeed<SlicedQuery>;
export type StateFeed = GraphFeed<SnapshotQuery>;

export function isSlicedFeed(feed: GraphFeed): feed is SlicedFeed {
  return isSliced(feed.query);
}

export function isStateFeed(feed: GraphFeed): feed is StateFeed {
  return !isSliced(feed.query);
}
