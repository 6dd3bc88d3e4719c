// The settings of one part of a policy, checked against its options: a flat set of named values in the units of the code.
// Asking for a setting that was not declared is a mistake in the program, not in the policy.

import { isObject } from '../../pipelines/json/unknown.ts';
import { protectSecret, redact } from '../contract/errors.ts';
import type { Option } from './option.ts';
import { compileOptions, describeViolation } from './option-schema.ts';
import { type PolicyProblem, suggest } from './problems.ts';
import { findUnresolved, type MapNode, type PolicyNode, plain } from './settings-tree.ts';
import { parseBytes, parseDuration } from './units.ts';

type OptionValue = unknown;

export class Settings {
  /** The location of the part, such as `policy.yml:12:3`. */
  readonly place: string;
  readonly options: readonly Option[];
  private readonly values: ReadonlyMap<string, OptionValue>;
  private readonly places: ReadonlyMap<string, string>;

  constructor(
    place: string,
    options: readonly Option[],
    values: ReadonlyMap<string, OptionValue>,
    places: ReadonlyMap<string, string>,
  ) {
    this.place = place;
    this.options = options;
    this.values = values;
    this.places = places;
  }

  /** True when the policy names it; a default does not count. */
  has(name: string): boolean {
    return this.places.has(name);
  }

  placeOf(name: string): string {
    return this.places.get(name) ?? this.place;
  }

  value(name: string): OptionValue {
    const option = this.options.find((candidate) => candidate.name === name);
    if (!option) throw new Error(`the setting ${name} is not declared`);
    return this.values.get(name) ?? option.default;
  }

  text(name: string): string | undefined {
    const value = this.value(name);
    return value === undefined ? undefined : String(value);
  }

  /** Returns a setting that is required or has a default; throws where it has no value all the same. */
  requireText(name: string): string {
    return this.require(name, this.text(name));
  }

  choice<Choice extends string>(name: string, choices: readonly Choice[]): Choice {
    const text = this.text(name);
    return this.require(
      name,
      choices.find((choice) => choice === text),
    );
  }

  flag(name: string): boolean {
    return this.value(name) === true;
  }

  number(name: string): number {
    const value = this.value(name);
    return this.require(name, typeof value === 'number' ? value : undefined);
  }

  durationMs(name: string): number {
    const text = this.text(name);
    return this.require(name, text === undefined ? undefined : parseDuration(text));
  }

  bytes(name: string): number {
    const text = this.text(name);
    return this.require(name, text === undefined ? undefined : parseBytes(text));
  }

  list(name: string): readonly string[] {
    const value = this.value(name);
    return Array.isArray(value) ? value.map(String) : [];
  }

  /** Returns a setting that is a map; empty where it is none. */
  map(name: string): Readonly<Record<string, unknown>> {
    const value = this.value(name);
    return isObject(value) ? value : {};
  }

  /** Returns every value in force, for people: defaults included, secrets left out. */
  show(): Record<string, unknown> {
    const shown = this.options
      .map((option) => [option.name, showValue(option, this.value(option.name))] as const)
      .filter(([, value]) => value !== undefined);
    return Object.fromEntries(shown);
  }

  private require<T>(name: string, value: T | undefined): T {
    if (value === undefined) throw new Error(`the setting ${name} has no value and no default`);
    return value;
  }
}

function showValue(option: Option, value: OptionValue): OptionValue {
  if (value === undefined || option.type !== 'secret')
    return typeof value === 'string' ? redact(value) : value;
  return '[secret]';
}

/** The rules by which one part of a policy is read. */
export interface PartRules {
  /** The name of the part in messages: `stream "contoso"`. */
  readonly what: string;
  readonly options: readonly Option[];
  /** The keys that belong there but are not settings of ours. */
  readonly otherKeys: ReadonlySet<string>;
  /** The settings that hold parts which are read by themselves, if at all. */
  readonly nestedParts?: ReadonlySet<string>;
  /** Settings of other programs, or groups of them, that are refused: the reason, or what to use instead. */
  readonly refused?: ReadonlyMap<string, string>;
  /** Returns the part to which an unknown setting belongs: `interval` in an input belongs to its stream. */
  readonly findRightPart?: (name: string) => string | undefined;
}

/** Reads one part. Its problems are added to `problems`; the result is undefined when there were any. */
export function readSettings(
  map: MapNode,
  rules: PartRules,
  problems: PolicyProblem[],
): Settings | undefined {
  const leaves = new Map<string, PolicyNode>();
  const found: PolicyProblem[] = [];
  collectLeaves(map, '', { ...rules, problems: found, leaves });
  const unresolved = findUnresolvedLeaves(rules, leaves);
  if (unresolved.length > 0) {
    problems.push(...found, ...unresolved);
    return undefined;
  }
  const values = new Map<string, OptionValue>();
  for (const option of rules.options) {
    const leaf = leaves.get(option.name);
    const value = leaf && coerce(option, leaf);
    if (value !== undefined && value !== null && value !== '') values.set(option.name, value);
  }
  found.push(...violations(map, rules, leaves, values));
  problems.push(...found);
  if (found.length > 0) return undefined;
  protectSecrets(rules.options, values);
  const places = new Map([...values.keys()].map((name) => [name, leaves.get(name)?.place ?? map.place]));
  return new Settings(map.place, rules.options, values, places);
}

interface LeafCollection extends PartRules {
  readonly problems: PolicyProblem[];
  readonly leaves: Map<string, PolicyNode>;
}

