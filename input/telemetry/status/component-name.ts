// The name of a component as `status.json` has it, and its conversion from and to a Component.

import { type Component, isFeed } from '../../contract/component.ts';

export interface ComponentName {
  readonly kind: 'feed' | 'stream' | 'input' | 'output' | 'data_stream' | 'ledger';
  /** The tenant of a feed or a stream. */
  readonly tenant_id?: string;
  readonly source?: string;
  /** The source's own name of a feed, such as `Audit.Exchange`. */
  readonly feed?: string;
  /** The name of an input, an output or a data stream. */
  readonly name?: string;
}

export function nameOf(component: Component): ComponentName {
  if (isFeed(component))
    return { kind: 'feed', tenant_id: component.tenant, source: component.source, feed: component.name };
  switch (component.kind) {
    case 'stream':
      return { kind: 'stream', tenant_id: component.tenant, source: component.source };
    case 'ledger':
      return { kind: 'ledger' };
    default:
      return { kind: component.kind, name: component.name };
  }
}

/** Returns undefined where a part of the name is missing. */
export function componentOf({ kind, tenant_id, source, feed, name }: ComponentName): Component | undefined {
  switch (kind) {
    case 'feed':
      if (tenant_id === undefined || source === undefined || feed === undefined) return undefined;
      return { tenant: tenant_id, source, name: feed };
    case 'stream':
      return tenant_id === undefined || source === undefined
        ? undefined
        : { kind, tenant: tenant_id, source };
    case 'ledger':
      return { kind };
    default:
      return name === undefined ? undefined : { kind, name };
  }
}

/**
 * Orders streams before feeds, by tenant, source and name; components without a tenant come first. Each name is spelled
 * once: a thousand tenants have thousands of them.
 */
export function sortByName<T>(items: Iterable<T>, nameFrom: (item: T) => ComponentName): T[] {
  return Array.from(items, (item) => ({ item, spelled: spell(nameFrom(item)) }))
    .sort((one, other) => one.spelled.localeCompare(other.spelled))
    .map(({ item }) => item);
}

/** Two names are the same where this is. */
export function spell({ kind, tenant_id = '', source = '', feed = '', name = '' }: ComponentName): string {
  return [tenant_id, source, feed, name, kind].join(' ');
}
