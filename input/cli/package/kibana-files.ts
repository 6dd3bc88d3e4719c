// Writes dashboards, searches, tags and templates of rules as files of a package: one saved object each, named by its
// id.

import type { AlertRule, SavedObject } from '../../../dashboards/index.ts';
import { toJson } from './package-files.ts';

export function writeSavedObjects(objects: readonly SavedObject[]): ReadonlyMap<string, string> {
  return new Map(objects.map((object) => [`kibana/${object.type}/${object.id}.json`, toJson(object)]));
}

/** The saved objects in the form that Kibana imports and exports, one a line. */
export function writeImportFile(objects: readonly SavedObject[]): string {
  return objects.map((object) => `${JSON.stringify(object)}\n`).join('');
}

export function writeRuleTemplates(rules: readonly AlertRule[]): ReadonlyMap<string, string> {
  return new Map(rules.map(({ id, template }) => [`kibana/${template.type}/${id}.json`, toJson(template)]));
}