/** Collects the settings of a part by name: `ssl: {key: x}` and `ssl.key: x` are the same one. */
function collectLeaves(map: MapNode, prefix: string, into: LeafCollection): void {
  for (const { key, place, value } of map.entries) {
    const name = prefix + key;
    const known = into.options.some((option) => option.name === name);
    const isGroup = into.options.some((option) => option.name.startsWith(`${name}.`));
    if (known && into.leaves.has(name)) into.problems.push({ place, message: `${name} is set twice` });
    else if (known) into.leaves.set(name, value);
    else if (into.refused?.has(name) && isOff(value)) continue;
    else if (into.refused?.has(name)) into.problems.push({ place, message: describeRefused(name, into) });
    else if ((isGroup || isRefusedGroup(name, into)) && value.kind === 'map')
      collectLeaves(value, `${name}.`, into);
    else if (isGroup && isNothing(value)) continue;
    else if (isGroup) into.problems.push({ place, message: `${name} must be a map` });
    else if (!isOtherKey(name, into.otherKeys))
      into.problems.push({ place, message: describeUnknown(name, into) });
  }
}

function findUnresolvedLeaves(
  { nestedParts, options }: PartRules,
  leaves: ReadonlyMap<string, PolicyNode>,
): readonly PolicyProblem[] {
  return [...leaves]
    .filter(([name]) => !nestedParts?.has(name))
    .flatMap(([name, leaf]) => {
      const option = options.find((known) => known.name === name);
      return [...findUnresolved(leaf), ...(option ? findUnexported(option, leaf) : [])];
    });
}

/** Where Kibana keeps a secret, an exported policy has only a reference, which Fleet Server alone can follow. */
function findUnexported({ name, variable }: Option, leaf: PolicyNode): readonly PolicyProblem[] {
  if (leaf.kind !== 'scalar' || !/^\$co\.elastic\.secret\{.*\}$/.test(String(leaf.value))) return [];
  const suggested = variable ?? `M365_${name.toUpperCase().replaceAll('.', '_')}`;
  const message = `${name} stays in Kibana, which does not export secrets; set the environment variable ${suggested} and write \${${suggested}}`;
  return [{ place: leaf.place, message }];
}

function isRefusedGroup(name: string, { refused }: LeafCollection): boolean {
  return refused !== undefined && [...refused.keys()].some((each) => each.startsWith(`${name}.`));
}

/** Kibana writes some settings also where nobody chose them. */
function isOff(node: PolicyNode): boolean {
  if (node.kind === 'scalar') return node.value === null || node.value === '' || node.value === false;
  return node.kind === 'map' ? node.entries.length === 0 : node.items.length === 0;
}

function isNothing(node: PolicyNode): boolean {
  return node.kind === 'scalar' && node.value === null;
}

function isOtherKey(name: string, aside: ReadonlySet<string>): boolean {
  return aside.has(name) || aside.has(name.split('.', 1)[0] ?? name);
}

function describeRefused(name: string, { what, refused }: LeafCollection): string {
  return `${name} is not a setting of ${what}: ${refused?.get(name)}`;
}

function describeUnknown(name: string, { what, options, findRightPart }: LeafCollection): string {
  const elsewhere = findRightPart?.(name);
  if (elsewhere) return `${name} is not a setting of ${what}; it belongs in ${elsewhere}`;
  return `unknown setting "${name}" in ${what}${suggest(
    name,
    options.map((option) => option.name),
  )}`;
}

/** Turns text into the type of its option: an environment variable is always text, and a list of one needs no dash. */
function coerce(option: Option, node: PolicyNode): OptionValue {
  if (node.kind === 'scalar' && typeof node.value === 'string') {
    if (option.type === 'list') return node.value === '' ? undefined : [node.value];
    if (node.substituted && option.type === 'integer' && /^-?\d+$/.test(node.value))
      return Number(node.value);
    if (node.substituted && option.type === 'boolean' && /^(true|false)$/.test(node.value))
      return node.value === 'true';
  }
  return plain(node);
}

function* violations(
  map: MapNode,
  { what, options }: PartRules,
  leaves: ReadonlyMap<string, PolicyNode>,
  values: ReadonlyMap<string, OptionValue>,
): Generator<PolicyProblem> {
  const validate = compileOptions(options);
  if (validate(Object.fromEntries(values))) return;
  for (const error of validate.errors ?? []) {
    const option: Option | undefined =
      error.keyword === 'required'
        ? options.find(({ name }) => name === error.params.missingProperty)
        : error.parentSchema?.option;
    if (!option) continue;
    if (error.keyword === 'required')
      yield { place: map.place, message: `${what} needs ${option.name}: ${option.about}` };
    else
      yield {
        place: placeInside(leaves.get(option.name), error.instancePath) ?? map.place,
        message: describeViolation(option, error),
      };
  }
}

function placeInside(node: PolicyNode | undefined, instancePath: string): string | undefined {
  const index = Number(/\/(\d+)$/.exec(instancePath)?.[1]);
  if (node?.kind === 'list') return node.items[index]?.place ?? node.place;
  return node?.place;
}

function protectSecrets(options: readonly Option[], values: ReadonlyMap<string, OptionValue>): void {
  for (const { name, type } of options) {
    const value = values.get(name);
    if (typeof value !== 'string') continue;
    if (type === 'secret') protectSecret(value);
    if (type === 'url') protectSecret(decodeURIComponent(URL.parse(value)?.password ?? ''));
  }
}
