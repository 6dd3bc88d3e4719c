// Dashboards, searches and tags as files of a package: one saved object each, named by its id.

import type { SavedObject } from '../../../dashboards/index.ts';
import { toJson } from './package-files.ts';

export function writeSavedObjects(objects: readonly SavedObject[]): ReadonlyMap<string, string> {
  return new Map(objects.map((object) => [`kibana/${object.type}/${object.id}.json`, toJson(object)]));
}
