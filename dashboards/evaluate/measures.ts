// The measures of the documents in a bucket, taken document by document: sums and extremes in constant space, distinct
// values and percentiles with every value they are made of.

import type { UnknownObject } from '../interpret/unknown-object.ts';
import type { EvaluatedDocument, QueryField } from './fields.ts';
import type { Scalar } from './kinds.ts';

/** A collector takes documents one after the other; its answer is as Elasticsearch gives it. */
export interface Collector {
  add(document: EvaluatedDocument): void;
  answer(): UnknownObject;
}

export type MakeCollector = () => Collector;

function overValues(
  field: QueryField,
  take: (value: Scalar) => void,
  answer: () => UnknownObject,
): Collector {
  return {
    add: (document) => {
      for (const value of document.valuesOf(field)) take(value);
    },
    answer,
  };
}

export function unique(field: QueryField): Collector {
  const seen = new Set<Scalar>();
  return overValues(
    field,
    (value) => seen.add(value),
    () => ({ value: seen.size }),
  );
}

export function sum(field: QueryField): Collector {
  let total = 0;
  return overValues(
    field,
    (value) => {
      total += Number(value);
    },
    () => ({ value: total }),
  );
}

export function average(field: QueryField): Collector {
  let total = 0;
  let count = 0;
  return overValues(
    field,
    (value) => {
      total += Number(value);
      count += 1;
    },
    () => ({ value: count === 0 ? null : total / count }),
  );
}

export function extreme(field: QueryField, choose: (one: number, other: number) => number): Collector {
  let found: number | undefined;
  return overValues(
    field,
    (value) => {
      found = found === undefined ? Number(value) : choose(found, Number(value));
    },
    () => ({ value: found ?? null }),
  );
}

export function percentiles(field: QueryField, percents: readonly number[]): Collector {
  const numbers: number[] = [];
  return overValues(
    field,
    (value) => numbers.push(Number(value)),
    () => {
      const sorted = Float64Array.from(numbers).sort();
      return {
        values: Object.fromEntries(
          percents.map((percent) => [percent.toFixed(1), percentileOf(sorted, percent)]),
        ),
      };
    },
  );
}

/** A rank that falls between two values gives a value on the line between them. */
function percentileOf(sorted: Float64Array, percent: number): number | null {
  const place = (percent / 100) * (sorted.length - 1);
  const low = sorted[Math.floor(place)];
  const high = sorted[Math.ceil(place)];
  return low === undefined || high === undefined ? null : low + (high - low) * (place % 1);
}

/** The values of the latest document by `by`; a document without that field counts only while no other has one. */
export function last(field: QueryField, by: QueryField): Collector {
  let latest: readonly [Scalar | undefined, readonly Scalar[]] | undefined;
  return {
    add(document) {
      const at = document
        .valuesOf(by)
        .reduce<Scalar | undefined>(
          (most, each) => (most === undefined || by.kind.compare(each, most) > 0 ? each : most),
          undefined,
        );
      const isLater =
        latest === undefined ||
        (at !== undefined && (latest[0] === undefined || by.kind.compare(at, latest[0]) > 0));
      if (isLater) latest = [at, document.valuesOf(field)];
    },
    answer() {
      if (latest === undefined) return { hits: { hits: [] } };
      const { compare, show = (value: Scalar) => value } = field.kind;
      const values = latest[1].toSorted(compare).map(show);
      return { hits: { hits: [{ fields: values.length === 0 ? {} : { [field.name]: values } }] } };
    },
  };
}

/** The middle of the points. */
export function centroid(field: QueryField): Collector {
  const total = { lat: 0, lon: 0, count: 0 };
  return overValues(
    field,
    (value) => {
      const [lat = 0, lon = 0] = String(value).split(',').map(Number);
      total.lat += lat;
      total.lon += lon;
      total.count += 1;
    },
    () => ({
      count: total.count,
      ...(total.count > 0 && { location: { lat: total.lat / total.count, lon: total.lon / total.count } }),
    }),
  );
}
