// What Elastic's tools ask of a document beyond equality, when they test a package's pipelines and sample events:
// every field is defined, has a value of its type, and one that ECS expects; addresses are of documentation or of the
// test databases, so that nobody's real address is published.

import { BlockList, isIP } from 'node:net';
import ecs from '@elastic/ecs';
import { parse } from 'yaml';
import type { PackageFiles } from '../../input/cli/package/package-files.ts';

interface Definition {
  readonly type: string;
  readonly object_type?: string;
  readonly enabled?: boolean;
  readonly value?: string;
  readonly pattern?: string;
  readonly normalize?: readonly string[];
  readonly expected_values?: readonly string[];
  readonly allowed_values?: readonly {
    readonly name: string;
    readonly expected_event_types?: readonly string[];
  }[];
}

export interface FieldChecks {
  readonly dataset: string;
  /** Keywords that may be numbers or booleans; `all` as for sample events. */
  readonly numericKeywords: ReadonlySet<string> | 'all';
  readonly checkAddresses: boolean;
}

const schema: Readonly<Record<string, Definition>> = ecs.EcsFlat;

/** Of a data stream; ECS is known as a whole, as Elasticsearch brings it. */
export function readFieldDefinitions(built: PackageFiles, stream: string): ReadonlyMap<string, Definition> {
  const own = [...built]
    .filter(([path]) => path.startsWith(`data_stream/${stream}/fields/`))
    .flatMap(([, text]) => parse(String(text), { merge: false }));
  return new Map([
    ...Object.entries(schema),
    ...own.map((field): [string, Definition] => [field.name, { ...schema[field.name], ...field }]),
  ]);
}

/** One line for each thing that is wrong. */
export function checkDocument(
  document: object,
  definitions: ReadonlyMap<string, Definition>,
  checks: FieldChecks,
): string[] {
  const leaves = [...listLeaves(document, '', definitions)];
  const valuesOf = (name: string) => leaves.filter(([leaf]) => leaf === name).flatMap(([, value]) => value);
  return [
    ...valuesOf('error.message').map((message) => `the pipeline failed: ${message}`),
    ...['event.dataset', 'data_stream.dataset'].flatMap((name) =>
      valuesOf(name)
        .filter((value) => value !== checks.dataset)
        .map((value) => `${name} is ${value}`),
    ),
    ...leaves.flatMap(([name, value]) => checkLeaf(name, value, definitions, checks)),
    ...checkEventTypes(valuesOf('event.category'), valuesOf('event.type')),
  ];
}

type LeafValue = readonly [name: string, value: unknown];

