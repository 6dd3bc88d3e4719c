// Selects the part of an explanation that concerns some fields: the fields, those below and above them, and the rules
// that might have written them.

import type { RecordExplanation } from '../../../pipelines/explain/explanation.ts';

/** `recordField` keeps the record. */
export function selectFields(
  explanation: RecordExplanation,
  wanted: readonly string[],
  recordField: string,
): RecordExplanation {
  if (wanted.length === 0) return explanation;
  const isWanted = (name: string) => wanted.some((each) => concerns(name, each));
  return {
    ...explanation,
    fields: explanation.fields.filter(({ name }) => isWanted(name)),
    idle: explanation.idle.filter(({ to }) => to.some(isWanted)),
    unmapped: explanation.unmapped.filter(({ path, keptIn }) =>
      [`${recordField}.${path}`, ...keptIn].some(isWanted),
    ),
  };
}

/** Tells whether two fields are the same, or one of them is below the other. */
export function concerns(name: string, other: string): boolean {
  return isWithin(name, other) || isWithin(other, name);
}

/** A rule that may write at the root may write every field. */
function isWithin(name: string, section: string): boolean {
  return section === '' || name === section || name.startsWith(`${section}.`);
}
