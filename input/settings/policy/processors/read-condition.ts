// Reads the condition of a processor, as Elastic Agent documents it: one kind of test, with the fields that it is about.

import { compileExpression } from '../../../documents/processors/conditions.ts';
import { findNetwork, networkNames } from '../../../documents/processors/networks.ts';
import type { DocumentCondition, RangeBounds } from '../../../documents/processors/processor.ts';
import { type PolicyProblem, suggest } from '../../../options/problems.ts';
import { type PolicyNode, plain } from '../../../options/settings-tree.ts';
import { asMap, type Flat, flatten } from './plain-values.ts';

const kinds = ['equals', 'contains', 'regexp', 'range', 'has_fields', 'network', 'and', 'or', 'not'] as const;

/** Undefined where it cannot be read, with the reason in `problems`. */
export function readCondition(node: PolicyNode, problems: PolicyProblem[]): DocumentCondition | undefined {
  const refuse = (message: string): undefined => void problems.push({ place: node.place, message });
  const [entry, second] = node.kind === 'map' ? node.entries : [];
  if (!entry || second) return refuse(`a condition is one of ${kinds.join(', ')}; join several with and`);
  const { key, value } = entry;
  const kind = kinds.find((known) => known === key);
  switch (kind) {
    case undefined:
      return refuse(`unknown condition "${key}"${suggest(key, kinds)} (one of ${kinds.join(', ')})`);
    case 'and':
    case 'or': {
      const items = value.kind === 'list' ? value.items : [];
      const conditions = items.flatMap((item) => readCondition(item, problems) ?? []);
      if (items.length === 0) return refuse(`${key} takes a list of conditions`);
      return conditions.length === items.length ? { kind, conditions } : undefined;
    }
    case 'not': {
      const condition = readCondition(value, problems);
      return condition && { kind, condition };
    }
    case 'has_fields': {
      const fields = [plain(value)].flat();
      const ok = fields.length > 0 && fields.every((name) => typeof name === 'string');
      return ok ? { kind, fields: fields.map(String) } : refuse('has_fields takes a list of fields');
    }
    default:
      return readFields(kind, flatten(asMap(plain(value)) ?? {}), refuse);
  }
}

type Refuse = (message: string) => undefined;

function readFields(
  kind: 'equals' | 'contains' | 'regexp' | 'range' | 'network',
  values: Flat,
  refuse: Refuse,
): DocumentCondition | undefined {
  if (Object.keys(values).length === 0) return refuse(`${kind} takes a map of fields`);
  switch (kind) {
    case 'equals':
      return everyValue(
        values,
        isScalar,
        refuse,
        'equals compares with text, a number, true or false',
        (fields) => ({
          kind,
          fields,
        }),
      );
    case 'contains':
      return everyValue(values, isText, refuse, 'contains takes texts', (fields) => ({ kind, fields }));
    case 'regexp':
      return everyValue(values, isExpression, refuse, 'regexp takes regular expressions', (fields) => ({
        kind,
        fields,
      }));
    case 'range':
      return readRange(values, refuse);
    case 'network':
      return everyValue(
        Object.fromEntries(Object.entries(values).map(([name, value]) => [name, [value].flat()])),
        isNetworks,
        refuse,
        `network takes ranges such as 192.0.2.0/24, or ${networkNames.join(', ')}`,
        (fields) => ({ kind, fields }),
      );
  }
}

function everyValue<Value>(
  values: Readonly<Record<string, unknown>>,
  accepts: (value: unknown) => value is Value,
  refuse: Refuse,
  rule: string,
  make: (fields: Record<string, Value>) => DocumentCondition,
): DocumentCondition | undefined {
  const fields: Record<string, Value> = {};
  for (const [name, value] of Object.entries(values))
    if (accepts(value)) fields[name] = value;
    else return refuse(`${rule}, not ${JSON.stringify(value)} for ${name}`);
  return make(fields);
}

const isText = (value: unknown): value is string => typeof value === 'string';
const isScalar = (value: unknown): value is string | number | boolean =>
  isText(value) || typeof value === 'number' || typeof value === 'boolean';
const isNetworks = (value: unknown): value is string[] =>
  Array.isArray(value) && value.length > 0 && value.every((each) => isText(each) && findNetwork(each));

function isExpression(value: unknown): value is string {
  if (!isText(value)) return false;
  try {
    compileExpression(value);
    return true;
  } catch {
    return false;
  }
}

const operators = ['gte', 'gt', 'lte', 'lt'] as const;

/** A bound is written below its field, or behind a last dot. */
function readRange(values: Flat, refuse: Refuse): DocumentCondition | undefined {
  const fields: Record<string, RangeBounds> = {};
  for (const [name, value] of Object.entries(values)) {
    const [, field = '', last] = /^(.+)\.(\w+)$/.exec(name) ?? [];
    const operator = operators.find((known) => known === last);
    if (!operator || typeof value !== 'number')
      return refuse(`range takes ${operators.join(', ')} with a number for each field, not ${name}`);
    fields[field] = { ...fields[field], [operator]: value };
  }
  return { kind: 'range', fields };
}
