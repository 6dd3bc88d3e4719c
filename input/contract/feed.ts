// A feed is one log of one tenant from one source. Work, positions and completeness are kept for each feed.

export interface Feed {
  /** Tenant GUID, lower case. */
  readonly tenant: string;
  /** Name of the kind of source, such as `management-activity`. */
  readonly source: string;
  /** The source's own name of the feed, such as `Audit.Exchange`. */
  readonly name: string;
}

/** Says where a batch of records came from. */
export interface Origin {
  readonly feed: Feed;
  /** The place in the feed by which the source can find the records again, such as the id of a content blob. */
  readonly position: string;
  /** The time at which the service made the content, ISO 8601 UTC; absent where the service does not say. */
  readonly createdAt?: string | undefined;
  /** The time at which the content began to arrive here, ISO 8601 UTC. */
  readonly fetchedAt: string;
  /** True for what existed before the stream first ran; its documents carry the tag `backfill`. */
  readonly backfill: boolean;
}

export function sameFeed(one: Feed, other: Feed): boolean {
  return one.tenant === other.tenant && one.source === other.source && one.name === other.name;
}
