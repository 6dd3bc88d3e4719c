// A feed is what one source has of one tenant under one name. Work, positions and completeness are kept for each feed.

export interface Feed {
  /** Tenant GUID, lower case. */
  readonly tenant: string;
  /** Name of the kind of source, such as `management-activity`. */
  readonly source: string;
  /** The source's own name of it, such as `Audit.Exchange`. */
  readonly name: string;
}

/** Where records came from. */
export interface Origin {
  readonly feed: Feed;
  /** Where in the feed: whatever the source can find them again by, such as the id of a content blob. */
  readonly position: string;
  /** When the service made what stands there, ISO 8601 UTC; absent where it does not say. */
  readonly createdAt?: string | undefined;
  /** When it began to arrive here, ISO 8601 UTC. */
  readonly fetchedAt: string;
  /** True for what existed before the stream first ran; its documents carry the tag `backfill`. */
  readonly backfill: boolean;
}

export function sameFeed(one: Feed, other: Feed): boolean {
  return one.tenant === other.tenant && one.source === other.source && one.name === other.name;
}
