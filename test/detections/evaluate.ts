// Evaluates an expression on one row as the two languages do: a missing value is null, null is neither true nor false,
// and a field with several values is any of them in EQL, but null to a comparison in ES|QL.

import { BlockList, isIPv6 } from 'node:net';
import { type Expression, QueryError, type Value } from './expressions.ts';
import { distanceInMetres, readPoint } from './geo.ts';

/** An empty list stands for null. */
export type FieldValues = readonly Value[];

export interface Dialect {
  readonly severalValues: 'any' | 'null';
  /** Reads the values of a field on the row at hand. */
  read(name: string): FieldValues;
  /** Answers calls that the row cannot answer by itself: those over the rows of a group. */
  call?(name: string, args: readonly Expression[]): FieldValues | undefined;
}

export function holds(expression: Expression, dialect: Dialect): boolean {
  return evaluate(expression, dialect)[0] === true;
}

export function evaluate(expression: Expression, dialect: Dialect): FieldValues {
  switch (expression.kind) {
    case 'literal':
      return expression.value === null ? [] : [expression.value];
    case 'field':
      return dialect.read(expression.name);
    case 'call':
      return (
        dialect.call?.(expression.name, expression.args) ?? call(expression.name, expression.args, dialect)
      );
    case 'compare':
      return compare(expression, dialect);
    case 'anyOf':
      return anyOf(expression, dialect);
    case 'isNull':
      return [evaluate(expression.of, dialect).length === 0];
    case 'not':
      return evaluate(expression.of, dialect).map((value) => value !== true);
    case 'and':
      return decide(expression.of, dialect, false);
    case 'or':
      return decide(expression.of, dialect, true);
  }
}

/** One `decisive` value settles the result; otherwise it is null if any is null. */
function decide(all: readonly Expression[], dialect: Dialect, decisive: boolean): FieldValues {
  const values = all.map((one) => evaluate(one, dialect)[0]);
  if (values.includes(decisive)) return [decisive];
  return values.includes(undefined) ? [] : [!decisive];
}

const isNullLiteral = (expression: Expression) => expression.kind === 'literal' && expression.value === null;

type Comparison = Extract<Expression, { kind: 'compare' }>;

function compare({ operator, left, right }: Comparison, dialect: Dialect): FieldValues {
  const a = evaluate(left, dialect);
  if (isNullLiteral(right))
    return dialect.severalValues === 'any' ? [(operator === '==') === (a.length === 0)] : [];
  const b = evaluate(right, dialect);
  if (isUndecided(a, dialect) || isUndecided(b, dialect)) return [];
  if (operator === '!=') return [!a.some((x) => b.includes(x))];
  return [a.some((x) => b.some((y) => compareTwo(operator, x, y)))];
}

const isUndecided = (values: FieldValues, { severalValues }: Dialect) =>
  values.length === 0 || (severalValues === 'null' && values.length > 1);

function compareTwo(operator: string, a: Value, b: Value): boolean {
  if (operator === '==') return a === b;
  if (typeof a !== typeof b) throw new QueryError(`cannot compare ${typeof a} ${operator} ${typeof b}`);
  if (operator === '<') return a < b;
  if (operator === '<=') return a <= b;
  if (operator === '>') return a > b;
  return a >= b;
}

type Membership = Extract<Expression, { kind: 'anyOf' }>;

function anyOf({ operator, ignoreCase, left, right }: Membership, dialect: Dialect): FieldValues {
  const values = evaluate(left, dialect);
  if (isUndecided(values, dialect)) return [];
  const wanted = right.flatMap((one) => evaluate(one, dialect));
  if (operator === 'in') return [wanted.some((one) => values.includes(one))];
  const patterns = wanted.map((one) => compilePattern(operator, String(one), ignoreCase));
  return [
    values.some((value) => typeof value === 'string' && patterns.some((pattern) => pattern.test(value))),
  ];
}

function compilePattern(operator: 'like' | 'regex' | 'match', text: string, ignoreCase: boolean): RegExp {
  const source = operator === 'regex' ? fromLucene(text) : fromWildcards(text);
  return new RegExp(`^(?:${source})$`, ignoreCase ? 'is' : 's');
}

