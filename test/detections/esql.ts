// Runs an ES|QL query of the kind that the rules are: it takes rows, and returns the documents behind the rows that are
// left. A column that no index knows is an error, as on a server.

import { evaluate, type FieldValues, holds } from './evaluate.ts';
import {
  type Expression,
  fieldsOf,
  QueryError,
  readExpression,
  type Token,
  TokenReader,
  tokenize,
} from './expressions.ts';

export interface EsqlRow {
  /** The documents that the row was made of. */
  readonly ids: ReadonlySet<string>;
  readonly values: ReadonlyMap<string, FieldValues>;
}

interface RowTable {
  readonly columns: ReadonlySet<string>;
  readonly rows: readonly EsqlRow[];
}

interface Assignment {
  readonly name: string;
  readonly expression: Expression;
}

type Command = (table: RowTable) => RowTable;

/** Returns the ids of the documents behind the result. */
export function runEsql(query: string, rows: readonly EsqlRow[], columns: ReadonlySet<string>): Set<string> {
  let table: RowTable = { columns, rows };
  for (const command of readCommands(query)) table = command(table);
  return new Set(table.rows.flatMap(({ ids }) => [...ids]));
}

/** Returns the columns that the query takes from the index, in the order of their first mention. */
export function fieldsOfEsql(query: string): string[] {
  const named = new Set<string>();
  const made = new Set<string>();
  for (const { uses, makes } of splitCommands(query).flatMap(({ word, reader }) => readUses(word, reader))) {
    for (const name of uses) if (!made.has(name)) named.add(name);
    for (const name of makes) made.add(name);
  }
  return [...named];
}

function readCommands(query: string): Command[] {
  return splitCommands(query).map(({ word, reader }) => {
    const read = commands[word];
    if (read === undefined) throw new QueryError(`no command ${word}`);
    return read(reader);
  });
}

function splitCommands(query: string): { word: string; reader: TokenReader }[] {
  const lists: Token[][] = [[]];
  for (const token of tokenize(query)) {
    if (token.kind === 'sign' && token.text === '|') lists.push([]);
    else lists.at(-1)?.push(token);
  }
  return lists.map((tokens) => {
    const reader = new TokenReader(tokens);
    return { word: reader.next().text.toLowerCase(), reader };
  });
}

const commands: Readonly<Record<string, (reader: TokenReader) => Command>> = {
  from: () => (table) => table,
  where: (reader) => {
    const condition = readExpression(reader);
    return (table) => {
      verify([condition], table);
      return { ...table, rows: table.rows.filter((row) => holds(condition, dialectOf(row))) };
    };
  },
  eval: (reader) => {
    const assignments = readAssignments(reader);
    return (table) => assignments.reduce(assign, table);
  },
  keep: (reader) => {
    const names = readNames(reader);
    return (table) => keep(table, names);
  },
  mv_expand: (reader) => {
    const name = reader.next().text;
    return (table) => ({
      ...table,
      rows: table.rows.flatMap((row) => (row.values.get(name) ?? []).map((value) => set(row, name, [value]))),
    });
  },
  grok: (reader) => {
    const source = readExpression(reader);
    const pattern = reader.next().text;
    return (table) => grok(table, source, pattern);
  },
  rename: (reader) => {
    const { from, to } = readRename(reader);
    return (table) => ({
      columns: new Set([...table.columns].map((name) => (name === from ? to : name))),
      rows: table.rows.map((row) => set(row, to, row.values.get(from) ?? [])),
    });
  },
  dissect: (reader) => {
    const source = readExpression(reader);
    const pattern = dissectToGrok(reader.next().text);
    return (table) => grok(table, source, pattern);
  },
  stats: (reader) => {
    const made = readAssignments(reader);
    const by = reader.take('by') ? readAssignments(reader) : [];
    return (table) => group(by.reduce(assign, table), made, by);
  },
};

/** The columns that a command takes, and the ones that it makes of them. */
interface ColumnUse {
  readonly uses: readonly string[];
  readonly makes: readonly string[];
}

function readUses(word: string, reader: TokenReader): ColumnUse[] {
  switch (word) {
    case 'where':
    case 'mv_expand':
      return [{ uses: namesIn(readExpression(reader)), makes: [] }];
    case 'keep':
      return [{ uses: readNames(reader).filter((name) => !/\*|^_/.test(name)), makes: [] }];
    case 'rename': {
      const { from, to } = readRename(reader);
      return [{ uses: [from], makes: [to] }];
    }
    case 'dissect':
      return [
        {
          uses: namesIn(readExpression(reader)),
          makes: readGroups(dissectToGrok(reader.next().text)).names,
        },
      ];
    case 'grok':
      return [{ uses: namesIn(readExpression(reader)), makes: readGroups(reader.next().text).names }];
    case 'eval':
    case 'stats': {
      const made = readAssignments(reader);
      const all = reader.take('by') ? [...made, ...readAssignments(reader)] : made;
      return all.map(({ name, expression }) => ({ uses: namesIn(expression), makes: [name] }));
    }
    default:
      return [];
  }
}

const namesIn = (expression: Expression) => fieldsOf(expression).map(({ name }) => name);

function readAssignments(reader: TokenReader): Assignment[] {
  const all: Assignment[] = [];
  do all.push(readAssignment(reader));
  while (reader.take(','));
  return all;
}

function readAssignment(reader: TokenReader): Assignment {
  const name = reader.peek()?.text ?? '';
  if (reader.is('=', 1)) {
    reader.next();
    reader.next();
  }
  return { name, expression: readExpression(reader) };
}

