// What is done with a record of one type and operation: the layers that apply, put together once.

import type { Definitions, Layer, RecordTypeFile } from '../definitions.ts';
import type { Json, JsonObject } from '../json.ts';
import { compileMessage, type WriteMessage } from './message.ts';
import { compileOutcome, type FindOutcome } from './outcome.ts';
import { compileRule, type RunRule } from './rules.ts';

export interface Plan {
  readonly kind: string;
  readonly category: string[];
  readonly type: string[];
  /** Nearest layer first: where a field keeps its first value, the more specific says it. */
  readonly rules: readonly RunRule[];
  readonly outcome: FindOutcome;
  readonly message: WriteMessage;
}

export type FindPlan = (recordType: Json, operation: Json) => Plan;

export function compilePlans({ common, files }: Definitions): FindPlan {
  const compile = rememberRules();
  const commonPlan = combine([common], compile);
  const byNumber = new Map<number, (operation: Json) => Plan>();
  for (const file of files) {
    const find = compileFile(file, common, compile);
    for (const number of file.recordTypes) byNumber.set(number, find);
  }
  return (recordType, operation) => {
    const find = byNumber.get(typeof recordType === 'number' ? recordType : Number(recordType ?? Number.NaN));
    return find === undefined ? commonPlan : find(operation);
  };
}

const mostRemembered = 5000;

/** Finds the plan of an operation: by its name, else by the longest beginning that fits. */
function compileFile(file: RecordTypeFile, common: Layer, compile: CompileRules): (operation: Json) => Plan {
  const { layers, named, beginnings } = file.operations;
  const base = combine([file.layer, common], compile);
  const plans = new Map<string, Plan>();
  const planOf = (positions: readonly number[]): Plan => {
    const key = positions.join();
    const own = positions.flatMap((position) => layers[position] ?? []);
    const plan = plans.get(key) ?? combine([...own, file.layer, common], compile);
    plans.set(key, plan);
    return plan;
  };
  const known = new Map(Object.entries(named).map(([name, positions]) => [name, planOf(positions)]));
  const begun = beginnings.map(({ text, layers: positions }) => ({ text, plan: planOf(positions) }));
  return (operation) => {
    if (typeof operation !== 'string') return base;
    let plan = known.get(operation);
    if (plan === undefined) {
      plan = begun.find(({ text }) => operation.startsWith(text))?.plan ?? base;
      if (known.size < mostRemembered) known.set(operation, plan);
    }
    return plan;
  };
}

type CompileRules = (layer: Layer) => readonly RunRule[];

/** A layer takes part in many plans; its rules are compiled once. */
function rememberRules(): CompileRules {
  const known = new Map<Layer, readonly RunRule[]>();
  return (layer) => {
    const rules = known.get(layer) ?? layer.rules.map(compileRule);
    known.set(layer, rules);
    return rules;
  };
}

function combine(layers: readonly Layer[], compile: CompileRules): Plan {
  const types = [...new Set(layers.toReversed().flatMap((layer) => layer.type))];
  return {
    kind: layers.find((layer) => layer.kind !== undefined)?.kind ?? 'event',
    category: [...new Set(layers.toReversed().flatMap((layer) => layer.category))],
    type: types.length === 0 ? ['info'] : types,
    rules: layers.flatMap(compile),
    outcome: compileOutcome(layers),
    message: compileMessage(layers.find((layer) => layer.message !== undefined)?.message ?? []),
  };
}

export function runRules(rules: readonly RunRule[], record: JsonObject, document: JsonObject): void {
  for (let i = 0; i < rules.length; i += 1) rules[i]?.(record, document);
}
