// Explains the steps after the rules: the engine takes whoever acted out of a list of people, and gathers the values of
// fields that one search should find together.

import { peopleField, type Related } from '../definitions.ts';
import { compileFieldRead } from '../engine/layout.ts';
import type { Parts } from '../rules/plan.ts';
import type { ExplainedField, Idle, ReadValue } from './explanation.ts';
import type { SlotTrace } from './slot-trace.ts';

/** Rules whose fields gave way to a list of people. */
export function traceSettle({ settle }: Parts, trace: SlotTrace): Idle[] {
  const before = listBelow(peopleField.join('.'), trace);
  trace.watch({ by: 'engine', why: 'without who acted, each with the roles' }, settle);
  const left = new Set(trace.listFields().map(({ name }) => name));
  const gone = before.filter(({ name }) => !left.has(name));
  return gone.flatMap(({ name, sources }) =>
    sources.map(({ writtenAt, reads = [], converter, options }): Idle => {
      const from = reads.map(({ path }) => path);
      const detail = 'a list of people took its place';
      return {
        by: 'rule',
        writtenAt,
        from,
        to: [name],
        converter,
        options,
        reason: 'filled',
        detail,
        saw: [],
      };
    }),
  );
}

function listBelow(section: string, trace: SlotTrace): ExplainedField[] {
  return trace.listFields().filter(({ name }) => name.startsWith(`${section}.`));
}

export function traceRelated(
  related: readonly Related[],
  { gather, numbers }: Parts,
  trace: SlotTrace,
): void {
  for (const [i, { from, writtenAt }] of related.entries()) {
    const reads = from.flatMap((path): ReadValue[] => {
      const value = compileFieldRead(numbers, path)?.(trace.slots);
      return value === undefined ? [] : [{ path: path.join('.'), value }];
    });
    trace.watch({ by: 'related', writtenAt, reads }, (slots) => gather[i]?.(slots));
  }
}
