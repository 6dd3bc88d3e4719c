// Describes an event where that depends on more than its record type and operation: a layer describes it plainly, and
// adds to it in cases, each under conditions on the record or on the outcome.

import type { Case, Layer, TemplatePart } from '../definitions.ts';
import type { Json } from '../json/json.ts';
import type { CompileRead } from './paths.ts';
import { compileCondition } from './rules.ts';

export interface EventOfCases<Source> {
  /** The tests tell of each case whether it holds, the farthest first. */
  readonly tests: readonly Holds<Source>[];
  /** Describes the event by the layers and those cases that hold, given by their positions. */
  readonly describe: (holds: (position: number) => boolean) => EventDescription;
}

interface EventDescription {
  readonly event: { kind: string; category: string[]; type: string[] };
  readonly message: readonly TemplatePart[];
}

type EventPart = Pick<Layer, 'kind' | 'category' | 'type' | 'message'>;

/**
 * Layers come nearest first. Categories and types add up, the common ones first; kind and message are what was said
 * last.
 */
export function compileCases<Source>(
  layers: readonly Layer[],
  compileRead: CompileRead<Source>,
): EventOfCases<Source> {
  const contributions = listContributions(layers);
  const cases = layers.toReversed().flatMap((layer) => layer.cases ?? []);
  return {
    tests: cases.map((each) => compileCase(each, compileRead)),
    describe: (holds) =>
      addUp(
        contributions.flatMap(({ source, position }) =>
          position === undefined || holds(position) ? source : [],
        ),
      ),
  };
}

export interface Contribution {
  readonly source: Layer | Case;
  /** The position of a case among all of them; the description of a layer holds always. */
  readonly position: number | undefined;
}

/** Lists the descriptions of layers and their cases, in the order in which they add up. */
export function listContributions(layers: readonly Layer[]): Contribution[] {
  let cases = 0;
  return layers.toReversed().flatMap((layer) => [
    { source: layer, position: undefined },
    ...(layer.cases ?? []).map((source) => {
      cases += 1;
      return { source, position: cases - 1 };
    }),
  ]);
}

function addUp(contributions: readonly EventPart[]): EventDescription {
  const kind = contributions.findLast((each) => each.kind !== undefined)?.kind ?? 'event';
  const category = [...new Set(contributions.flatMap((each) => each.category))];
  const type = [...new Set(contributions.flatMap((each) => each.type))];
  return {
    event: { kind, category, type: type.length === 0 ? ['info'] : type },
    message: contributions.findLast((each) => each.message !== undefined)?.message ?? [],
  };
}

export type Holds<Source> = (record: Source, found: Json) => boolean;

export function compileCase<Source>(
  { when = [], outcome }: Case,
  compileRead: CompileRead<Source>,
): Holds<Source> {
  const conditions = when.map((condition) => compileCondition(condition, compileRead));
  return (record, found) => {
    if (outcome !== undefined && outcome !== found) return false;
    for (const holds of conditions) if (!holds(record)) return false;
    return true;
  };
}
