// Who wrote a field, in rows of two columns: the line of the file, and what was done there.

import type { FieldSource, InnerRule, Reading } from '../../../pipelines/explain/explanation.ts';
import { writeLine, writeValue } from '../../../pipelines/explain/words.ts';
import type { Json } from '../../../pipelines/json/json.ts';
import { plainJson } from '../show/cells.ts';

export interface Row {
  readonly left: string;
  readonly right: string;
  readonly indent?: number;
}

export function drawSource(source: FieldSource, value: Json): Row[] {
  const { by, reads = [], each = [], why } = source;
  const paths = reads.map(({ path }) => path).join(', ');
  const from = by === 'related' ? `gathers ${paths}` : paths;
  const parts = [from, describeVerb(source), why, by === 'related' ? '' : describeOthers(reads, value)];
  return [
    { left: placeOf(source), right: parts.filter((part) => part).join(', '), indent: 4 },
    ...each.map((inner) => ({ left: placeOf(inner), right: describeInner(inner), indent: 6 })),
  ];
}

export function placeOf({ writtenAt }: Pick<FieldSource, 'writtenAt'>): string {
  return writtenAt === undefined ? 'the engine' : writeLine(writtenAt);
}

/** What was read is told where it is not what was written. */
function describeOthers(reads: readonly Reading[], value: Json): string {
  const written = writeValue(value);
  const others = reads.map((reading) => writeValue(reading.value)).filter((text) => text !== written);
  return others.length === 0 ? '' : `read ${plainJson(others.join(', '))}`;
}

/** As written after `as:`. */
export function describeVerb({ verb, options }: Pick<FieldSource, 'verb' | 'options'>): string | undefined {
  if (verb === undefined) return undefined;
  return options === undefined ? `verb ${verb}` : `verb ${verb} ${writeValue(options)}`;
}

function describeInner(inner: InnerRule): string {
  const to = inner.to === '' ? '' : `${inner.to} from `;
  return `${to}${inner.from.join(' or ')}, ${describeVerb(inner) ?? ''}`;
}
