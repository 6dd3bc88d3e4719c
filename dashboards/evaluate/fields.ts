// The fields of documents in memory: their types and their values in a document, which are read once however many ask.

import { findEcsField } from '../../fields/ecs.ts';
import { type FieldTypeName, isFieldType } from '../../fields/field-types.ts';
import { isObject } from '../../pipelines/json/unknown.ts';
import type { FieldLookup } from '../definition.ts';
import type { UnknownObject } from '../interpret/unknown-object.ts';
import { type Kind, kindOf, type Scalar } from './kinds.ts';

/** One field; `slot` is the index of its values in a document's cache. */
export interface QueryField {
  readonly name: string;
  readonly kind: Kind;
  readonly isKnown: boolean;
  readonly slot: number;
  /** Finds the values at the path, in lists and out of them. */
  collect(tree: UnknownObject): unknown[];
}

export class QueryFields {
  readonly #lookup: FieldLookup;
  readonly #fields = new Map<string, QueryField>();

  constructor(lookup: FieldLookup) {
    this.#lookup = lookup;
  }

  get(name: string): QueryField {
    const known = this.#fields.get(name);
    if (known !== undefined) return known;
    const { path, type } = this.#resolve(name);
    const segments = path.split('.');
    const field: QueryField = {
      name,
      kind: kindOf(type ?? 'keyword'),
      isKnown: type !== undefined,
      slot: this.#fields.size,
      collect(tree) {
        const found: unknown[] = [];
        descend(tree, segments, found);
        return found;
      },
    };
    this.#fields.set(name, field);
    return field;
  }

  /** Finds a field, a second index of one (`user_agent.original.text`), or a key below one that takes any. */
  #resolve(name: string): { readonly path: string; readonly type: FieldTypeName | undefined } {
    const own = this.#lookup.find(name)?.type;
    if (own !== undefined && isFieldType(own)) return { path: name, type: own };
    const above = name.slice(0, Math.max(0, name.lastIndexOf('.')));
    const second = findEcsField(above)?.multiFields?.[name.slice(above.length + 1)];
    if (second !== undefined) return { path: above, type: second };
    const isOpen = name
      .split('.')
      .some((_, at, parts) => this.#lookup.find(parts.slice(0, at).join('.'))?.type === 'flattened');
    return { path: name, type: isOpen ? 'keyword' : undefined };
  }
}

/** Keys may hold dots themselves, as those of name–value lists do. */
function descend(value: unknown, path: readonly string[], found: unknown[]): void {
  if (Array.isArray(value)) {
    for (const each of value) descend(each, path, found);
    return;
  }
  if (path.length === 0) {
    if (value !== null && value !== undefined) found.push(value);
    return;
  }
  if (!isObject(value)) return;
  for (let length = 1; length <= path.length; length += 1) {
    const key = length === 1 ? (path[0] ?? '') : path.slice(0, length).join('.');
    if (Object.hasOwn(value, key)) descend(value[key], path.slice(length), found);
  }
}

/** A document with a cache of the values that were read of it. */
export class EvaluatedDocument {
  readonly tree: UnknownObject;
  readonly #values: (readonly Scalar[] | undefined)[] = [];

  constructor(tree: UnknownObject) {
    this.tree = tree;
  }

  /** Returns the values in the order of the document, repetitions included. */
  valuesOf(field: QueryField): readonly Scalar[] {
    const known = this.#values[field.slot];
    if (known !== undefined) return known;
    const values = field.collect(this.tree).flatMap((raw) => field.kind.read(raw) ?? []);
    this.#values[field.slot] = values;
    return values;
  }

  /** An object exists when anything below it does. */
  has(field: QueryField): boolean {
    return this.valuesOf(field).length > 0 || (field.kind.family === 'keyword' && this.#hasBelow(field));
  }

  #hasBelow(field: QueryField): boolean {
    return field.collect(this.tree).some((raw) => isObject(raw) && Object.values(raw).some(isThere));
  }
}

function isThere(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(isThere);
  if (isObject(value)) return Object.values(value).some(isThere);
  return value !== null && value !== undefined;
}
