// Kibana's saved objects in the form that a package ships and that Kibana 8.18 imports. JSON that a built package holds
// as a string is a string here.

import type { DatasetPackage } from '../pipelines/datasets.ts';
import { tagId } from './identifiers.ts';

export interface Reference {
  readonly id: string;
  readonly name: string;
  readonly type: 'index-pattern' | 'dashboard' | 'search' | 'tag';
}

export interface SavedObject {
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly coreMigrationVersion: string;
  readonly id: string;
  readonly references: readonly Reference[];
  readonly type: 'dashboard' | 'search' | 'tag';
  readonly typeMigrationVersion: string;
}

/** The data view that Fleet makes for logs; packages refer to it and do not ship it. */
export const dataView = 'logs-*';

export const coreMigrationVersion = '8.8.0';

/** Model versions that Kibana 8.18 knows. A later Kibana migrates what it reads from them. */
export const typeMigrationVersions = { dashboard: '10.2.0', search: '10.3.0', tag: '8.0.0' } as const;

export const refersToDataView = (name: string): Reference => ({ id: dataView, name, type: 'index-pattern' });

export function refersToTag(packageName: DatasetPackage): Reference {
  const id = tagId(packageName);
  return { id, name: `tag-ref-${id}`, type: 'tag' };
}
