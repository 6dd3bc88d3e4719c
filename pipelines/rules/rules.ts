// Compiles rules: each takes a property of the record, through a converter, to a field of the document.

import type { Convert, Converter } from '../converters/converter.ts';
import { findConverter } from '../converters/index.ts';
import { toKeyword } from '../converters/keyword.ts';
import type { Condition, Rule, Target } from '../definitions.ts';
import type { Layout, Slots } from '../engine/layout.ts';
import { isObject, type Json, type JsonObject } from '../json/json.ts';
import { addOnce } from '../json/lists.ts';
import { compileEach } from './each.ts';
import { type CompileRead, compileRead, type Read } from './paths.ts';
import { compileWritePeople } from './people.ts';

export type RunRule<Source> = (record: Source, slots: Slots) => void;

type WriteValue = (slots: Slots, value: Json) => void;

export function compileRule<Source>(
  rule: Rule,
  layout: Layout,
  compileRead: CompileRead<Source>,
): RunRule<Source> {
  const reads = rule.from.map(compileRead);
  const write = compileWrites(rule, layout);
  const convert = compileConvert(rule);
  const [only] = reads;
  const plain =
    findConverter(rule.converter)?.joins === true
      ? runJoined(reads, convert, write)
      : reads.length === 1 && only !== undefined
        ? runOne(only, convert, write)
        : runFirst(reads, convert, write);
  const run = runUnlessFilled(rule, layout, plain);
  const { when } = rule;
  if (when === undefined) return run;
  return runWhen(
    when.map((condition) => compileCondition(condition, compileRead)),
    run,
  );
}

/** Reads from an object of a list. */
export function compileItemRule(rule: Rule, layout: Layout): RunRule<JsonObject> {
  return compileRule(rule, layout, compileRead);
}

/** A rule that fills fields which are filled does nothing: it need not read and convert either. */
function runUnlessFilled<Source>(
  { to, converter }: Rule,
  layout: Layout,
  run: RunRule<Source>,
): RunRule<Source> {
  const [leading] = findConverter(converter)?.fills ?? [];
  const [target] = to;
  if (leading === undefined || target === undefined || to.length > 1) return run;
  const { path } = target;
  const number = layout.numberOf(layout.isWhole(path) ? path : [...path, leading]);
  if (number === undefined) return run;
  return (record, slots) => {
    if (slots[number] === undefined) run(record, slots);
  };
}

function runWhen<Source>(conditions: readonly TestRecord<Source>[], run: RunRule<Source>): RunRule<Source> {
  return (record, slots) => {
    for (const holds of conditions) if (!holds(record)) return;
    run(record, slots);
  };
}

function runOne<Source>(read: Read<Source>, convert: Convert, write: WriteValue): RunRule<Source> {
  return (record, slots) => {
    const value = read(record);
    if (value === undefined) return;
    const converted = convert(value);
    if (converted !== undefined) write(slots, converted);
  };
}

function runFirst<Source>(
  reads: readonly Read<Source>[],
  convert: Convert,
  write: WriteValue,
): RunRule<Source> {
  return (record, slots) => {
    for (const read of reads) {
      const value = read(record);
      const converted = value === undefined ? undefined : convert(value);
      if (converted !== undefined) {
        write(slots, converted);
        return;
      }
    }
  };
}

/** Joins the values of all paths in one list. */
function runJoined<Source>(
  reads: readonly Read<Source>[],
  convert: Convert,
  write: WriteValue,
): RunRule<Source> {
  return (record, slots) => {
    const converted = convert(reads.map((read) => read(record)));
    if (converted !== undefined) write(slots, converted);
  };
}

/** The converter of a rule, over whatever one of its paths gives. */
export function compileConvert({ converter, options, each, to }: Rule): Convert {
  if (each !== undefined) return compileEach(each, compileItemRule);
  const found = findConverter(converter);
  if (found === undefined) throw new Error(`no converter "${converter}"`);
  return spread(
    found,
    options,
    to.some(({ people }) => people === true),
  );
}