const fromWildcards = (text: string) =>
  text
    .replace(/[\\^$.+()[\]{}|]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');

/**
 * Translates a regular expression of Lucene into one of JavaScript. In Lucene, a bar where an alternative should begin
 * is a plain bar, and an @ is any text. Lucene's other operators that JavaScript lacks are refused outside of brackets.
 */
export function fromLucene(text: string): string {
  return text.replace(/\\.|\[(?:\\.|[^\]\\])*\]|\|\||[~#@&<>"]/gs, (part) => {
    if (part === '@') return '.*';
    if (part === '||') return '|\\|';
    if (part.length === 1) throw new QueryError(`"${part}" in a pattern is not supported: ${text}`);
    return part;
  });
}

/** In any spelling that the languages have, such as `minute` and `minutes`. */
function secondsIn(unit: string): number {
  const seconds = { second: 1, minute: 60, hour: 3600, day: 86_400 }[unit.replace(/s$/, '')];
  if (seconds === undefined) throw new QueryError(`no unit of time ${unit}`);
  return seconds;
}

type QueryFunction = (args: readonly FieldValues[], dialect: Dialect) => FieldValues;

/** Functions that take null as an argument without returning null. */
const onNull: Readonly<Record<string, QueryFunction>> = {
  coalesce: (args) => args.find((values) => values.length > 0) ?? [],
  case: (args) => chooseCase(args),
};

const functions: Readonly<Record<string, QueryFunction>> = {
  to_lower: ([values = []]) => values.map((value) => String(value).toLowerCase()),
  to_ip: ([values = []]) => values,
  mv_sum: ([values = []]) => [values.reduce<number>((sum, value) => sum + Number(value), 0)],
  multiply: ([a = [], b = []]) => [Number(a[0]) * Number(b[0])],
  divide: ([a = [], b = []]) => [Number(a[0]) / Number(b[0])],
  subtract: ([a = [], b = []]) => [Number(a[0]) - Number(b[0])],
  now: () => [Date.now()],
  replace: ([text = [], from = [], to = []]) => [
    String(text[0]).replace(new RegExp(String(from[0]), 'g'), String(to[0])),
  ],
  round: ([values = [], digits = []]) => [Number(Number(values[0]).toFixed(Number(digits[0] ?? 0)))],
  date_trunc: ([span = [], date = []]) => [Math.floor(Number(date[0]) / Number(span[0])) * Number(span[0])],
  date_diff: ([unit = [], from = [], to = []]) => [
    Math.trunc((Number(to[0]) - Number(from[0])) / secondsIn(String(unit[0])) / 1000),
  ],
  to_string: ([values = []]) => values.map(String),
  concat: (args) => [args.map(([value]) => String(value)).join('')],
  to_geopoint: ([values = []]) => values,
  st_x: ([values = []]) => values.map((value) => readPoint(value).longitude),
  st_y: ([values = []]) => values.map((value) => readPoint(value).latitude),
  st_distance: ([from = [], to = []]) => [distanceInMetres(readPoint(from[0]), readPoint(to[0]))],
  'endswith~': ([text = [], end = []]) => [
    String(text[0]).toLowerCase().endsWith(String(end[0]).toLowerCase()),
  ],
  cidr_match: ([address = [], ...blocks]) => [isWithin(String(address[0]), blocks.flat().map(String))],
};

function call(name: string, args: readonly Expression[], dialect: Dialect): FieldValues {
  const values = args.map((arg) => evaluate(arg, dialect));
  const lenient = onNull[name];
  if (lenient !== undefined) return lenient(values, dialect);
  const known = functions[name];
  if (known === undefined) throw new QueryError(`no function ${name}`);
  return values.some((one) => one.length === 0) ? [] : known(values, dialect);
}

/** The arguments of `case` alternate: condition, value, condition, value, …, and last the default. */
function chooseCase(args: readonly FieldValues[]): FieldValues {
  for (let i = 0; i + 1 < args.length; i += 2) if (args[i]?.[0] === true) return args[i + 1] ?? [];
  return args.length % 2 === 1 ? (args.at(-1) ?? []) : [];
}

function isWithin(address: string, blocks: readonly string[]): boolean {
  const list = new BlockList();
  for (const block of blocks) {
    const [network = '', prefix] = block.split('/');
    const family = isIPv6(network) ? 'ipv6' : 'ipv4';
    list.addSubnet(network, Number(prefix ?? (family === 'ipv6' ? 128 : 32)), family);
  }
  return list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}
