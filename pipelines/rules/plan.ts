// Plans the work on a record of one type and operation: the layers that apply, put together once.

import { trimText } from '../converters/keyword.ts';
import type { Dataset } from '../dataset.ts';
import {
  type Definitions,
  type Layer,
  layersOf,
  type Operations,
  type OutcomeStep,
  type RecordTypeFile,
  type Rule,
  type TemplatePart,
} from '../definitions.ts';
import {
  type Assemble,
  compileAssemble,
  compileFrame,
  type Frame,
  type Leaf,
  listLeaves,
} from '../engine/assemble.ts';
import { type FieldNumbers, type Layout, numberFields, planLayout, type Slots } from '../engine/layout.ts';
import { numberProperties, type Positions, type Values } from '../engine/positions.ts';
import type { RecordType } from '../engine/record-types.ts';
import { recallLast, remember } from '../engine/remember.ts';
import type { Json } from '../json/json.ts';
import { compileCases } from './cases.ts';
import { compileMessage, type WriteMessage } from './message.ts';
import { compileOutcome, compileStep, type FindOutcome } from './outcome.ts';
import { compileSettle, type Settle } from './people.ts';
import { compileRelated, type Gather } from './related.ts';
import { compileRule, type RunRule } from './rules.ts';

interface Plan {
  /** Runs the rules whose properties are present, given by their numbers. */
  readonly run: (record: Values, slots: Slots, present: readonly number[]) => void;
  /** Chooses the ending by the record and the outcome that was found. */
  readonly ending: (record: Values, outcome: Json) => Ending;
  readonly outcome: FindOutcome;
}

/** The part of a plan that depends on the cases that hold. */
interface Ending {
  readonly message: WriteMessage;
  readonly assemble: Assemble;
}

export type FindPlan = (recordType: RecordType['key'], action: Json) => Plan;

type Combine = (layers: readonly Layer[]) => Plan;

export function compilePlans(definitions: Definitions, parts: Parts): FindPlan {
  const combine = combineWith(definitions, parts);
  const { common } = definitions;
  const commonPlan = combine([common]);
  const findOf = byRecordType(definitions, (file) => compileFile(file, common, combine));
  return (recordType, action) => findOf(recordType)?.(action) ?? commonPlan;
}

/** Returns the result for the file about a record type; undefined where no file is about it. */
export function byRecordType<Made>(
  { dataset, files }: Pick<Definitions, 'dataset' | 'files'>,
  make: (file: RecordTypeFile) => Made,
): (recordType: RecordType['key']) => Made | undefined {
  const made = new Map<RecordType['key'], Made>();
  for (const file of files) {
    const keys = dataset.selector === 'none' ? [undefined] : file.recordTypes;
    const one = make(file);
    for (const key of keys) made.set(key, one);
  }
  return (recordType) => made.get(recordType);
}

const mostRemembered = 5000;

/** Finds the plan of an operation; plans are made when first needed. */
function compileFile(file: RecordTypeFile, common: Layer, combine: Combine): (operation: Json) => Plan {
  const { operations } = file;
  const plans = new Map<string, Plan>();
  const planOf = (positions: readonly number[]): Plan => {
    const key = positions.join();
    const plan = plans.get(key) ?? combine(stackLayers(file, positions, common));
    plans.set(key, plan);
    return plan;
  };
  const find = recallLast(
    remember(mostRemembered, (operation) => planOf(positionsOf(operations, operation))),
  );
  return (operation) => (typeof operation === 'string' ? find(operation) : planOf([]));
}

/** Returns the positions of the operations' layers that apply to one. */
export function positionsOf({ named, beginnings }: Operations, operation: Json): readonly number[] {
  if (typeof operation !== 'string') return [];
  const name = trimText(operation);
  if (Object.hasOwn(named, name)) return named[name] ?? [];
  return beginnings.find(({ text }) => name.startsWith(text))?.layers ?? [];
}

/** Stacks the layers that apply to a record of a file, the nearest first. */
export function stackLayers(file: RecordTypeFile, positions: readonly number[], common: Layer): Layer[] {
  const own = positions.flatMap((position) => file.operations.layers[position] ?? []);
  return [...own, file.layer, common];
}

/** Layers come nearest first: where a field keeps its first value, the more specific says it. */
function combineWith({ related, dataset }: Definitions, parts: Parts): Combine {
  return (layers) => {
    const rules = layers.flatMap((layer) => layer.rules);
    const layout = planLayout(rules, related, parts.numbers);
    const runs = rules.map((rule) => parts.compileRule(rule, layout));
    return {
      ending: compileEndings(layers, listLeaves(layout, parts.frame), parts, dataset),
      run: runDue(runs, listTriggers(rules, parts.positions)),
      outcome: compileOutcome(layers, parts.compileStep),
    };
  };
}

/** A point on the way through the cases: each case that holds or fails leads to another one. */
interface Fork {
  holds?: Fork;
  fails?: Fork;
  /** The ending after the last case. */
  ending?: Ending;
}

