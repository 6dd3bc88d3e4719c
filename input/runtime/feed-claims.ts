// Keeps the claims of the process's streams on feeds, so that no two collect the same one. A policy names a tenant by
// its GUID or by one of its domains, so that two streams of one feed are told apart only when the domain is resolved.

import { keyOf } from '../contract/component.ts';
import { OperatorError } from '../contract/errors.ts';
import type { Feed } from '../contract/feed.ts';
import type { StreamPolicy } from '../settings/policy/policy.ts';

export class FeedClaims {
  readonly #holders = new Map<string, StreamPolicy>();

  /** A stream that names its tenant by its GUID has its feeds from the beginning, unless another one has them already. */
  reserve(stream: StreamPolicy): void {
    for (const feed of feedsOf(stream)) {
      const key = keyOf(feed);
      if (!this.#holders.has(key)) this.#holders.set(key, stream);
    }
  }

  /** Throws an OperatorError when another stream has one of the feeds; the tenant is given by its GUID. */
  claim(tenantId: string, stream: StreamPolicy): void {
    const feeds = feedsOf(stream, tenantId);
    for (const feed of feeds) {
      const holder = this.#holders.get(keyOf(feed));
      if (holder !== undefined && holder !== stream) throw collectedTwice(feed, stream, holder);
    }
    for (const feed of feeds) this.#holders.set(keyOf(feed), stream);
  }

  /** It is called when the stream has ended: another one may then have what it had. */
  release(stream: StreamPolicy): void {
    for (const [key, holder] of this.#holders) if (holder === stream) this.#holders.delete(key);
  }
}

/** `tenant`: its GUID, where the settings name it by a domain. */
export function feedsOf({ source }: StreamPolicy, tenant = source.tenantId): readonly Feed[] {
  return source.feeds.map((name) => ({ tenant, source: source.kind, name }));
}

function collectedTwice(
  { tenant, name }: Feed,
  { definedAt, source }: StreamPolicy,
  holder: StreamPolicy,
): OperatorError {
  return new OperatorError({
    code: 'tenant-twice',
    message: `${source.tenantId}, at ${definedAt}, is the tenant ${tenant}, which already has a stream at ${holder.definedAt} that collects ${name}.`,
    advice: 'Let each of the two collect other content types, or remove one of them.',
    retry: { kind: 'never' },
  });
}
