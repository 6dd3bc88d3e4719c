// The explanation of one record: where each field of its document comes from, and why every rule that wrote nothing did
// not.

import type { SourceLine } from '../definitions.ts';
import type { Json } from '../json/json.ts';

/** A value at a path of the record or of the document. */
export interface ReadValue {
  readonly path: string;
  /** It is undefined where there was nothing. */
  readonly value: Json;
}

/** `engine` is the program itself, which no file tells what to do. */
export type OriginKind =
  | 'rule'
  | 'event'
  | 'case'
  | 'outcome'
  | 'message'
  | 'related'
  | 'property'
  | 'engine';

/** Something that made a field, or a part of it. */
export interface FieldOrigin {
  readonly by: OriginKind;
  readonly writtenAt?: SourceLine | undefined;
  readonly reads?: readonly ReadValue[] | undefined;
  readonly converter?: string | undefined;
  readonly options?: Json;
  /** The rules inside of an `each`. */
  readonly each?: readonly InnerRule[] | undefined;
  /** A reason in words, where the rest does not tell. */
  readonly why?: string | undefined;
}

export interface InnerRule {
  readonly writtenAt?: SourceLine | undefined;
  readonly from: readonly string[];
  readonly to: string;
  readonly converter: string;
  readonly options?: Json;
}

/** A list is one field, whatever it holds. */
export interface ExplainedField {
  readonly name: string;
  readonly value: Json;
  /** They stand in the order in which they wrote; a field that collects has several. */
  readonly sources: readonly FieldOrigin[];
}

type IdleReason =
  /** Nothing stands where it reads. */
  | 'absent'
  /** There is a property, without a value. */
  | 'empty'
  /** There is a property, and its value is not of the type that its definition says. */
  | 'misfit'
  /** One of its conditions does not hold. */
  | 'condition'
  /** The converter makes nothing of the value. */
  | 'refused'
  /** Something before it wrote the field. */
  | 'filled'
  /** The text of a status, or the sign, is in no table of the step. */
  | 'unanswered';

/** A rule, a case or a step that had no part in the document. */
export interface Idle {
  readonly by: 'rule' | 'case' | 'outcome';
  readonly writtenAt?: SourceLine | undefined;
  readonly from: readonly string[];
  /** Fields; a rule may write some of its fields and not the others. */
  readonly to: readonly string[];
  readonly converter?: string | undefined;
  readonly options?: Json;
  readonly reason: IdleReason;
  /** The reason in words: which condition, who wrote the field before. */
  readonly detail: string;
  /** The values at the paths that it read. */
  readonly saw: readonly ReadValue[];
}

type UnmappedReason = 'undefined' | 'misfit' | 'text' | 'empty';

/** A property of the record that is not where its name says, or has no type. */
export interface Unmapped {
  readonly path: string;
  readonly reason: UnmappedReason;
  readonly detail: string;
  /** Fields of the document that hold it. */
  readonly keptIn: readonly string[];
}

export interface RecordExplanation {
  /** The reason why the text is no record; undefined where it is one. */
  readonly problem?: string | undefined;
  /** The document's `_id`. */
  readonly documentId: string;
  readonly id: Json;
  readonly recordType: Json;
  /** Microsoft's, where it is known. */
  readonly recordTypeName?: string | undefined;
  readonly operation: Json;
  /**
   * The file, and entries of operations, whose rules were tried, the nearest first; the common file alone where no
   * file has the type.
   */
  readonly layers: readonly SourceLine[];
  readonly fields: readonly ExplainedField[];
  readonly idle: readonly Idle[];
  readonly unmapped: readonly Unmapped[];
}
