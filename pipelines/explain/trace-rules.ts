// Runs the rules of a plan one after the other, and says of each what it read and wrote, or why it wrote nothing.

import type { Convert } from '../converters/converter.ts';
import { findConverter } from '../converters/index.ts';
import type { Condition, Rule, Target } from '../definitions.ts';
import type { Layout } from '../engine/layout.ts';
import type { Values } from '../engine/positions.ts';
import type { Json } from '../json/json.ts';
import { formatPath } from '../language/path.ts';
import type { Read } from '../rules/paths.ts';
import type { Parts } from '../rules/plan.ts';
import { compileCondition, compileConvert, type RunRule } from '../rules/rules.ts';
import type { FieldOrigin, Idle, InnerRule, ReadValue } from './explanation.ts';
import type { MissingReason, WhyMissing } from './missing.ts';
import { listSlots, type SlotTrace, type TracedSlot } from './slot-trace.ts';
import { writeCondition, writeLine } from './words.ts';

/** The record that rules run on. */
export interface TracedRecord {
  readonly values: Values;
  /** The numbers of the properties that are there. */
  readonly present: ReadonlySet<number | undefined>;
  /** Finds the reason why there is nothing at a path. */
  readonly whyMissing: WhyMissing;
}

interface Check {
  readonly condition: Condition;
  readonly holds: (values: Values) => boolean;
  readonly read: Read<Values>;
}

interface ReadPath {
  readonly path: string;
  readonly read: Read<Values>;
}

/** A rule with everything that tells about it. */
export interface TracedRule {
  readonly rule: Rule;
  readonly run: RunRule<Values>;
  /** The fields that it may write. */
  readonly leaves: readonly TracedSlot[];
  /** The engine runs it only where one of these is present. */
  readonly triggers: readonly (number | undefined)[];
  readonly checks: readonly Check[];
  readonly reads: readonly ReadPath[];
  readonly convert: Convert;
  readonly joins: boolean;
}

export function compileTracedRule(rule: Rule, layout: Layout, parts: Parts): TracedRule {
  const { compileRead, triggerOf } = parts.positions;
  const names = rule.to.map(nameOfTarget);
  return {
    rule,
    run: parts.compileRule(rule, layout),
    leaves: listSlots(layout.fields).filter(({ name }) => names.some((target) => isWithin(name, target))),
    triggers: rule.from.map(triggerOf),
    checks: (rule.when ?? []).map((condition) => ({
      condition,
      holds: compileCondition(condition, compileRead),
      read: compileRead(condition.path),
    })),
    reads: rule.from.map((path) => ({ path: formatPath(path), read: compileRead(path) })),
    convert: compileConvert(rule),
    joins: findConverter(rule.converter)?.joins === true,
  };
}

/** The result has the reason for each of its fields that the rule did not write. */
export function traceRule(traced: TracedRule, record: TracedRecord, trace: SlotTrace): Idle[] {
  const { rule, run, leaves, triggers, checks } = traced;
  const names = rule.to.map(nameOfTarget);
  const isDue = triggers.some((trigger) => record.present.has(trigger));
  if (!isDue) return [idle(traced, names, whyAbsent(traced, record))];
  const unmet = checks.find(({ holds }) => !holds(record.values));
  if (unmet !== undefined) return [idle(traced, names, whyUnmet(unmet, record))];
  const attempts = readAll(traced, record);
  const source = sourceOf(traced, attempts);
  const changed = trace.watch(source, (slots) => run(record.values, slots), leaves);
  const missed = names.filter((name) => !changed.some((field) => isWithin(field, name)));
  if (missed.length === 0) return [];
  const why = whyNothing(traced, attempts, record);
  if (why !== undefined) return [idle(traced, missed, why)];
  return missed.map((name) => idle(traced, [name], whyFilled(rule, name, trace)));
}

type Why = Pick<Idle, 'reason' | 'detail'> & Partial<Pick<Idle, 'saw'>>;