function readNames(reader: TokenReader): string[] {
  const names: string[] = [];
  do names.push(reader.next().text);
  while (reader.take(','));
  return names;
}

const dialectOf = (row: EsqlRow) => ({
  severalValues: 'null' as const,
  read: (name: string) => row.values.get(name) ?? [],
});

function verify(expressions: readonly Expression[], { columns }: RowTable): void {
  for (const { name } of expressions.flatMap(fieldsOf))
    if (!columns.has(name)) throw new QueryError(`Unknown column [${name}]`);
}

const set = (row: EsqlRow, name: string, values: FieldValues): EsqlRow => ({
  ...row,
  values: new Map(row.values).set(name, values),
});

function assign(table: RowTable, { name, expression }: Assignment): RowTable {
  verify([expression], table);
  return {
    columns: new Set(table.columns).add(name),
    rows: table.rows.map((row) => set(row, name, evaluate(expression, dialectOf(row)))),
  };
}

function keep(table: RowTable, names: readonly string[]): RowTable {
  const known = new Set([...table.columns, '_id', '_version', '_index']);
  const missing = names.find((name) => !name.includes('*') && !known.has(name));
  if (missing !== undefined) throw new QueryError(`Unknown column [${missing}]`);
  const prefixes = names.filter((name) => name.endsWith('*')).map((name) => name.slice(0, -1));
  const isKept = (name: string) => names.includes(name) || prefixes.some((prefix) => name.startsWith(prefix));
  return { ...table, columns: new Set([...known].filter(isKept)) };
}

function readRename(reader: TokenReader): { from: string; to: string } {
  const from = reader.next().text;
  reader.expect('as');
  return { from, to: reader.next().text };
}

/** `%{}` skips a text, `%{name}` takes one, each up to the text that follows. */
function dissectToGrok(pattern: string): string {
  return pattern
    .split(/%\{([^}]*)\}/)
    .map((part, i) => {
      if (i % 2 === 0) return part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
      return part === '' ? '.*?' : `(?<${part}>.*?)`;
    })
    .join('');
}

/** Names of groups may hold dots, which JavaScript's may not. */
function readGroups(pattern: string): { source: string; names: string[] } {
  if (pattern.includes('%{')) throw new QueryError('named patterns of grok are not supported');
  const names: string[] = [];
  const source = pattern.replace(/\(\?<([^>=!]+)>/g, (_, name: string) => `(?<g${names.push(name) - 1}>`);
  return { source, names };
}

function grok(table: RowTable, source: Expression, pattern: string): RowTable {
  verify([source], table);
  const { source: text, names } = readGroups(pattern);
  const compiled = new RegExp(text);
  const rows = table.rows.map((row) => {
    const found = compiled.exec(String(evaluate(source, dialectOf(row))[0] ?? ''))?.groups;
    return names.reduce((one, name, i) => {
      const value = found?.[`g${i}`];
      return set(one, name, value === undefined ? [] : [value]);
    }, row);
  });
  return { columns: new Set([...table.columns, ...names]), rows };
}

function group(table: RowTable, made: readonly Assignment[], by: readonly Assignment[]): RowTable {
  verify(
    made.map(({ expression }) => expression),
    table,
  );
  const groups = Map.groupBy(table.rows, (row) => JSON.stringify(by.map(({ name }) => row.values.get(name))));
  const rows = [...groups.values()].map((members): EsqlRow => {
    const keys = by.map(({ name }): [string, FieldValues] => [name, members[0]?.values.get(name) ?? []]);
    const figures = made.map(({ name, expression }): [string, FieldValues] => [
      name,
      aggregate(expression, members),
    ]);
    return {
      ids: new Set(members.flatMap(({ ids }) => [...ids])),
      values: new Map([...keys, ...figures]),
    };
  });
  return { columns: new Set([...by, ...made].map(({ name }) => name)), rows };
}

/** The value beside the smallest, or with `last` the greatest, of what they are ordered by. */
function edgeOf(rows: readonly EsqlRow[], [of, by]: readonly Expression[], last: boolean): FieldValues {
  if (of === undefined || by === undefined) throw new QueryError('first and last take a value and an order');
  const ordered = rows
    .map((row) => ({ at: Number(evaluate(by, dialectOf(row))[0]), value: evaluate(of, dialectOf(row)) }))
    .toSorted((one, other) => one.at - other.at);
  return ordered.at(last ? -1 : 0)?.value ?? [];
}

const overGroup: Readonly<Record<string, (values: FieldValues) => FieldValues>> = {
  avg: (values) =>
    values.length === 0
      ? []
      : [values.reduce<number>((sum, value) => sum + Number(value), 0) / values.length],
  count_distinct: (values) => [new Set(values).size],
  values: (values) => [...new Set(values)],
  sum: (values) => [values.reduce<number>((sum, value) => sum + Number(value), 0)],
  min: (values) => (values.length === 0 ? [] : [Math.min(...values.map(Number))]),
  max: (values) => (values.length === 0 ? [] : [Math.max(...values.map(Number))]),
};

function aggregate(expression: Expression, rows: readonly EsqlRow[]): FieldValues {
  return evaluate(expression, {
    severalValues: 'null',
    read: () => [],
    call: (name, args) => {
      const [arg] = args;
      if (name === 'count') return [rows.length];
      if (name === 'first' || name === 'last') return edgeOf(rows, args, name === 'last');
      const over = overGroup[name];
      if (over === undefined || arg === undefined) return undefined;
      return over(rows.flatMap((row) => evaluate(arg, dialectOf(row))));
    },
  });
}
