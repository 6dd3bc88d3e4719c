// The attributes that name a component in metrics and traces.

import type { Attributes } from '@opentelemetry/api';
import { type Component, isFeed } from '../contract/component.ts';

export function attributesOf(component: Component): Attributes {
  if (isFeed(component)) {
    const { tenant, source, name } = component;
    return { 'm365.tenant.id': tenant, 'm365.source': source, 'm365.content_type': name };
  }
  switch (component.kind) {
    case 'stream':
      return { 'm365.tenant.id': component.tenant, 'm365.source': component.source };
    case 'ledger':
      return {};
    default:
      return { [`m365.${component.kind}`]: component.name };
  }
}