function idle({ rule, reads }: TracedRule, to: readonly string[], why: Why): Idle {
  const { writtenAt, converter, options } = rule;
  return {
    by: 'rule',
    writtenAt,
    from: reads.map(({ path }) => path),
    to,
    converter,
    options,
    saw: [],
    ...why,
  };
}

interface Attempt extends ReadValue {
  /** The result of the converter. */
  readonly gave: Json;
}

/** The converter gets each path by itself, or all at once where it joins them. */
function readAll({ reads, convert, joins }: TracedRule, { values }: TracedRecord): Attempt[] {
  const readings = reads.map(({ path, read }) => ({ path, value: read(values) }));
  if (joins) {
    const gave = convert(readings.map(({ value }) => value));
    return readings.map((reading) => ({ ...reading, gave }));
  }
  return readings.map(({ path, value }) => ({
    path,
    value,
    gave: value === undefined ? undefined : convert(value),
  }));
}

function sourceOf({ rule, joins, checks }: TracedRule, attempts: readonly Attempt[]): FieldOrigin {
  const used = joins ? attempts : attempts.filter(({ gave }) => gave !== undefined).slice(0, 1);
  const { writtenAt, converter, options, each } = rule;
  return {
    by: 'rule',
    writtenAt,
    reads: used.map(({ path, value }) => ({ path, value })),
    converter,
    options,
    each: each?.map(describeInner),
    why:
      checks.length === 0
        ? undefined
        : `when ${checks.map(({ condition }) => writeCondition(condition)).join(' and ')}`,
  };
}

function describeInner({ from, to, converter, options, writtenAt }: Rule): InnerRule {
  return { writtenAt, from: from.map(formatPath), to: to.map(nameOfTarget).join(', '), converter, options };
}

function whyAbsent({ rule }: TracedRule, { whyMissing }: TracedRecord): Why {
  const reasons = rule.from.map(whyMissing);
  return reasons.find(({ reason }) => reason !== 'absent') ?? reasons[0] ?? absent;
}

const absent: MissingReason = { reason: 'absent', detail: 'absent' };

function whyUnmet({ condition, read }: Check, { values }: TracedRecord): Why {
  const saw = [{ path: formatPath(condition.path), value: read(values) }];
  return { reason: 'condition', detail: `only when ${writeCondition(condition)}`, saw };
}

/** The result is undefined where the converter did make something. */
function whyNothing(traced: TracedRule, attempts: readonly Attempt[], record: TracedRecord): Why | undefined {
  if (attempts.some(({ gave }) => gave !== undefined)) return undefined;
  const saw = attempts.flatMap(({ path, value }) => (value === undefined ? [] : [{ path, value }]));
  if (saw.length === 0) return whyAbsent(traced, record);
  return { reason: 'refused', detail: `the converter ${traced.rule.converter} makes nothing of it`, saw };
}

function whyFilled(rule: Rule, name: string, trace: SlotTrace): Why {
  const [leading] = findConverter(rule.converter)?.fills ?? [];
  const first = leading === undefined ? [] : trace.sourcesOf(join(name, leading));
  const before = first.length > 0 ? first : trace.sourcesOf(name);
  const writers = new Set(before.map(({ writtenAt }) => lineOrEngine(writtenAt)));
  const who = writers.size === 0 ? 'the engine' : [...writers].join(', ');
  const list = rule.to.some((target) => target.list && nameOfTarget(target) === name);
  return { reason: 'filled', detail: list ? `has these values from ${who}` : `filled by ${who} before` };
}

function lineOrEngine(line: FieldOrigin['writtenAt']): string {
  return line === undefined ? 'the engine' : writeLine(line);
}

function nameOfTarget({ path }: Pick<Target, 'path'>): string {
  return path.join('.');
}

function join(name: string, leaf: string): string {
  return name === '' ? leaf : `${name}.${leaf}`;
}

function isWithin(field: string, name: string): boolean {
  return name === '' || field === name || field.startsWith(`${name}.`);
}
