// A lookup of a few fields, for tests that need no more.

import type { FieldLookup } from '../../dashboards/index.ts';

const types: Readonly<Record<string, string>> = {
  '@timestamp': 'date',
  'event.action': 'keyword',
  'event.outcome': 'keyword',
  'file.size': 'long',
  message: 'match_only_text',
  'source.geo.location': 'geo_point',
  'source.ip': 'ip',
  'user.name': 'keyword',
};

export const someFields: FieldLookup = {
  find: (name) => (types[name] === undefined ? undefined : { type: types[name] }),
  names: Object.keys(types),
};
