// Tells whether a field can answer what the rules ask of it: it must be mapped, and of a type that their operators
// take.

import type { FieldUse } from './rules.ts';

const numbers = new Set([
  'long',
  'integer',
  'short',
  'byte',
  'float',
  'half_float',
  'double',
  'unsigned_long',
]);
const keywords = new Set(['keyword', 'constant_keyword', 'wildcard']);

/** Returns the reason why the field does not fit; undefined where it fits. */
export function findMisfit(type: string | undefined, { values }: FieldUse): string | undefined {
  if (type === undefined) return 'not mapped';
  const uses = Object.keys(values).map((use) => {
    const [operator = '', ...literal] = use.split(' ');
    return { operator, literal: literal.join(' ') };
  });
  // Rules that only group by a field or show it need its doc values.
  if (uses.length === 0)
    return /text|flattened|nested/.test(type) ? `${type} cannot be grouped by` : undefined;
  const unfit = uses.find(({ operator, literal }) => !takes(type, operator, literal));
  return unfit === undefined ? undefined : `${type} does not take ${unfit.operator} ${unfit.literal}`;
}

function takes(type: string, operator: string, literal: string): boolean {
  const isRange = /^[<>]=?$/.test(operator);
  const isPresence = literal === '*' || literal === 'null';
  if (isPresence) return type !== 'flattened' || operator === ':';
  if (keywords.has(type)) return !isRange;
  if (numbers.has(type))
    return (isRange || operator === ':' || operator === '==') && Number.isFinite(Number(literal));
  if (type === 'boolean') return (operator === ':' || operator === '==') && /^(?:true|false)$/.test(literal);
  if (type === 'date') return isRange;
  if (/text/.test(type)) return operator === ':';
  if (type === 'ip') return operator === ':' || operator === '==';
  // A flattened field finds a value under any of its keys, and no pattern.
  return type === 'flattened' && operator === ':' && !literal.includes('*');
}
