// Buckets: groups of documents, each with what is counted inside it. Memory grows with the distinct values, never with
// the documents.

import { isObject } from '../../pipelines/json/unknown.ts';
import { numberAt, type UnknownObject } from '../interpret/unknown-object.ts';
import type { EvaluatedDocument, QueryField } from './fields.ts';
import type { Scalar } from './kinds.ts';
import type { Collector, MakeCollector } from './measures.ts';
import type { Predicate } from './query.ts';
import { QueryError } from './query-error.ts';

/** A bucket counts documents, and hands them to the collectors inside. */
export class Bucket implements Collector {
  #count = 0;
  readonly #inside: readonly (readonly [string, Collector])[];

  constructor(inside: Readonly<Record<string, MakeCollector>>) {
    this.#inside = Object.entries(inside).map(([name, make]) => [name, make()]);
  }

  add(document: EvaluatedDocument): void {
    this.#count += 1;
    for (const [, collector] of this.#inside) collector.add(document);
  }

  answer(): UnknownObject {
    const inside = this.#inside.map(([name, collector]) => [name, collector.answer()]);
    return { doc_count: this.#count, ...Object.fromEntries(inside) };
  }
}

export type MakeBucket = () => Bucket;

export function filtered(holds: Predicate, make: MakeBucket): Collector {
  const bucket = make();
  return {
    add: (document) => {
      if (holds(document)) bucket.add(document);
    },
    answer: () => bucket.answer(),
  };
}

/** One bucket for each filter, in their order; a document can be in several. */
export function groups(filters: readonly Predicate[], make: MakeBucket): Collector {
  const parts = filters.map((holds) => filtered(holds, make));
  return {
    add: (document) => {
      for (const part of parts) part.add(document);
    },
    answer: () => ({ buckets: parts.map((part) => part.answer()) }),
  };
}

/** One bucket for each key; a document is counted once in each of its own. */
function keyed<Key extends Scalar>(
  keysOf: (document: EvaluatedDocument) => Iterable<Key>,
  make: MakeBucket,
  answer: (buckets: ReadonlyMap<Key, Bucket>) => UnknownObject,
): Collector {
  const buckets = new Map<Key, Bucket>();
  return {
    add: (document) => {
      for (const key of new Set(keysOf(document))) {
        const bucket = buckets.get(key) ?? make();
        buckets.set(key, bucket);
        bucket.add(document);
      }
    },
    answer: () => answer(buckets),
  };
}

export interface Ordering {
  /**
   * The key to order by: `_key`, `_count`, or the path to a measure, such as `name`, `name.percent` or `filter>name`.
   */
  readonly path: string;
  readonly isDescending: boolean;
  /** The rank of a bucket without a value. */
  readonly empty: number;
}

export function topValues(field: QueryField, size: number, ordering: Ordering, make: MakeBucket): Collector {
  const sign = ordering.isDescending ? -1 : 1;
  const byKey = field.kind.compare;
  return keyed(
    (document) => document.valuesOf(field),
    make,
    (buckets) => {
      const ranked = [...buckets].map(([key, bucket]) => {
        const answer = bucket.answer();
        return { key, answer, rank: rankOf(answer, ordering) };
      });
      ranked.sort(
        ordering.path === '_key'
          ? (one, other) => sign * byKey(one.key, other.key)
          : (one, other) => compareRanks(one.rank, other.rank, sign) || byKey(one.key, other.key),
      );
      return {
        buckets: ranked.slice(0, size).map(({ key, answer }) => ({ ...keyOf(field, key), ...answer })),
      };
    },
  );
}

/** A boolean is counted by number, and a time is a number. */
function keyOf({ kind }: QueryField, key: Scalar): UnknownObject {
  if (typeof key === 'boolean') return { key: Number(key), key_as_string: String(key) };
  return kind.family === 'date' ? { key, key_as_string: kind.show?.(key) } : { key };
}

function rankOf(answer: UnknownObject, { path, empty }: Ordering): number {
  if (path === '_key') return 0;
  if (path === '_count') return numberAt(answer, 'doc_count');
  const steps = path.split('>');
  const [, name = '', percent] = /^(.*?)(?:\.(\d+(?:\.\d+)?))?$/.exec(steps.pop() ?? '') ?? [];
  const inside = steps.reduce<unknown>((tree, step) => (isObject(tree) ? tree[step] : undefined), answer);
  const measure = isObject(inside) ? inside[name] : undefined;
  if (!isObject(measure)) throw new QueryError(`${path} is no measure`);
  // A filter's name alone is the path to its count.
  const value: unknown =
    percent === undefined ? (measure.value ?? measure.doc_count) : valueAt(measure, percent);
  return typeof value === 'number' ? value : empty;
}

function valueAt({ values }: UnknownObject, percent: string): unknown {
  return isObject(values) ? values[Number(percent).toFixed(1)] : undefined;
}

/** A value that is no number comes last in either direction. */
function compareRanks(one: number, other: number, sign: number): number {
  if (Number.isNaN(one) || Number.isNaN(other))
    return Number(Number.isNaN(one)) - Number(Number.isNaN(other));
  return one === other ? 0 : sign * (one < other ? -1 : 1);
}

export interface Bars {
  readonly intervalMs: number;
  /** Bars without documents are there too, at least between these bounds. */
  readonly bounds?: { readonly min: number; readonly max: number };
}

/** The limit is more than any screen shows: a document of another millennium must not fill memory with empty bars. */
const mostBars = 20_000;

export function overTime(field: QueryField, { intervalMs, bounds }: Bars, make: MakeBucket): Collector {
  const startOf = (value: Scalar) => Math.floor(Number(value) / intervalMs) * intervalMs;
  return keyed(
    (document) => document.valuesOf(field).map(startOf),
    make,
    (buckets) => {
      const starts =
        bounds === undefined
          ? [...buckets.keys()]
          : allStarts([...buckets.keys()], bounds, startOf, intervalMs);
      return {
        buckets: starts
          .toSorted((one, other) => one - other)
          .map((key) => ({ key, ...(buckets.get(key) ?? make()).answer() })),
      };
    },
  );
}

function allStarts(
  found: readonly number[],
  { min, max }: { readonly min: number; readonly max: number },
  startOf: (value: number) => number,
  intervalMs: number,
): number[] {
  const first = found.reduce((least, each) => Math.min(least, each), startOf(min));
  const last = found.reduce((most, each) => Math.max(most, each), startOf(max));
  const count = (last - first) / intervalMs + 1;
  if (count > mostBars) throw new QueryError(`${count} bars are too many; choose a shorter time`);
  return Array.from({ length: count }, (_, index) => first + index * intervalMs);
}

/** Squares of the world's map as map servers cut it: two to the power of `zoom` across. */
export function tiles(field: QueryField, zoom: number, size: number, make: MakeBucket): Collector {
  const across = 2 ** zoom;
  const clamp = (place: number) => Math.min(across - 1, Math.max(0, Math.floor(place)));
  const tileOf = (value: Scalar) => {
    const [lat = 0, lon = 0] = String(value).split(',').map(Number);
    const sine = Math.sin((Math.max(-85.0511287798066, Math.min(85.0511287798066, lat)) * Math.PI) / 180);
    const x = clamp((lon / 360 + 0.5) * across);
    const y = clamp((0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)) * across);
    return `${zoom}/${x}/${y}`;
  };
  return keyed(
    (document) => document.valuesOf(field).map(tileOf),
    make,
    (buckets) => ({
      buckets: [...buckets]
        .map(([key, bucket]): UnknownObject => ({ key, ...bucket.answer() }))
        .sort((one, other) => numberAt(other, 'doc_count') - numberAt(one, 'doc_count'))
        .slice(0, size),
    }),
  );
}
