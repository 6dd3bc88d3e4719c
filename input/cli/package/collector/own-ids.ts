// Gives saved objects the ids of another package: what a package ships has to begin with its name, and an object of one
// package must not replace that of another.

import type { AlertRule, SavedObject } from '../../../../dashboards/index.ts';

export function renameObjects(objects: readonly SavedObject[], name: string): readonly SavedObject[] {
  const ids = new Set(objects.map(({ id }) => id));
  return objects.map((object) => ({
    ...object,
    id: rename(object.id, name),
    references: object.references.map((each) =>
      ids.has(each.id) ? { ...each, id: rename(each.id, name) } : each,
    ),
  }));
}

export function renameRules(rules: readonly AlertRule[], name: string): readonly AlertRule[] {
  return rules.map((rule) => {
    const id = rename(rule.id, name);
    return { ...rule, id, template: { ...rule.template, id } };
  });
}

const rename = (id: string, name: string): string => id.replace(/^m365-/, `${name}-`);
