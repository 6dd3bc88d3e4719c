// What an event is, where that depends on more than its record type and operation: a layer says it plainly, and adds to
// it in cases, each under conditions on the record or on the outcome.

import type { Case, Layer, SentencePart } from '../definitions.ts';
import type { Json } from '../json/json.ts';
import type { CompileRead } from './paths.ts';
import { compileCondition } from './rules.ts';

export interface EventOfCases<Source> {
  /** Of each case whether it holds, the farthest first. */
  readonly tests: readonly Holds<Source>[];
  /** What the layers and those cases say together that hold, given by their positions. */
  readonly describe: (holds: (position: number) => boolean) => EventDescription;
}

interface EventDescription {
  readonly event: { kind: string; category: string[]; type: string[] };
  readonly message: readonly SentencePart[];
}

type Says = Pick<Layer, 'kind' | 'category' | 'type' | 'message'>;

/**
 * Layers come nearest first. Categories and types add up, the common ones first; kind and message are what was said
 * last.
 */
export function compileCases<Source>(
  layers: readonly Layer[],
  compileRead: CompileRead<Source>,
): EventOfCases<Source> {
  const said = listSaid(layers);
  const cases = layers.toReversed().flatMap((layer) => layer.cases ?? []);
  return {
    tests: cases.map((each) => compileCase(each, compileRead)),
    describe: (holds) =>
      addUp(said.flatMap(({ says, position }) => (position === undefined || holds(position) ? says : []))),
  };
}

export interface Said {
  readonly says: Layer | Case;
  /** Of a case among all of them; what a layer says holds always. */
  readonly position: number | undefined;
}

/** What layers and their cases say, in the order in which it adds up. */
export function listSaid(layers: readonly Layer[]): Said[] {
  let cases = 0;
  return layers.toReversed().flatMap((layer) => [
    { says: layer, position: undefined },
    ...(layer.cases ?? []).map((says) => {
      cases += 1;
      return { says, position: cases - 1 };
    }),
  ]);
}

function addUp(said: readonly Says[]): EventDescription {
  const kind = said.findLast((each) => each.kind !== undefined)?.kind ?? 'event';
  const category = [...new Set(said.flatMap((each) => each.category))];
  const type = [...new Set(said.flatMap((each) => each.type))];
  return {
    event: { kind, category, type: type.length === 0 ? ['info'] : type },
    message: said.findLast((each) => each.message !== undefined)?.message ?? [],
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

/** The functions of this file for the ingest pipeline. */
export const casesPainless = `
boolean holds(Map record, Map one, def outcome) {
  if (one.outcome != null && one.outcome != outcome) return false;
  if (one.when == null) return true;
  for (def condition : (List) one.when) {
    if (!meets(record, (Map) condition)) return false;
  }
  return true;
}
void say(Map event, def says) {
  if (says.kind != null) event.put('kind', says.kind);
  for (def value : (List) says.category) addOnce((List) event.get('category'), value);
  for (def value : (List) says.type) addOnce((List) event.get('type'), value);
}
def describeEvent(Map event, List layers, Map record, def outcome) {
  def message = [];
  event.put('kind', 'event');
  event.put('category', new ArrayList());
  event.put('type', new ArrayList());
  for (int i = layers.size() - 1; i >= 0; --i) {
    def layer = layers.get(i);
    say(event, layer);
    if (layer.message != null) message = layer.message;
    if (layer.cases == null) continue;
    for (def one : (List) layer.cases) {
      if (!holds(record, (Map) one, outcome)) continue;
      say(event, one);
      if (one.message != null) message = one.message;
    }
  }
  if (((List) event.get('type')).isEmpty()) addOnce((List) event.get('type'), 'info');
  return message;
}`;
