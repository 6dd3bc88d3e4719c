// Maps in a policy, as plain values: by the dotted names of what is in them.

import { isObject } from '../../../../pipelines/json/unknown.ts';

export type Flat = Readonly<Record<string, unknown>>;

export function asMap(value: unknown): Record<string, unknown> | undefined {
  return isObject(value) ? { ...value } : undefined;
}

/** `a: {b: 1}` and `a.b: 1` come to the same. */
export function flatten(map: Flat, prefix = ''): Record<string, unknown> {
  const flat: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(map)) {
    const inner = asMap(value);
    if (inner) Object.assign(flat, flatten(inner, `${prefix}${key}.`));
    else flat[prefix + key] = value;
  }
  return flat;
}
