// Draws the source of a field in rows of two columns: the line of the file, and what was done there.

import type { FieldOrigin, InnerRule, ReadValue } from '../../../pipelines/explain/explanation.ts';
import { writeLine, writeValue } from '../../../pipelines/explain/words.ts';
import type { Json } from '../../../pipelines/json/json.ts';
import { plainJson } from '../show/cells.ts';

export interface ExplanationRow {
  readonly left: string;
  readonly right: string;
  readonly indent?: number;
}

export function drawSource(source: FieldOrigin, value: Json): ExplanationRow[] {
  const { by, reads = [], each = [], why } = source;
  const paths = reads.map(({ path }) => path).join(', ');
  const from = by === 'related' ? `gathers ${paths}` : paths;
  const parts = [from, describeConverter(source), why, by === 'related' ? '' : describeOthers(reads, value)];
  return [
    { left: locationOf(source), right: parts.filter((part) => part).join(', '), indent: 4 },
    ...each.map((inner) => ({ left: locationOf(inner), right: describeInner(inner), indent: 6 })),
  ];
}

export function locationOf({ writtenAt }: Pick<FieldOrigin, 'writtenAt'>): string {
  return writtenAt === undefined ? 'the engine' : writeLine(writtenAt);
}

/** The value that was read is shown where it differs from the value that was written. */
function describeOthers(reads: readonly ReadValue[], value: Json): string {
  const written = writeValue(value);
  const others = reads.map((reading) => writeValue(reading.value)).filter((text) => text !== written);
  return others.length === 0 ? '' : `read ${plainJson(others.join(', '))}`;
}

/** The converter as it is written after `as:`. */
export function describeConverter({
  converter,
  options,
}: Pick<FieldOrigin, 'converter' | 'options'>): string | undefined {
  if (converter === undefined) return undefined;
  return options === undefined ? `converter ${converter}` : `converter ${converter} ${writeValue(options)}`;
}

function describeInner(inner: InnerRule): string {
  const to = inner.to === '' ? '' : `${inner.to} from `;
  return `${to}${inner.from.join(' or ')}, ${describeConverter(inner) ?? ''}`;
}