/** A flattened object is one field, whatever is in it; lists of objects are gone through. */
function* listLeaves(
  value: unknown,
  name: string,
  definitions: ReadonlyMap<string, Definition>,
): Generator<LeafValue> {
  if (Array.isArray(value) && value.some(isObject)) {
    for (const item of value) yield* listLeaves(item, name, definitions);
  } else if (!isObject(value)) yield [name, value];
  else if (definitions.get(name)?.type !== 'flattened')
    for (const [key, inner] of Object.entries(value))
      yield* listLeaves(inner, name === '' ? key : `${name}.${key}`, definitions);
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function checkLeaf(
  name: string,
  value: unknown,
  definitions: ReadonlyMap<string, Definition>,
  checks: FieldChecks,
): string[] {
  const definition = findDefinition(name, definitions);
  if (definition === undefined) return isUnderDefined(name, definitions) ? [] : [`${name} is not defined`];
  const {
    normalize = [],
    value: constant,
    pattern,
    expected_values: expected,
    allowed_values: allowed,
  } = definition;
  const values = [value].flat();
  const texts = values.map(String);
  const complaints = values.flatMap((each) => checkType(name, each, definition, checks));
  if (normalize.includes('array') && !Array.isArray(value)) complaints.push(`${name} is no list`);
  for (const text of texts) {
    if (constant !== undefined && text !== constant) complaints.push(`${name} is ${text}, not ${constant}`);
    if (pattern !== undefined && !new RegExp(pattern).test(text)) complaints.push(`${name} is ${text}`);
    if (expected && !expected.includes(text))
      complaints.push(`${name} is ${text}, which ECS does not expect`);
    if (allowed && !allowed.some((each) => each.name === text))
      complaints.push(`${name} is ${text}, which ECS does not allow`);
  }
  return complaints;
}

/** What stands directly in an object with an `object_type` is of that type. */
function findDefinition(name: string, definitions: ReadonlyMap<string, Definition>): Definition | undefined {
  const found = definitions.get(name);
  if (found) return found;
  const parent = definitions.get(name.slice(0, Math.max(0, name.lastIndexOf('.'))));
  return parent?.type === 'object' && parent.object_type !== undefined
    ? { type: parent.object_type }
    : undefined;
}

const commonFamilies = /^(agent|elastic_agent|cloud|event|host)\./;

function isUnderDefined(name: string, definitions: ReadonlyMap<string, Definition>): boolean {
  const parts = name.split('.');
  const above = parts.slice(1).map((_, at) => definitions.get(parts.slice(0, at + 1).join('.')));
  if (commonFamilies.test(name) || above.some((each) => each?.type === 'flattened')) return true;
  if (above.at(-1)?.enabled === false) return true;
  return /\.(lat|lon)$/.test(name) && above.at(-1)?.type === 'geo_point';
}

const numbers = new Set(['long', 'float', 'double']);
const texts = new Set(['keyword', 'constant_keyword', 'text']);

function checkType(
  name: string,
  value: unknown,
  { type, enabled, object_type }: Definition,
  { numericKeywords, checkAddresses }: FieldChecks,
): string[] {
  const mayBeNumeric = numericKeywords === 'all' || numericKeywords.has(name);
  const wrong = [`${name} holds ${JSON.stringify(value)}, and is of the type ${type}`];
  if (numbers.has(type)) return typeof value === 'number' ? [] : wrong;
  if (texts.has(type)) return typeof value === 'string' || mayBeNumeric ? [] : wrong;
  if (type === 'date') return typeof value === 'string' || typeof value === 'number' ? [] : wrong;
  if (type === 'group' || type === 'nested') return value === null || value === undefined ? [] : wrong;
  if (type === 'object') return enabled === false || object_type !== undefined ? [] : wrong;
  if (type !== 'ip') return [];
  if (typeof value !== 'string' || isIP(value) === 0) return wrong;
  return checkAddresses && !isForTests(value)
    ? [`${name} is the address ${value}, which may be somebody's`]
    : [];
}

const forTests = new BlockList();
for (const [network, prefix] of [
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['192.0.2.0', 24],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['1.128.0.0', 11],
  ['175.16.199.0', 24],
  ['216.160.83.56', 29],
  ['81.2.69.142', 31],
  ['81.2.69.144', 31],
  ['81.2.69.192', 28],
  ['89.160.20.112', 28],
  ['89.160.20.128', 25],
  ['67.43.156.0', 24],
] as const)
  forTests.addSubnet(network, prefix, 'ipv4');
for (const [network, prefix] of [
  ['::1', 128],
  ['2001:db8::', 32],
  ['2a02:cf40::', 29],
  ['fc00::', 7],
  ['fe80::', 10],
] as const)
  forTests.addSubnet(network, prefix, 'ipv6');

const isForTests = (address: string): boolean =>
  forTests.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');

/** Each type has to be expected of one of the categories; a category without a word on it allows all. */
export function checkEventTypes(categories: readonly unknown[], types: readonly unknown[]): string[] {
  const expected = (schema['event.category']?.allowed_values ?? [])
    .filter(({ name }) => categories.includes(name))
    .flatMap(({ expected_event_types = [] }) => expected_event_types);
  if (expected.length === 0) return [];
  return types
    .filter((type) => !expected.includes(String(type)))
    .map((type) => `event.type ${type} is not expected of ${categories.join(', ')}`);
}
