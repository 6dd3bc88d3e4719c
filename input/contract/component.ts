// A component is whatever has a state that an operator sees: a feed, a stream as a whole, an input of the policy, an output, a data stream, the ledger.

import type { Feed } from './feed.ts';

/** Everything that one source collects of one tenant. */
export interface StreamComponent {
  readonly kind: 'stream';
  /** Tenant GUID, lower case; what the policy says while the GUID is not known. */
  readonly tenant: string;
  readonly source: string;
}

export type Component =
  | Feed
  | StreamComponent
  | { readonly kind: 'input' | 'output' | 'data_stream'; readonly name: string }
  | { readonly kind: 'ledger' };

export function isFeed(component: Component): component is Feed {
  return !('kind' in component);
}

export function streamOf({ tenant, source }: Feed | StreamComponent): StreamComponent {
  return { kind: 'stream', tenant, source };
}

/** The same text for the same component, and for no other. */
export function keyOf(component: Component): string {
  if (isFeed(component)) return `feed ${component.tenant} ${component.source} ${component.name}`;
  switch (component.kind) {
    case 'stream':
      return `stream ${component.tenant} ${component.source}`;
    case 'ledger':
      return 'ledger';
    default:
      return `${component.kind} ${component.name}`;
  }
}
