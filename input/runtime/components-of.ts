// Lists the components that an operator sees of a stream: one of its own, and one for each of its feeds.

import type { Component } from '../contract/component.ts';
import type { StreamPolicy } from '../settings/policy/policy.ts';
import { feedsOf } from './feed-claims.ts';

/** `tenant`: its GUID, where the settings name it by a domain. */
export function componentsOf(policy: StreamPolicy, tenant = policy.source.tenantId): readonly Component[] {
  return [{ kind: 'stream', tenant, source: policy.source.kind }, ...feedsOf(policy, tenant)];
}
