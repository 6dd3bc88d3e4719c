// The ground truth: every record that the APIs ever made available, and so what a complete collection must hold.

/** Everything that one tenant ever has of one feed of one API. */
export interface TruthFeed {
  readonly tenantId: string;
  /** The name of the feed: for the Management Activity API the content type. */
  readonly contentType: string;
  /** Lists the batches that show at `now`, in milliseconds since the epoch, always in the same order. */
  listBatches(now: number): Iterable<TruthBatch>;
}

/** Records that are served together, such as a content blob or a page. */
interface TruthBatch {
  readonly contentId: string;
  /** Lists the Ids of its records in the order served; undefined for a record without one. */
  ids(): Iterable<string | undefined>;
  /** Lists those of them that this batch is the first to hold. */
  ownIds(): Iterable<string | undefined>;
  /** True when no other batch and no other record in it has one of its own Ids as its own. */
  readonly unique: boolean;
}

export interface TruthFilter {
  /** A GUID; all tenants by default. */
  readonly tenantId?: string | undefined;
  /** The name of a feed; all feeds by default. */
  readonly contentType?: string | undefined;
}

export interface TruthRecord {
  readonly tenantId: string;
  readonly contentType: string;
  readonly contentId: string;
  /** The Id, or undefined for a record without one. */
  readonly id: string | undefined;
}

export interface DistinctId {
  readonly tenantId: string;
  readonly id: string;
}

export interface TruthSummary {
  readonly tenantId: string;
  readonly contentType: string;
  readonly blobs: number;
  /** The number of records as served, with repetitions. */
  readonly records: number;
}

/** Lists every record of every batch that shows at `now`, repeated ones as often as they are served. */
export function* listTruth(
  feeds: Iterable<TruthFeed>,
  now: number,
  filter: TruthFilter = {},
): Generator<TruthRecord> {
  for (const feed of select(feeds, filter)) {
    const { tenantId, contentType } = feed;
    for (const batch of feed.listBatches(now)) {
      for (const id of batch.ids()) yield { tenantId, contentType, contentId: batch.contentId, id };
    }
  }
}

/** Lists each Id of one API once. Only Ids that tests or files gave are remembered while this runs. */
export function* listDistinctIds(
  feeds: Iterable<TruthFeed>,
  now: number,
  filter: TruthFilter = {},
): Generator<DistinctId> {
  const given = new Map<string, Set<string>>();
  for (const feed of select(feeds, filter)) {
    const { tenantId } = feed;
    const own = given.get(tenantId) ?? new Set<string>();
    given.set(tenantId, own);
    for (const batch of feed.listBatches(now)) {
      for (const id of batch.ownIds()) {
        if (id === undefined || own.has(id)) continue;
        if (!batch.unique) own.add(id);
        yield { tenantId, id };
      }
    }
  }
}

/** Counts the batches and records of each feed, of empty ones too. */
export function summarize(feeds: Iterable<TruthFeed>, now: number): TruthSummary[] {
  return [...feeds].map((feed) => {
    let [blobs, records] = [0, 0];
    for (const batch of feed.listBatches(now)) {
      blobs += 1;
      for (const _ of batch.ids()) records += 1;
    }
    return { tenantId: feed.tenantId, contentType: feed.contentType, blobs, records };
  });
}

function* select(feeds: Iterable<TruthFeed>, filter: TruthFilter): Generator<TruthFeed> {
  for (const feed of feeds) {
    if (filter.tenantId !== undefined && filter.tenantId !== feed.tenantId) continue;
    if (filter.contentType === undefined || filter.contentType === feed.contentType) yield feed;
  }
}
