// The types of a record-type file once its shape is checked, key by key as it is written. `schema.ts` describes each
// key, where the page about the language takes it from.

import type { Outcome, PropertyType } from '../definitions.ts';

export interface EventSource {
  readonly kind?: string;
  readonly category?: readonly string[];
  readonly type?: readonly string[];
}

/** A sign (`from`), or statuses that stand beside each other. */
export interface OutcomeStepSource {
  readonly from?: string;
  readonly status?: string | readonly string[];
  readonly present?: Outcome;
  readonly values?: ValueTableSource;
}

/** Texts by the outcome that they stand for. */
export type ValueTableSource = Readonly<Record<string, string | readonly (string | readonly string[])[]>>;

interface OutcomeSource {
  readonly steps?: readonly OutcomeStepSource[];
  readonly otherwise?: Outcome;
}

export interface FieldSource {
  readonly from: string | readonly string[];
  readonly type?: PropertyType;
  readonly about?: string;
  readonly example?: string | number | boolean;
  readonly unit?: string;
  readonly to?: string | readonly string[];
  readonly as?: string | Readonly<Record<string, unknown>>;
  readonly when?: WhenSource;
  readonly each?: readonly EachSource[];
  /** The field then holds the values of every rule, though ECS has one value there. */
  readonly collects?: boolean;
}

export type ScalarSource = string | number | boolean;

type ScalarsSource = ScalarSource | readonly ScalarSource[];

export type WhenSource = Readonly<Record<string, ScalarsSource | { readonly not: ScalarsSource }>>;

/**
 * A field of each object of a list: `from` below the property, `to` below the field. Without `to`, the converter fills
 * the object itself.
 */
export type EachSource = Pick<FieldSource, 'from' | 'as'> & { readonly to?: string };

/** A case adds to the event where its conditions hold. */
export interface CaseSource {
  readonly when?: WhenSource;
  readonly outcome?: Outcome;
  readonly event?: EventSource;
  readonly message?: string;
}

export interface LayerSource {
  readonly event?: EventSource;
  readonly cases?: readonly CaseSource[];
  readonly outcome?: OutcomeSource;
  readonly fields?: readonly FieldSource[];
  readonly message?: string;
}

interface OperationSource extends LayerSource {
  readonly for: readonly string[];
}

export interface FileSource extends LayerSource {
  readonly about: string;
  /** One for all record types of the file, or one by the number of each. */
  readonly workload?: string | readonly string[] | Readonly<Record<string, string | readonly string[]>>;
  readonly record_types?: Readonly<Record<string, string>>;
  readonly extends?: string;
  readonly operations?: readonly OperationSource[];
  /** The common file alone has the words that services write as a status. */
  readonly statuses?: ValueTableSource;
  readonly related?: Readonly<
    Record<string, { readonly from: readonly string[]; readonly people?: boolean; readonly first?: true }>
  >;
}
