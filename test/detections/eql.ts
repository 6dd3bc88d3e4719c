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
  /** The fields whose values the events of a sequence share, by position. */
  readonly by: readonly string[];
  /** The category, or `any` for every event. */
  readonly category: string;
  readonly condition: Expression;
}

interface Sequence {
  readonly spanMs: number;
  readonly steps: readonly EventQuery[];
}

/** Returns the ids of the matching events, or of all events of the matching sequences. */
export function runEql(query: string, rows: readonly EsqlRow[], columns: ReadonlySet<string>): Set<string> {
  const { spanMs, steps } = parseEql(query);
  const missing = fieldsOfEql(query).find(({ name, optional }) => !optional && !columns.has(name));
  if (missing !== undefined) throw new QueryError(`Unknown column [${missing.name}]`);
  const ordered = rows.toSorted((a, b) => timeOf(a) - timeOf(b));
  const found = steps.map((step) => ({
    by: step.by,
    rows: ordered.filter((row) => isEvent(step, row)),
  }));
  const [first, ...later] = found;
  return new Set(
    first?.rows.flatMap((row) => {
      const keys = first.by.map((name) => row.values.get(name) ?? []);
      return continuations(row, later, timeOf(row) + spanMs, keys).flatMap((all) => idsOf(all));
    }),
  );
}

export function fieldsOfEql(query: string): readonly { readonly name: string; readonly optional: boolean }[] {
  const { steps } = parseEql(query);
  const by = steps.flatMap((step) => step.by);
  const named = steps.flatMap(({ condition }) => fieldsOf(condition));
  const category = steps.some((step) => step.category !== 'any') ? ['event.category'] : [];
  return [...[...by, ...category].map((name) => ({ name, optional: false })), ...named];
}

function parseEql(query: string): Sequence {
  const reader = new TokenReader(tokenize(query));
  if (!reader.take('sequence')) return { spanMs: 0, steps: [readEvent(reader)] };
  const by = readBy(reader);
  reader.expect('with');
  reader.expect('maxspan');
  reader.expect('=');
  const span = readExpression(reader);
  const steps: EventQuery[] = [];
  while (reader.take('[')) {
    const event = readEvent(reader);
    reader.expect(']');
    const step = { ...event, by: [...by, ...readBy(reader)] };
    steps.push(...Array.from({ length: readRuns(reader) }, () => step));
  }
  if (!reader.done) throw new QueryError(`did not expect "${reader.peek()?.text}"`);
  return { spanMs: span.kind === 'literal' ? Number(span.value) : 0, steps };
}

function readBy(reader: TokenReader): string[] {
  const names: string[] = [];
  if (!reader.take('by')) return names;
  do names.push(reader.next().text);
  while (reader.take(','));
  return names;
}

/** An event that has to come several times in a row. */
function readRuns(reader: TokenReader): number {
  if (!reader.is('with') || !reader.is('runs', 1)) return 1;
  reader.next();
  reader.next();
  reader.expect('=');
  return Number(reader.next().text);
}

function readEvent(reader: TokenReader): EventQuery {
  const category = reader.next().text;
  reader.expect('where');
  return { by: [], category, condition: readExpression(reader) };
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
  later: readonly { readonly by: readonly string[]; readonly rows: readonly EsqlRow[] }[],
  until: number,
  keys: readonly FieldValues[],
): EsqlRow[][] {
  if (keys.some((key) => key.length === 0)) return [];
  const [next, ...others] = later;
  if (next === undefined) return [[row]];
  return next.rows
    .filter((one) => timeOf(one) > timeOf(row) && timeOf(one) <= until)
    .flatMap((one) => {
      const shared = next.by.map((name, i) =>
        (keys[i] ?? []).filter((key) => one.values.get(name)?.includes(key)),
      );
      return continuations(one, others, until, shared).map((all) => [row, ...all]);
    });
}

const idsOf = (rows: readonly EsqlRow[]) => rows.flatMap(({ ids }) => [...ids]);
