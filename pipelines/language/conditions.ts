// Conditions on the record, as rules and cases have them.

import type { Condition } from '../definitions.ts';
import { resolvePath, type Spot } from './names.ts';
import type { ScalarSource, WhenSource } from './schema.ts';

export function resolveConditions(when: WhenSource = {}, spot: Spot): Condition[] | undefined {
  const conditions = Object.entries(when).map(([path, values]) =>
    resolveCondition(path, values, spot.at(path)),
  );
  return conditions.length === 0 ? undefined : conditions;
}

function resolveCondition(path: string, source: WhenSource[string], spot: Spot): Condition {
  if (isNegation(source)) return { ...resolveCondition(path, source.not, spot), not: true };
  const values = [source].flat();
  const resolved = resolvePath(path, spot);
  if (values.length === 1 && values[0] === '*') return { path: resolved };
  return { path: resolved, values: values.map((value) => String(value).toLowerCase()) };
}

function isNegation(source: WhenSource[string]): source is { not: ScalarSource | readonly ScalarSource[] } {
  return typeof source === 'object' && 'not' in source;
}