function follow(fork: Fork, holds: boolean): Fork {
  const way = holds ? 'holds' : 'fails';
  fork[way] ??= {};
  return fork[way];
}

/** One for each combination of cases that comes up. */
function compileEndings(
  layers: readonly Layer[],
  leaves: readonly Leaf[],
  parts: Parts,
  { name, module }: Dataset,
): Plan['ending'] {
  const { tests, describe } = compileCases(layers, parts.positions.compileRead);
  const make = (held: ReadonlySet<number>): Ending => {
    const { event, message } = describe((position) => held.has(position));
    return {
      message: parts.compileMessage(message),
      assemble: compileAssemble(leaves, { ...event, dataset: name, module }, parts.frame),
    };
  };
  if (tests.length === 0) {
    const plain = make(new Set());
    return () => plain;
  }
  const start: Fork = {};
  const heldBy = (record: Values, outcome: Json) =>
    new Set(tests.flatMap((holds, position) => (holds(record, outcome) ? position : [])));
  return (record, outcome) => {
    let fork = start;
    for (const holds of tests) fork = follow(fork, holds(record, outcome));
    fork.ending ??= make(heldBy(record, outcome));
    return fork.ending;
  };
}

/** Most properties are absent from most records: a rule is looked at only when one of its properties is there. */
function runDue(runs: readonly RunRule<Values>[], { listOf, lists }: Triggers): Plan['run'] {
  const due = new Int32Array((runs.length + 31) >> 5);
  return (record, slots, present) => {
    for (let p = 0; p < present.length; p += 1) {
      const waiting = lists[listOf[present[p] ?? 0] ?? 0];
      if (waiting === undefined) continue;
      for (let w = 0; w < waiting.length; w += 1) {
        const rule = waiting[w] ?? 0;
        due[rule >> 5] = (due[rule >> 5] ?? 0) | (1 << (rule & 31));
      }
    }
    // Rules run in their order: where a field keeps its first value, the first rule says it.
    for (let word = 0; word < due.length; word += 1) {
      let bits = due[word] ?? 0;
      due[word] = 0;
      while (bits !== 0) {
        const lowest = bits & -bits;
        bits ^= lowest;
        runs[word * 32 + 31 - Math.clz32(lowest)]?.(record, slots);
      }
    }
  };
}

/** The rules that wait for each property. */
interface Triggers {
  /** The list by the number of the property; 0 for those that no rule waits for. */
  readonly listOf: Uint16Array;
  /** Positions of rules. */
  readonly lists: readonly (readonly number[] | undefined)[];
}

function listTriggers(rules: readonly Rule[], positions: Positions): Triggers {
  const listOf = new Uint16Array(positions.size);
  const lists: (number[] | undefined)[] = [undefined];
  for (const [i, { from }] of rules.entries()) {
    for (const trigger of new Set(from.map((path) => positions.triggerOf(path)))) {
      if (trigger === undefined) continue;
      if (listOf[trigger] === 0) listOf[trigger] = lists.push([]) - 1;
      lists[listOf[trigger] ?? 0]?.push(i);
    }
  }
  return { listOf, lists };
}

export interface Parts {
  readonly frame: Frame;
  readonly positions: Positions;
  readonly numbers: FieldNumbers;
  readonly settle: Settle;
  readonly gather: readonly Gather[];
  readonly compileRule: (rule: Rule, layout: Layout) => RunRule<Values>;
  readonly compileStep: (step: OutcomeStep) => FindOutcome;
  readonly compileMessage: (message: readonly TemplatePart[]) => WriteMessage;
}

export function compileParts(definitions: Definitions): Parts {
  const { related, dataset } = definitions;
  const positions = numberProperties(definitions);
  const rules = layersOf(definitions).flatMap((layer) => layer.rules);
  const numbers = numberFields(rules, related);
  return {
    frame: compileFrame(dataset),
    positions,
    numbers,
    settle: compileSettle(numbers),
    gather: related.map((each) => compileRelated(each, numbers)),
    compileRule: shareRules(positions),
    compileStep: once((step) => compileStep(step, definitions.statuses, positions.compileRead)),
    compileMessage: once((message) => compileMessage(message, numbers, positions.compileRead)),
  };
}

/** The same rule works the same way wherever the same of its targets are kept whole. */
function shareRules({ compileRead }: Positions): Parts['compileRule'] {
  const known = new Map<string, RunRule<Values>>();
  return (rule, layout) => {
    const whole = rule.to.map(({ path }) => layout.isWhole(path));
    const key = JSON.stringify([rule, whole]);
    const run = known.get(key) ?? compileRule(rule, layout, compileRead);
    known.set(key, run);
    return run;
  };
}

function once<Described, Compiled>(
  compile: (described: Described) => Compiled,
): (described: Described) => Compiled {
  const known = new Map<string, Compiled>();
  return (described) => {
    const key = JSON.stringify(described);
    const compiled = known.get(key) ?? compile(described);
    known.set(key, compiled);
    return compiled;
  };
}
