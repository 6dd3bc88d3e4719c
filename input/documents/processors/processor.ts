// The processors of a policy once they are read, as Elastic Agent documents them: they change a document, or drop it,
// after it was made of its record and before it is delivered.

import type { ConstantFields } from '../constant-fields.ts';

export type DocumentCondition =
  | { readonly kind: 'equals'; readonly fields: Readonly<Record<string, string | number | boolean>> }
  | { readonly kind: 'contains' | 'regexp'; readonly fields: Readonly<Record<string, string>> }
  | { readonly kind: 'range'; readonly fields: Readonly<Record<string, RangeBounds>> }
  | { readonly kind: 'has_fields'; readonly fields: readonly string[] }
  /** Names of networks or their addresses with a prefix length: one of them has to hold an address of the field. */
  | { readonly kind: 'network'; readonly fields: Readonly<Record<string, readonly string[]>> }
  | { readonly kind: 'and' | 'or'; readonly conditions: readonly DocumentCondition[] }
  | { readonly kind: 'not'; readonly condition: DocumentCondition };

export type RangeBounds = { readonly [Name in 'gte' | 'gt' | 'lte' | 'lt']?: number };

export interface FieldPair {
  readonly from: string;
  readonly to: string;
}

type Action =
  | { readonly kind: 'add_fields'; readonly fields: ConstantFields }
  | { readonly kind: 'add_tags'; readonly tags: readonly string[]; readonly target: string }
  | { readonly kind: 'drop_event' }
  | { readonly kind: 'drop_fields'; readonly names: readonly string[] }
  | {
      readonly kind: 'rename' | 'copy_fields';
      readonly pairs: readonly FieldPair[];
      readonly ignoreMissing: boolean;
      /** The document stays as it was where one of the pairs fails. */
      readonly failOnError: boolean;
    };

export type DocumentProcessor = Action & { readonly when?: DocumentCondition | undefined };

/** Puts the constants of a policy apart: what is added before anything looks at a document. */
export function splitConstants(processors: readonly DocumentProcessor[]): {
  readonly fields: ConstantFields;
  readonly tags: readonly string[];
  readonly rest: readonly DocumentProcessor[];
} {
  const first = processors.findIndex((each) => !isConstant(each));
  const constant = first < 0 ? processors : processors.slice(0, first);
  const fields: Record<string, ConstantFields[string]> = {};
  for (const each of constant) if (each.kind === 'add_fields') Object.assign(fields, each.fields);
  const tags = constant.flatMap((each) => (each.kind === 'add_tags' ? each.tags : []));
  return { fields, tags, rest: first < 0 ? [] : processors.slice(first) };
}

function isConstant(processor: DocumentProcessor): boolean {
  if (processor.when) return false;
  return processor.kind === 'add_fields' || (processor.kind === 'add_tags' && processor.target === 'tags');
}
