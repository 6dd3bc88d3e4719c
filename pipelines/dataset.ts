// The description of a dataset, before any of its record types says what a record means: how it is called, how its
// records come, how they are told apart, and where a document keeps them. It is written in a `dataset.yml`; no code
// knows a dataset.

import type { Condition, Path } from './record-path.ts';

/** Names from the record down to a property. */
export type PlainPath = readonly string[];

/**
 * The paths at which a value may stand in a record: the first with a value counts. No path means that records do not
 * say it.
 */
export type Places = readonly PlainPath[];

/** The facts that every record states, whatever its type. */
export interface Head {
  readonly id: Places;
  /** The tenant that the record belongs to. */
  readonly owner: Places;
  /** The time of the event: `@timestamp`. */
  readonly time: Places;
  /** The value that tells the record type. */
  readonly kind: Places;
  /** The action; record-type files single operations out by it. */
  readonly action: Places;
  /** The time of the record's last change. */
  readonly updated: Places;
  /** What tells apart the records of one id: here every path counts, whether it has a value or not. */
  readonly part: Places;
  /** The person or program that acted: for whoever looks at records that were never mapped. */
  readonly actor: Places;
}

/** The names of the facts that are read of every record that is mapped. */
export type HeadName = Exclude<keyof Head, 'actor'>;

/**
 * Records tell their type by a number (some write its name instead), by a name, or not at all, so that one file is
 * about every record.
 */
export type Selector = 'number' | 'name' | 'none';

/** Records are the same document where they have one Id and one part, or these and one time of change. */
export type IdentityRule = 'id' | 'id_and_update';

/**
 * Records that come by themselves and in an envelope. In the document both have the envelope's form: the record stands
 * under `root`.
 */
export interface Envelope {
  readonly root: string;
  /**
   * The properties that stand beside the record in every envelope, so that a property of that name is not taken for
   * one.
   */
  readonly beside: readonly string[];
  /** Properties that a record in an envelope has, and one by itself is given, in this order. */
  readonly made: readonly MadeProperty[];
  /** Objects whose properties an envelope calls otherwise. Undefined where it calls all as a record by itself does. */
  readonly spelled?: readonly SpelledObject[] | undefined;
}

export interface SpelledObject {
  readonly path: PlainPath;
  /** The names in a record by itself, by those in an envelope. */
  readonly names: Readonly<Record<string, string>>;
}

/** It is the text of the first source that has one. */
export interface MadeProperty {
  readonly path: PlainPath;
  readonly from: readonly MadeSource[];
}

/** A text, or a value of the record, which a table may stand another text for. */
export interface MadeSource {
  readonly path?: Path | undefined;
  /** By the value in lower case; a value that it lacks is none. */
  readonly values?: Readonly<Record<string, string>> | undefined;
  readonly text?: string | undefined;
  readonly when?: readonly Condition[] | undefined;
}

/** Properties that have an index beside their doc values, with what they are searched for. */
export interface IndexedProperties {
  readonly reason: string;
  readonly properties: readonly string[];
}

/** Fields that have another type than in the package that owned the dataset before. */
export interface OtherType {
  readonly fields: readonly string[];
  /** Types in words: there, here. */
  readonly there: string;
  readonly here: string;
  readonly reason: string;
}

/** Fields that the package that owned the dataset before fills, and no document here has. */
export interface LackingField {
  /** `.*` at the end stands for all below. */
  readonly fields: readonly string[];
  /** Fields that answer the same question. */
  readonly instead: readonly string[];
  readonly reason: string;
}

/** Fields of both that hold something else for the same record. */
export interface DifferentValue {
  readonly fields: readonly string[];
  /** What they hold, in words. */
  readonly there: string;
  readonly here: string;
  /** Fields that hold what theirs does. */
  readonly instead: readonly string[];
}

/** How records say what kind of user acted. */
interface UserTypes {
  readonly from: PlainPath;
  /** The names by what a record writes. */
  readonly names: Readonly<Record<string, string>>;
}

export interface Dataset {
  /** `o365.audit`: in `event.dataset`, and in the names of the data stream, its templates and its pipelines. */
  readonly name: string;
  readonly module: string;
  /** The integration package that has its data stream. */
  readonly package: string;
  /** The title of its records, in a few words. */
  readonly title: string;
  /** The vendor whose names the properties and record types have. */
  readonly vendor: string;
  /** The field of the document that keeps the record, dotted. */
  readonly recordField: string;
  /** The field in which a pipeline of others takes the record as it is. */
  readonly rawField: string;
  /** Where the pipeline of Elastic's package looks for the record: in that field, or as text in `message`. */
  readonly rawIn: 'field' | 'message';
  readonly head: Head;
  readonly selector: Selector;
  readonly identity: IdentityRule;
  /** Undefined where records come by themselves alone. */
  readonly envelope?: Envelope | undefined;
  /** Undefined where records do not say it. */
  readonly userTypes?: UserTypes | undefined;
  readonly indexed: readonly IndexedProperties[];
  /** Properties that stand in a field of ECS as they are, and there alone where others map them. */
  readonly moved: readonly string[];
  readonly otherTypes: readonly OtherType[];
  readonly absent: readonly LackingField[];
  readonly otherValues: readonly DifferentValue[];
}

/** `logs-<dataset>-<namespace>` */
export function dataStreamOf({ dataset, namespace }: { dataset: string; namespace: string }): string {
  return `logs-${dataset}-${namespace}`;
}

/** The names in the field that keeps the record. */
export function recordPath({ recordField }: Pick<Dataset, 'recordField'>): PlainPath {
  return recordField.split('.');
}

/** Its records come by themselves, and their head stands on their outermost level. */
export function isFlat({ head, envelope }: Dataset): boolean {
  return envelope === undefined && Object.values(head).every((places) => places.every(isOneStep));
}

function isOneStep(path: PlainPath): boolean {
  return path.length === 1;
}
