// Resolves rules, which lead from properties of the record through a converter to fields of the document.

import { ecsFieldNames, findEcsField } from '../../fields/ecs.ts';
import type { Converter } from '../converters/converter.ts';
import { converters, findConverter } from '../converters/index.ts';
import { type Condition, peopleField, type Rule, type Target } from '../definitions.ts';
import type { Json } from '../json/json.ts';
import { resolveField, resolvePath, type SourceLocation } from './names.ts';
import { parsePath } from './path.ts';
import { suggest } from './problem.ts';
import type { EachSource, FieldSource, ScalarSource, WhenSource } from './sources.ts';

/** One, or none where the field is only defined. */
export function resolveRule(field: FieldSource, location: SourceLocation): Rule[] {
  if (field.to === undefined) return [];
  const from = [field.from].flat().map((path) => resolvePath(path, location.at('from')));
  const names = [field.to].flat();
  const when = resolveConditions(field.when, location.at('when'));
  const writtenAt = location.line();
  if (field.each !== undefined) {
    if (field.as !== undefined)
      location.at('as').report('"each" stands in place of "as": leave one of them out');
    const to = names.map((name) => resolveListTarget(name, location.at('to')));
    return [{ from, to, converter: 'each', each: resolveEach(field, location), when, writtenAt }];
  }
  const found = resolveConverter(field, names[0] ?? '', location.at('as'));
  const targets = names.map((name) => resolveTarget(name, found?.converter, location.at('to')));
  const to = field.collects ? targets.map((target) => ({ ...target, list: true })) : targets;
  if (found === undefined) return [];
  return [{ from, to, converter: found.converter.name, options: found.options, when, writtenAt }];
}

/** The rules of the objects of a list: their paths begin at the object, on both sides. */
function resolveEach({ from, to, each = [] }: FieldSource, location: SourceLocation): Rule[] {
  const [list = ''] = [to ?? []].flat();
  return each.flatMap((inner, i) => resolveInner(inner, [from].flat(), list, location.at('each', i)));
}

function resolveInner(
  inner: EachSource,
  lists: readonly string[],
  list: string,
  location: SourceLocation,
): Rule[] {
  const path = inner.to?.split('.') ?? [];
  const name = [list, ...path].join('.');
  const from = [inner.from].flat().map((text) => {
    for (const outer of lists) resolvePath(`${outer}.${text}`, location.at('from'));
    return parsePath(text) ?? [];
  });
  const found = resolveConverter(inner, name, location.at('as'));
  if (path.length === 0 && found !== undefined && found.converter.fills === undefined)
    location.report(`"${found.converter.name}" gives one value: say with "to" where it goes`);
  const field = path.length === 0 ? undefined : resolveField(name, location.at('to'));
  const to = [{ path, list: field?.list ?? false }];
  if (found === undefined) return [];
  return [{ from, to, converter: found.converter.name, options: found.options, writtenAt: location.line() }];
}

/** The converter that is written, or the one for the type of the field. */
function resolveConverter(
  { as }: Pick<FieldSource, 'as'>,
  target: string,
  location: SourceLocation,
): { converter: Converter; options: Json } | undefined {
  const [name, options] =
    typeof as === 'object'
      ? (Object.entries(as)[0] ?? ['', undefined])
      : [as ?? converterForType(target), undefined];
  const converter = findConverter(name);
  if (converter === undefined) {
    const known = converters.map((one) => one.name);
    location.report(`unknown converter "${name}"${suggest(name, known)}`);
    return undefined;
  }
  const given = options === undefined ? undefined : typeof options === 'object' ? 'table' : 'text';
  if (given !== converter.options)
    location.report(
      `"${name}" takes ${converter.options === undefined ? 'no options' : `a ${converter.options}`}`,
    );
  return { converter, options: toJson(options) };
}

function resolveTarget(name: string, converter: Converter | undefined, location: SourceLocation): Target {
  if (converter?.fills !== undefined) return resolveFilled(name, converter.fills, location);
  if (converter?.makes !== undefined) return resolveListTarget(name, location);
  const path = name.split('.');
  const holdsFields =
    findEcsField(name) === undefined && ecsFieldNames().some((one) => one.startsWith(`${name}.`));
  if (holdsFields)
    location.report(
      `"${name}" holds fields: write to one of them, or say with "as" which converter fills several`,
    );
  const field = holdsFields ? undefined : resolveField(name, location);
  const list = path.map((_, i) => path.slice(0, i + 1).join('.')).find(isListOfObjects);
  if (list !== undefined)
    location.report(`"${list}" is a list of objects: write to it, with "each" for what is in them`);
  return { path, list: field?.list ?? false };
}

/** The target of a converter that fills several fields: it has the first of them at least. */
function resolveFilled(name: string, fills: readonly string[], location: SourceLocation): Target {
  const path = name.split('.');
  const leaves = fills.filter((leaf) => findEcsField(`${name}.${leaf}`) !== undefined);
  if (leaves[0] !== fills[0])
    location.report(
      `ECS has no field "${name}.${fills[0]}", which is what the converter fills${suggestHolder(name, fills)}`,
    );
  const people = holdsPeople(name) ? ({ people: true } as const) : {};
  return { path, list: false, ...(leaves.length === fills.length ? {} : { leaves }), ...people };
}

/** An author who names one of the fields means the object that holds it. */
function suggestHolder(name: string, fills: readonly string[]): string {
  const holder = name.split('.').slice(0, -1).join('.');
  return findEcsField(`${holder}.${fills[0]}`) === undefined ? '' : `; did you mean "${holder}"?`;
}

/** The target of objects. */
function resolveListTarget(name: string, location: SourceLocation): Target {
  const path = name.split('.');
  if (holdsPeople(name)) return { path, list: true, people: true };
  if (resolveField(name, location) !== undefined && !isListOfObjects(name))
    location.report(`"${name}" is no list of objects`);
  return { path, list: true };
}

function holdsPeople(name: string): boolean {
  return name === peopleField.join('.');
}

function isListOfObjects(name: string): boolean {
  return findEcsField(name)?.type === 'nested';
}

function converterForType(target: string): string {
  const type = findEcsField(target)?.type ?? 'keyword';
  if (type === 'integer') return 'long';
  if (type === 'float') return 'double';
  return findConverter(type) === undefined ? 'keyword' : type;
}

function toJson(value: unknown): Json {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}

export function resolveConditions(when: WhenSource = {}, location: SourceLocation): Condition[] | undefined {
  const conditions = Object.entries(when).map(([path, values]) =>
    resolveCondition(path, values, location.at(path)),
  );
  return conditions.length === 0 ? undefined : conditions;
}

function resolveCondition(path: string, source: WhenSource[string], location: SourceLocation): Condition {
  if (isNegation(source)) return { ...resolveCondition(path, source.not, location), not: true };
  const values = [source].flat();
  const resolved = resolvePath(path, location);
  if (values.length === 1 && values[0] === '*') return { path: resolved };
  return { path: resolved, values: values.map((value) => String(value).toLowerCase()) };
}

function isNegation(source: WhenSource[string]): source is { not: ScalarSource | readonly ScalarSource[] } {
  return typeof source === 'object' && 'not' in source;
}
