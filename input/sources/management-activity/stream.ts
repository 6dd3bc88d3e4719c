// Everything that the parts of one tenant's collection share.

import type { StreamComponent } from '../../contract/component.ts';
import type { Feed } from '../../contract/feed.ts';
import type { CredentialEnd } from '../../contract/telemetry.ts';
import { isoTime } from '../../contract/time.ts';
import type { ClockSkew } from '../../http/clock-skew.ts';
import type { RequestBudget } from '../../http/rate-limit.ts';
import type { OpeningEnvironment } from '../source-kind.ts';
import type { FeedStatus } from '../tenant/feed-status.ts';
import type { OutputBacklog } from '../tenant/output-backlog.ts';
import type { TenantGate } from '../tenant/tenant-gate.ts';
import type { ManagementApi } from './api/api.ts';
import { kindName, type ManagementActivityOptions } from './options.ts';

/** Names the feed of a tenant that holds one content type. */
export function feedOf(tenant: string, contentType: string): Feed {
  return { tenant, source: kindName, name: contentType };
}

/** The stream as a whole. */
export function wholeStream(tenant: string): StreamComponent {
  return { kind: 'stream', tenant, source: kindName };
}

export interface Stream {
  /** GUID, lower case. */
  readonly tenantId: string;
  readonly options: ManagementActivityOptions;
  readonly environment: OpeningEnvironment;
  readonly api: ManagementApi;
  readonly skew: ClockSkew;
  readonly gate: TenantGate;
  /** Requests are counted in it by themselves; it is told of throttling that came in place of content. */
  readonly budget: RequestBudget;
  readonly backlog: OutputBacklog;
  /** The state of the tenant as a whole. */
  readonly status: FeedStatus;
  /** The time at which this process began to collect; an earlier one may have seen what Microsoft made before. */
  readonly startedAt: number;
  readonly credentials: CredentialInsight;
  /** The stream calls it once nothing is asked any more. */
  leave(): void;
}

/** The facts known about the way the stream signs in. */
interface CredentialInsight {
  /** The roles in the current token; undefined while there is none that can be read. */
  readonly roles: readonly string[] | undefined;
  /** One sentence for refusals; may be empty. */
  readonly description: string;
  readonly end: CredentialEnd;
}

/** One content type of the stream. */
export interface ContentFeed extends Feed {
  readonly status: FeedStatus;
}

/** Names of the facts kept in the ledger for each content type. */
export const facts = {
  /** ISO time: up to here everything was listed, except what `unlisted` names. */
  watermark: 'watermark',
  /** JSON array of `[from, to]` in ISO times. */
  unlisted: 'unlisted',
  /** ISO time of the first listing; older content is backfill. */
  firstRunAt: 'first_run_at',
  lastFullListing: 'last_full_listing',
  lastEdgeListing: 'last_edge_listing',
  subscriptionStartedAt: 'subscription_started_at',
  /** ISO time before which Microsoft refuses another start. */
  nextStartAt: 'subscription_next_start_at',
  contentSeenAt: 'content_seen_at',
} as const;

/** A full listing is due at once. */
export const neverListed = { name: facts.lastFullListing, value: isoTime(0) };
