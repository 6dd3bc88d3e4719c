// Writes paths, conditions and values as they stand in the record-type files.

import type { Condition, SourceLine } from '../definitions.ts';
import type { Json } from '../json/json.ts';
import { formatPath } from '../language/path.ts';

const longest = 200;

/** The value is written as JSON, and cut where that is long. */
export function writeValue(value: Json): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  return text.length <= longest ? text : `${text.slice(0, longest - 1)}…`;
}

export function writeLine({ file, line }: SourceLine): string {
  return `${file}:${line}`;
}

export function writeCondition({ path, values, not }: Condition): string {
  const name = formatPath(path);
  if (values === undefined) return `${name} ${not === true ? 'is absent' : 'is there'}`;
  const [only] = values;
  if (values.length === 1) return `${name} ${not === true ? 'is not' : 'is'} ${only}`;
  return `${name} is ${not === true ? 'none' : 'one'} of ${values.join(', ')}`;
}