/** A converter over whatever a path gives: each value of a list in turn, unless it takes all or fills several fields. */
function spread(converter: Converter, options: Json, people: boolean): Convert {
  const convert = converter.compile(options);
  if (converter.joins === true) return convert;
  if (converter.takesAll === true) return (value) => convert(Array.isArray(value) ? value.flat() : value);
  if (people) return (value) => convertEach(Array.isArray(value) ? value : [value], convert);
  if (converter.fills !== undefined)
    return (value) => (Array.isArray(value) ? convertFirst(value, convert) : convert(value));
  return (value) => {
    if (Array.isArray(value)) return convertEach(value, convert);
    const converted = convert(value);
    return Array.isArray(converted) && converted.length === 1 ? converted[0] : converted;
  };
}

function convertFirst(values: Json[], convert: Convert): Json {
  for (const value of values) {
    const converted = Array.isArray(value) ? convertFirst(value, convert) : convert(value);
    if (converted !== undefined) return converted;
  }
  return undefined;
}

function convertEach(values: Json[], convert: Convert): Json {
  const found: Json[] = [];
  for (const value of values) {
    const converted = Array.isArray(value) ? convertEach(value, convert) : convert(value);
    for (const item of Array.isArray(converted) ? converted : [converted]) addOnce(found, item);
  }
  return found.length > 1 ? found : found[0];
}

function compileWrites({ to, converter }: Rule, layout: Layout): WriteValue {
  const fills = findConverter(converter)?.fills;
  const writes = to.map((target) =>
    fills === undefined ? compileWrite(target, layout) : compileFill(target, fills, layout),
  );
  const [only] = writes;
  return writes.length === 1 && only !== undefined ? only : writeAll(writes);
}

function writeAll(writes: readonly WriteValue[]): WriteValue {
  return (slots, value) => {
    for (const write of writes) write(slots, value);
  };
}

/** Fields that hold a list collect, others keep what they have. */
function compileWrite({ path, list, people }: Target, layout: Layout): WriteValue {
  const number = slotOf(layout, path);
  if (people === true) return compileWritePeople(path, layout);
  if (list) {
    return (slots, value) => {
      slots[number] = join(slots[number], value);
    };
  }
  return (slots, value) => {
    if (slots[number] === undefined) slots[number] = value;
  };
}

/** Both lists as one, without repeats. */
function join(present: Json, value: Json): Json[] {
  const list = Array.isArray(present) ? present : [];
  for (const item of Array.isArray(value) ? value : [value]) addOnce(list, item);
  return list;
}

/** Fills the fields below a target, unless the first of them is there: halves of two users make no third. */
function compileFill(target: Target, fills: readonly string[], layout: Layout): WriteValue {
  const { path, leaves = fills } = target;
  if (layout.isWhole(path)) return compileWrite(target, layout);
  const several = target.people === true ? compileWritePeople(path, layout) : undefined;
  const [leading = ''] = fills;
  const numbers = leaves.map((name) => [name, slotOf(layout, [...path, name])] as const);
  const first = slotOf(layout, [...path, leading]);
  return (slots, given) => {
    if (Array.isArray(given) && several !== undefined) {
      several(slots, given);
      return;
    }
    const value = Array.isArray(given) ? given[0] : given;
    if (!isObject(value) || slots[first] !== undefined) return;
    for (const [name, number] of numbers) {
      if (slots[number] === undefined && value[name] !== undefined) slots[number] = value[name];
    }
  };
}

function slotOf(layout: Layout, path: readonly string[]): number {
  const number = layout.numberOf(path);
  if (number === undefined) throw new Error(`the layout has no field "${path.join('.')}"`);
  return number;
}

type TestRecord<Source> = (record: Source) => boolean;

export function compileCondition<Source>(
  { path, values, not }: Condition,
  compileRead: CompileRead<Source>,
): TestRecord<Source> {
  const read = compileRead(path);
  const isWanted = values === undefined ? isPresent : isOneOf(values);
  return (record) => {
    const value = read(record);
    return (Array.isArray(value) ? value.some(isWanted) : isWanted(value)) !== (not === true);
  };
}

function isPresent(value: Json): boolean {
  return value !== undefined && value !== null && value !== '';
}

/** Case does not matter. Most values differ in length already, and need not be looked at. */
function isOneOf(values: readonly string[]): (value: Json) => boolean {
  const wanted = new Set(values);
  const lengths = new Set(values.map((value) => value.length));
  return (value) => {
    const text = toKeyword(value);
    return text !== undefined && lengths.has(text.length) && wanted.has(text.toLowerCase());
  };
}
