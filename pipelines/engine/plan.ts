// What is done with a record of one type and operation: the layers that apply, put together once.

import type { Definitions, Layer, RecordTypeFile, Rule } from '../definitions.ts';
import type { Json } from '../json.ts';
import { type Assemble, compileAssemble } from './assemble.ts';
import { compileCases } from './cases.ts';
import { type Layout, planLayout, type Slots } from './layout.ts';
import { compileMessage, type WriteMessage } from './message.ts';
import { compileOutcome, type FindOutcome } from './outcome.ts';
import type { Positions, Values } from './positions.ts';
import { compileRelated, type Gather } from './related.ts';
import { recallLast, remember } from './remember.ts';
import { compileRule } from './rules.ts';

export interface Plan {
  /** Runs the rules whose properties are present, given by their numbers. */
  readonly run: (record: Values, slots: Slots, present: readonly number[]) => void;
  readonly layout: Layout;
  /** By the record and the outcome that was found. */
  readonly ending: (record: Values, outcome: Json) => Ending;
  readonly outcome: FindOutcome;
  readonly gather: readonly Gather[];
}

/** What depends on the cases that hold. */
export interface Ending {
  readonly message: WriteMessage;
  readonly assemble: Assemble;
}

export const dataset = 'o365.audit';
export const module = 'o365';

export type FindPlan = (recordType: Json, operation: Json) => Plan;

type Combine = (layers: readonly Layer[]) => Plan;

export function compilePlans(definitions: Definitions, positions: Positions): FindPlan {
  const combine = combineWith(definitions, positions);
  const { common, files } = definitions;
  const commonPlan = combine([common]);
  const byNumber = new Map<number, (operation: Json) => Plan>();
  for (const file of files) {
    const find = compileFile(file, common, combine);
    for (const number of file.recordTypes) byNumber.set(number, find);
  }
  return (recordType, operation) => {
    const find = byNumber.get(typeof recordType === 'number' ? recordType : Number(recordType ?? Number.NaN));
    return find === undefined ? commonPlan : find(operation);
  };
}

const mostRemembered = 5000;

/** Finds the plan of an operation; plans are made when first needed. */
function compileFile(file: RecordTypeFile, common: Layer, combine: Combine): (operation: Json) => Plan {
  const { layers, named, beginnings } = file.operations;
  const plans = new Map<string, Plan>();
  const planOf = (positions: readonly number[]): Plan => {
    const key = positions.join();
    const own = positions.flatMap((position) => layers[position] ?? []);
    const plan = plans.get(key) ?? combine([...own, file.layer, common]);
    plans.set(key, plan);
    return plan;
  };
  const positionsOf = (operation: string): readonly number[] => {
    if (Object.hasOwn(named, operation)) return named[operation] ?? [];
    return beginnings.find(({ text }) => operation.startsWith(text))?.layers ?? [];
  };
  const find = recallLast(remember(mostRemembered, (operation) => planOf(positionsOf(operation))));
  return (operation) => (typeof operation === 'string' ? find(operation) : planOf([]));
}

/** Layers come nearest first: where a field keeps its first value, the more specific says it. */
function combineWith({ related }: Definitions, positions: Positions): Combine {
  return (layers) => {
    const rules = layers.flatMap((layer) => layer.rules);
    const layout = planLayout(rules, related);
    return {
      layout,
      ending: compileEndings(layers, layout, positions),
      run: compileRules(rules, positions, layout),
      outcome: compileOutcome(layers, positions.compileRead),
      gather: related.flatMap((each) => compileRelated(each, layout) ?? []),
    };
  };
}

/** One for each combination of cases that comes up. */
function compileEndings(
  layers: readonly Layer[],
  layout: Layout,
  { compileRead }: Positions,
): Plan['ending'] {
  const { decide, describe } = compileCases(layers, compileRead);
  const make = (held: number): Ending => {
    const { event, message } = describe(held);
    return {
      message: compileMessage(message, layout, compileRead),
      assemble: compileAssemble(layout, { ...event, dataset, module }),
    };
  };
  const plain = make(0);
  if (layers.every(({ cases = [] }) => cases.length === 0)) return () => plain;
  const known = new Map([[0, plain]]);
  return (record, outcome) => {
    const held = decide(record, outcome);
    const ending = known.get(held) ?? make(held);
    known.set(held, ending);
    return ending;
  };
}

/** Most properties are absent from most records: a rule is looked at only when one of its properties is there. */
function compileRules(rules: readonly Rule[], positions: Positions, layout: Layout): Plan['run'] {
  const runs = rules.map((rule) => compileRule(rule, layout, positions.compileRead));
  const rulesOf: (number[] | undefined)[] = Array.from({ length: positions.size }, () => undefined);
  for (const [i, rule] of rules.entries()) {
    const places = new Set(rule.from.map((path) => positions.triggerOf(path)));
    for (const place of places) if (place !== undefined) rulesOf[place] = [...(rulesOf[place] ?? []), i];
  }
  const marked = new Uint8Array(rules.length);
  return (record, slots, present) => {
    for (let p = 0; p < present.length; p += 1) {
      const due = rulesOf[present[p] ?? 0];
      if (due === undefined) continue;
      for (let d = 0; d < due.length; d += 1) marked[due[d] ?? 0] = 1;
    }
    for (let i = 0; i < runs.length; i += 1) {
      if (marked[i] === 0) continue;
      marked[i] = 0;
      runs[i]?.(record, slots);
    }
  };
}
