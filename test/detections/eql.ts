// Runs an EQL query of the kind that the rules are: events of a category that meet a condition, or a sequence of them
// that share a value within a span of time.

import type { EsqlRow } from './esql.ts';
import { type Dialect, type FieldValues, holds } from './evaluate.ts';
import {
  type Expression,
  fieldsOf,
  QueryError,
  readExpression,
  TokenReader,
  tokenize,
} from './expressions.ts';

interface EventQuery {
  /** The category, or `any` for every event. */
  readonly category: string;
  readonly condition: Expression;
}

interface Sequence {
  readonly by: readonly string[];
  readonly spanMs: number;
  readonly steps: readonly EventQuery[];
}

/** Returns the ids of the matching events, or of all events of the matching sequences. */
export function runEql(query: string, rows: readonly EsqlRow[], columns: ReadonlySet<string>): Set<string> {
  const { by, spanMs, steps } = parseEql(query);
  const missing = fieldsOfEql(query).find(({ name, optional }) => !optional && !columns.has(name));
  if (missing !== undefined) throw new QueryError(`Unknown column [${missing.name}]`);
  const ordered = rows.toSorted((a, b) => timeOf(a) - timeOf(b));
  const found = steps.map((step) => ordered.filter((row) => isEvent(step, row)));
  const [first = [], ...later] = found;
  return new Set(
    first.flatMap((row) => continuations(row, later, by, timeOf(row) + spanMs).flatMap((all) => idsOf(all))),
  );
}

export function fieldsOfEql(query: string): readonly { readonly name: string; readonly optional: boolean }[] {
  const { by, steps } = parseEql(query);
  const named = steps.flatMap(({ condition }) => fieldsOf(condition));
  const category = steps.some((step) => step.category !== 'any') ? ['event.category'] : [];
  return [...[...by, ...category].map((name) => ({ name, optional: false })), ...named];
}

function parseEql(query: string): Sequence {
  const reader = new TokenReader(tokenize(query));
  if (!reader.take('sequence')) return { by: [], spanMs: 0, steps: [readEvent(reader)] };
  const by = reader.take('by') ? [reader.next().text] : [];
  reader.expect('with');
  reader.expect('maxspan');
  reader.expect('=');
  const span = readExpression(reader);
  const steps: EventQuery[] = [];
  while (reader.take('[')) {
    steps.push(readEvent(reader));
    reader.expect(']');
  }
  if (!reader.done) throw new QueryError(`did not expect "${reader.peek()?.text}"`);
  return { by, spanMs: span.kind === 'literal' ? Number(span.value) : 0, steps };
}

function readEvent(reader: TokenReader): EventQuery {
  const category = reader.next().text;
  reader.expect('where');
  return { category, condition: readExpression(reader) };
}

const dialectOf = (row: EsqlRow): Dialect => ({
  severalValues: 'any',
  read: (name) => row.values.get(name) ?? [],
});

function isEvent({ category, condition }: EventQuery, row: EsqlRow): boolean {
  const isCategory = category === 'any' || (row.values.get('event.category') ?? []).includes(category);
  return isCategory && holds(condition, dialectOf(row));
}

const timeOf = (row: EsqlRow) => Number(row.values.get('@timestamp')?.[0] ?? Number.NaN);

/**
 * Finds every continuation of a sequence from a row through the later steps, each event after the one before and
 * sharing a value with all.
 */
function continuations(
  row: EsqlRow,
  later: readonly (readonly EsqlRow[])[],
  by: readonly string[],
  until: number,
  keys: readonly FieldValues[] = by.map((name) => row.values.get(name) ?? []),
): EsqlRow[][] {
  if (keys.some((key) => key.length === 0)) return [];
  const [next, ...others] = later;
  if (next === undefined) return [[row]];
  return next
    .filter((one) => timeOf(one) > timeOf(row) && timeOf(one) <= until)
    .flatMap((one) => {
      const shared = by.map((name, i) =>
        (keys[i] ?? []).filter((key) => one.values.get(name)?.includes(key)),
      );
      return continuations(one, others, by, until, shared).map((all) => [row, ...all]);
    });
}

const idsOf = (rows: readonly EsqlRow[]) => rows.flatMap(({ ids }) => [...ids]);
