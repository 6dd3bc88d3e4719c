// The ground truth: every record that was ever made available, and so what a complete collection must hold.

import type { ContentType } from './content/content-type.ts';
import type { Tenant } from './tenant.ts';

export interface TruthFilter {
  readonly tenantId?: string | undefined;
  readonly contentType?: string | undefined;
}

export interface TruthRecord {
  readonly tenantId: string;
  readonly contentType: ContentType;
  readonly contentId: string;
  /** Undefined for a record without an Id. */
  readonly id: string | undefined;
}

/** Every record of every blob that shows at `now`, repeated ones as often as they are served. */
export function* truth(
  tenants: Iterable<Tenant>,
  now: number,
  filter: TruthFilter = {},
): Generator<TruthRecord> {
  for (const { tenantId, contentType, feed } of select(tenants, filter)) {
    for (const blob of feed.all(now)) {
      for (const id of blob.ids()) yield { tenantId, contentType, contentId: blob.contentId, id };
    }
  }
}

export interface DistinctId {
  readonly tenantId: string;
  readonly id: string;
}

/** Each Id once. Only Ids that tests or files gave are remembered while this runs. */
export function* distinctIds(
  tenants: Iterable<Tenant>,
  now: number,
  filter: TruthFilter = {},
): Generator<DistinctId> {
  const given = new Map<string, Set<string>>();
  for (const { tenantId, feed } of select(tenants, filter)) {
    const own = given.get(tenantId) ?? new Set<string>();
    given.set(tenantId, own);
    for (const blob of feed.all(now)) {
      for (const id of blob.ownIds()) {
        if (id === undefined || own.has(id)) continue;
        if (!blob.unique) own.add(id);
        yield { tenantId, id };
      }
    }
  }
}

export interface TruthSummary {
  readonly tenantId: string;
  readonly contentType: ContentType;
  readonly blobs: number;
  /** Served, with repetitions. */
  readonly records: number;
}

export function summarize(tenants: Iterable<Tenant>, now: number): TruthSummary[] {
  return [...select(tenants, {})].map(({ tenantId, contentType, feed }) => {
    let [blobs, records] = [0, 0];
    for (const blob of feed.all(now)) {
      blobs += 1;
      for (const _ of blob.ids()) records += 1;
    }
    return { tenantId, contentType, blobs, records };
  });
}

function* select(tenants: Iterable<Tenant>, filter: TruthFilter) {
  for (const tenant of tenants) {
    const { tenantId } = tenant.settings;
    if (filter.tenantId !== undefined && filter.tenantId !== tenantId) continue;
    for (const [contentType, feed] of tenant.feeds) {
      if (filter.contentType === undefined || filter.contentType === contentType) {
        yield { tenantId, contentType, feed };
      }
    }
  }
}
