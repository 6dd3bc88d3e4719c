// Rules: from properties of the record, through a verb, to fields of the document.

import { ecsFieldNames, findEcsField } from '../../fields/ecs.ts';
import type { Verb } from '../converters/converter.ts';
import { findVerb, verbs } from '../converters/index.ts';
import { type Condition, peopleField, type Rule, type Target } from '../definitions.ts';
import type { Json } from '../json/json.ts';
import { resolveField, resolvePath, type Spot } from './names.ts';
import { parsePath } from './path.ts';
import { suggest } from './problem.ts';
import type { EachSource, FieldSource, ScalarSource, WhenSource } from './sources.ts';

/** One, or none where the field is only defined. */
export function resolveRule(field: FieldSource, spot: Spot): Rule[] {
  if (field.to === undefined) return [];
  const from = [field.from].flat().map((path) => resolvePath(path, spot.at('from')));
  const names = [field.to].flat();
  const when = resolveConditions(field.when, spot.at('when'));
  const writtenAt = spot.line();
  if (field.each !== undefined) {
    if (field.as !== undefined) spot.at('as').report('"each" stands in place of "as": leave one of them out');
    const to = names.map((name) => resolveListTarget(name, spot.at('to')));
    return [{ from, to, verb: 'each', each: resolveEach(field, spot), when, writtenAt }];
  }
  const verb = resolveVerb(field, names[0] ?? '', spot.at('as'));
  const targets = names.map((name) => resolveTarget(name, verb?.verb, spot.at('to')));
  const to = field.collects ? targets.map((target) => ({ ...target, list: true })) : targets;
  if (verb === undefined) return [];
  return [{ from, to, verb: verb.verb.name, options: verb.options, when, writtenAt }];
}

/** The rules of the objects of a list: their paths begin at the object, on both sides. */
function resolveEach({ from, to, each = [] }: FieldSource, spot: Spot): Rule[] {
  const [list = ''] = [to ?? []].flat();
  return each.flatMap((inner, i) => resolveInner(inner, [from].flat(), list, spot.at('each', i)));
}

function resolveInner(inner: EachSource, lists: readonly string[], list: string, spot: Spot): Rule[] {
  const path = inner.to?.split('.') ?? [];
  const name = [list, ...path].join('.');
  const from = [inner.from].flat().map((text) => {
    for (const outer of lists) resolvePath(`${outer}.${text}`, spot.at('from'));
    return parsePath(text) ?? [];
  });
  const verb = resolveVerb(inner, name, spot.at('as'));
  if (path.length === 0 && verb !== undefined && verb.verb.fills === undefined)
    spot.report(`"${verb.verb.name}" gives one value: say with "to" where it goes`);
  const field = path.length === 0 ? undefined : resolveField(name, spot.at('to'));
  const to = [{ path, list: field?.list ?? false }];
  if (verb === undefined) return [];
  return [{ from, to, verb: verb.verb.name, options: verb.options, writtenAt: spot.line() }];
}

/** As written, or what the type of the field asks for. */
function resolveVerb(
  { as }: Pick<FieldSource, 'as'>,
  target: string,
  spot: Spot,
): { verb: Verb; options: Json } | undefined {
  const [name, options] =
    typeof as === 'object'
      ? (Object.entries(as)[0] ?? ['', undefined])
      : [as ?? verbForType(target), undefined];
  const verb = findVerb(name);
  if (verb === undefined) {
    const known = verbs.map((one) => one.name);
    spot.report(`unknown verb "${name}"${suggest(name, known)}`);
    return undefined;
  }
  const given = options === undefined ? undefined : typeof options === 'object' ? 'table' : 'text';
  if (given !== verb.options)
    spot.report(`"${name}" takes ${verb.options === undefined ? 'no options' : `a ${verb.options}`}`);
  return { verb, options: toJson(options) };
}

function resolveTarget(name: string, verb: Verb | undefined, spot: Spot): Target {
  if (verb?.fills !== undefined) return resolveFilled(name, verb.fills, spot);
  if (verb?.makes !== undefined) return resolveListTarget(name, spot);
  const path = name.split('.');
  const holdsFields =
    findEcsField(name) === undefined && ecsFieldNames().some((one) => one.startsWith(`${name}.`));
  if (holdsFields)
    spot.report(`"${name}" holds fields: write to one of them, or say with "as" which verb fills several`);
  const field = holdsFields ? undefined : resolveField(name, spot);
  const list = path.map((_, i) => path.slice(0, i + 1).join('.')).find(isListOfObjects);
  if (list !== undefined)
    spot.report(`"${list}" is a list of objects: write to it, with "each" for what is in them`);
  return { path, list: field?.list ?? false };
}

/** The target of a verb that fills several fields: it has the first of them at least. */
function resolveFilled(name: string, fills: readonly string[], spot: Spot): Target {
  const path = name.split('.');
  const leaves = fills.filter((leaf) => findEcsField(`${name}.${leaf}`) !== undefined);
  if (leaves[0] !== fills[0])
    spot.report(
      `ECS has no field "${name}.${fills[0]}", which is what the verb fills${suggestHolder(name, fills)}`,
    );
  const people = holdsPeople(name) ? ({ people: true } as const) : {};
  return { path, list: false, ...(leaves.length === fills.length ? {} : { leaves }), ...people };
}

/** Who names one of the fields means the object that holds it. */
function suggestHolder(name: string, fills: readonly string[]): string {
  const holder = name.split('.').slice(0, -1).join('.');
  return findEcsField(`${holder}.${fills[0]}`) === undefined ? '' : `; did you mean "${holder}"?`;
}

/** The target of objects. */
function resolveListTarget(name: string, spot: Spot): Target {
  const path = name.split('.');
  if (holdsPeople(name)) return { path, list: true, people: true };
  if (resolveField(name, spot) !== undefined && !isListOfObjects(name))
    spot.report(`"${name}" is no list of objects`);
  return { path, list: true };
}

function holdsPeople(name: string): boolean {
  return name === peopleField.join('.');
}

function isListOfObjects(name: string): boolean {
  return findEcsField(name)?.type === 'nested';
}

function verbForType(target: string): string {
  const type = findEcsField(target)?.type ?? 'keyword';
  if (type === 'integer') return 'long';
  if (type === 'float') return 'double';
  return findVerb(type) === undefined ? 'keyword' : type;
}

function toJson(value: unknown): Json {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}

export function resolveConditions(when: WhenSource = {}, spot: Spot): Condition[] | undefined {
  const conditions = Object.entries(when).map(([path, values]) =>
    resolveCondition(path, values, spot.at(path)),
  );
  return conditions.length === 0 ? undefined : conditions;
}

function resolveCondition(path: string, source: WhenSource[string], spot: Spot): Condition {
  if (isNegation(source)) return { ...resolveCondition(path, source.not, spot), not: true };
  const values = [source].flat();
  const resolved = resolvePath(path, spot);
  if (values.length === 1 && values[0] === '*') return { path: resolved };
  return { path: resolved, values: values.map((value) => String(value).toLowerCase()) };
}

function isNegation(source: WhenSource[string]): source is { not: ScalarSource | readonly ScalarSource[] } {
  return typeof source === 'object' && 'not' in source;
}
