// What a record-type file holds once its shape is checked, key by key as it is written. What each key means is said in
// `schema.ts`, where the page about the language takes it from.

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
  readonly values?: TableSource;
}

/** Texts by the outcome that they stand for. */
export type TableSource = Readonly<Record<string, string | readonly (string | readonly string[])[]>>;

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
  /** Whether the field holds what every rule gives it, though ECS has one value there. */
  readonly collects?: boolean;
}

export type ScalarSource = string | number | boolean;

type ScalarsSource = ScalarSource | readonly ScalarSource[];

export type WhenSource = Readonly<Record<string, ScalarsSource | { readonly not: ScalarsSource }>>;

/**
 * A field of each object of a list: `from` below the property, `to` below the field. Without `to`, the verb fills the
 * object itself.
 */
export type EachSource = Pick<FieldSource, 'from' | 'as'> & { readonly to?: string };

/** What is added to the event where the conditions hold. */
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
  /** Of all its record types, or by their numbers. */
  readonly workload?: string | readonly string[] | Readonly<Record<string, string | readonly string[]>>;
  readonly record_types?: Readonly<Record<string, string>>;
  readonly extends?: string;
  readonly operations?: readonly OperationSource[];
  /** In the common file: what services write as a status. */
  readonly statuses?: TableSource;
  readonly related?: Readonly<
    Record<string, { readonly from: readonly string[]; readonly people?: boolean }>
  >;
}
