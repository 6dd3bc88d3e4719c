// The record-type files after reading: everything resolved, nothing left to look up. Both targets, the field templates
// and the docs are made from this; it is committed as JSON, so that a running collector reads no YAML.

import type { Dataset } from './dataset.ts';
import type { Json } from './json/json.ts';
import type { Condition, Path } from './record-path.ts';

export type { Condition, Path, Step } from './record-path.ts';

/** The form in which a property of the record is kept. The last four hold structure, the others values. */
export type PropertyType =
  | 'keyword'
  | 'text'
  | 'long'
  | 'double'
  | 'boolean'
  | 'date'
  | 'ip'
  /** An object, or a list of objects, with properties of its own. */
  | 'object'
  /** A list of name and value: becomes an object keyed by name. */
  | 'pairs'
  /** A list of name, new and old value: becomes an object keyed by name, dots and spaces as underscores. */
  | 'changes'
  /** Any structure, searchable by its keys, without types. */
  | 'flattened';

/** A line of a record-type file. */
export interface SourceLine {
  /** The file below the `record-types/` of its dataset. */
  readonly file: string;
  /** The line, from 1. */
  readonly line: number;
}

/**
 * Definitions say where they are written only where they were read with their lines: a running mapper has no need of
 * it.
 */
interface Written {
  readonly writtenAt?: SourceLine | undefined;
}

/** Properties by name. */
export type Properties = Readonly<Record<string, Property>>;

export interface Property extends Written {
  readonly type: PropertyType;
  readonly about: string;
  /** Its name in the document, where that is not its name in the record; with dots it stands in objects beside it. */
  readonly field?: string | undefined;
  /** A list of objects that becomes an object keyed by position in the document; the number of positions. */
  readonly positions?: number | undefined;
  readonly example?: string | undefined;
  readonly unit?: string | undefined;
  readonly properties?: Properties | undefined;
}

/** The field that a rule writes. `list` fields collect the values of every rule; the others keep the first. */
export interface Target {
  readonly path: readonly string[];
  readonly list: boolean;
  /** The fields that the target has of those that a converter fills. */
  readonly leaves?: readonly string[] | undefined;
  /** Holds whoever was acted on: one person as an object, several as a list of them. */
  readonly people?: true | undefined;
}

export interface Rule extends Written {
  /** The first path with a value that the converter takes. */
  readonly from: readonly Path[];
  readonly to: readonly Target[];
  /** `each` where the rule has rules of its own. */
  readonly converter: string;
  readonly options?: Json | undefined;
  readonly when?: readonly Condition[] | undefined;
  /** These rules stand in place of a converter: they make each object that is read an object of the list. */
  readonly each?: readonly Rule[] | undefined;
}

/** Whoever was acted on, without whoever acted. */
export const peopleField: readonly string[] = ['user', 'target'];

export type Outcome = 'success' | 'failure' | 'unknown';

/** The first step that has an answer decides. */
export type OutcomeStep = SignStep | StatusStep;

/** Has an answer where the value is one of the table's. */
export interface SignStep extends Written {
  readonly from: Path;
  /** The outcome by value, in lower case; `*` stands for any value not named. */
  readonly values: Readonly<Record<string, Outcome>>;
}

/**
 * Has an answer where any of these is there: the worst that its own table, or the common one, says of their values. What
 * neither knows may be anything: unknown.
 */
export interface StatusStep extends Written {
  readonly statuses: readonly Path[];
  /** The table has the form of `Definitions.statuses`. */
  readonly values: StatusTable;
}

/** Outcomes by what services write as a status, as `statusKey` writes it. */
export type StatusTable = Readonly<Record<string, Outcome>>;

/** Text, a value, text by the outcome, or a group that is left out when one of its values is missing. */
export type TemplatePart =
  | string
  | { readonly paths: readonly TemplateAlternative[] }
  | { readonly outcomes: Readonly<Record<Outcome, string>> }
  | { readonly group: readonly TemplatePart[] };

/** A field of the document, a property of the record, or plain text, where it has a condition only if that holds. */
export type TemplateAlternative =
  | { readonly field: readonly string[] }
  | { readonly property: Path }
  | { readonly text: string; readonly when?: Condition };

/** A case adds to an event where all of its conditions hold. */
export interface Case extends Written {
  readonly when?: readonly Condition[] | undefined;
  readonly outcome?: Outcome | undefined;
  readonly kind?: string | undefined;
  readonly category: readonly string[];
  readonly type: readonly string[];
  readonly message?: readonly TemplatePart[] | undefined;
}

/**
 * The part of a file, of an operation of it, or of what is common to all. Layers add up; where only one can speak, the
 * nearest does.
 */
export interface Layer {
  readonly kind?: string | undefined;
  readonly category: readonly string[];
  readonly type: readonly string[];
  readonly cases?: readonly Case[] | undefined;
  readonly rules: readonly Rule[];
  readonly outcome?: readonly OutcomeStep[] | undefined;
  readonly otherwise?: Outcome | undefined;
  readonly message?: readonly TemplatePart[] | undefined;
  /** The line of each part, as in `Written`: files that extend each other make one layer. */
  readonly partsWrittenAt?: Readonly<Partial<Record<LayerPart, SourceLine>>> | undefined;
}

/** `whole` is the file or the operation. */
export type LayerPart = 'whole' | 'kind' | 'category' | 'type' | 'outcome' | 'otherwise' | 'message';

/**
 * The layers that single operations add to their file. Every entry that names an operation applies, in order; only
 * where none does, the longest beginning that fits.
 */
export interface Operations {
  readonly layers: readonly Layer[];
  /** Positions in `layers`. */
  readonly named: Readonly<Record<string, readonly number[]>>;
  /** Longest first. */
  readonly beginnings: readonly { readonly text: string; readonly layers: readonly number[] }[];
}

export interface RecordTypeFile {
  readonly name: string;
  readonly about: string;
  /** The kinds that records state, as numbers or names; none where a dataset has one file about all records. */
  readonly recordTypes: readonly (number | string)[];
  readonly layer: Layer;
  readonly operations: Operations;
}

/** Fields that gather the values of others, at the end. */
export interface Related extends Written {
  readonly to: readonly string[];
  readonly from: readonly (readonly string[])[];
  /**
   * Text with an @ is added in lower case too: services differ in the case of one person's name. What stands for
   * nobody is left out, since it would join strangers; of `User_<GUID>` the GUID is taken, as other records have it.
   */
  readonly people: boolean;
  /** The field has the first of the values alone, and not a list of all. */
  readonly first?: true | undefined;
}

export interface Definitions {
  readonly generated: string;
  readonly ecsVersion: string;
  readonly dataset: Dataset;
  readonly properties: Properties;
  /** The vendor's names of the record types, by what records say: a number or a name. */
  readonly recordTypeNames: Readonly<Record<string, string>>;
  /**
   * The workloads by record type: the values of `Workload`, or the service in Microsoft's words. The docs show them.
   */
  readonly workloads: Readonly<Record<string, readonly string[]>>;
  readonly common: Layer;
  /** The meaning of the words of a status in every file. */
  readonly statuses: StatusTable;
  readonly related: readonly Related[];
  readonly files: readonly RecordTypeFile[];
}

/** Lists the layers of the common part, the files and their operations. */
export function layersOf({ common, files }: Definitions): Layer[] {
  return [common, ...files.flatMap(({ layer, operations }) => [layer, ...operations.layers])];
}
