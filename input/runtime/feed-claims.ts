// Which stream of the process collects which feed. A policy names a tenant by its GUID or by one of its domains, so that
// two streams of one feed are told apart only when the domain is resolved.

import { keyOf } from '../contract/component.ts';
import { OperatorError } from '../contract/errors.ts';
import type { Feed } from '../contract/feed.ts';
import type { StreamPolicy } from '../settings/policy/policy.ts';

export class FeedClaims {
  readonly #holders = new Map<string, StreamPolicy>();
  /** Of tenants whose GUID is known. */
  readonly #held = new Map<string, Feed>();

  /** Streams that name their tenant by its GUID have their feeds from the beginning. */
  constructor(streams: readonly StreamPolicy[]) {
    for (const stream of streams)
      for (const feed of feedsOf(stream, stream.source.tenantId)) this.#holders.set(keyOf(feed), stream);
  }

  /** The feeds of all streams that have claimed their tenant. */
  held(): readonly Feed[] {
    return [...this.#held.values()];
  }

  /** Throws an OperatorError when another stream has one of the feeds; the tenant is given by its GUID. */
  claim(tenantId: string, stream: StreamPolicy): void {
    const feeds = feedsOf(stream, tenantId);
    for (const feed of feeds) {
      const holder = this.#holders.get(keyOf(feed));
      if (holder !== undefined && holder !== stream) throw collectedTwice(feed, stream, holder);
    }
    for (const feed of feeds) {
      this.#holders.set(keyOf(feed), stream);
      this.#held.set(keyOf(feed), feed);
    }
  }
}

function feedsOf({ source }: StreamPolicy, tenant: string): Feed[] {
  return source.feeds.map((name) => ({ tenant, source: source.kind, name }));
}

function collectedTwice(
  { tenant, name }: Feed,
  { where, source }: StreamPolicy,
  holder: StreamPolicy,
): OperatorError {
  return new OperatorError({
    code: 'tenant-twice',
    message: `${source.tenantId}, at ${where}, is the tenant ${tenant}, which already has a stream at ${holder.where} that collects ${name}.`,
    advice: 'Let each of the two collect other content types, or remove one of them.',
    retry: { kind: 'never' },
  });
}
