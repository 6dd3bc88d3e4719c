// Parses the expressions that EQL and ES|QL share into a tree: names, literals, calls, comparisons, lists of values,
// logic.

export type Value = string | number | boolean;

export type Expression =
  | { readonly kind: 'literal'; readonly value: Value | null }
  /** A field is `optional` when EQL writes it `?name`: it may be missing from every index. */
  | { readonly kind: 'field'; readonly name: string; readonly optional: boolean }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Expression[] }
  | {
      readonly kind: 'compare';
      readonly operator: string;
      readonly left: Expression;
      readonly right: Expression;
    }
  | {
      readonly kind: 'anyOf';
      readonly operator: 'in' | 'like' | 'regex' | 'match';
      readonly ignoreCase: boolean;
      readonly left: Expression;
      readonly right: readonly Expression[];
    }
  | { readonly kind: 'isNull'; readonly of: Expression }
  | { readonly kind: 'not'; readonly of: Expression }
  | { readonly kind: 'and' | 'or'; readonly of: readonly Expression[] };

export interface Token {
  readonly kind: 'name' | 'text' | 'number' | 'sign';
  /** The meaning of the token: a text without its quotes, a name without its backticks. */
  readonly text: string;
}

export class QueryError extends Error {}

const tokenPattern =
  /(?<gap>\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\/)|"""(?<raw>[\s\S]*?)"""|"(?<quoted>(?:\\.|[^"\\])*)"|(?<number>\d+(?:\.\d+)?)|(?<name>(?:[A-Za-z_@][\w@]*|`[^`]+`)(?:\.(?:[\w@]+|`[^`]*`|\*))*~?)|(?<sign>==|!=|<=|>=|[=<>:(),|[\]?*/+.-])/y;

export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  tokenPattern.lastIndex = 0;
  for (let at = 0; at < text.length; at = tokenPattern.lastIndex) {
    const groups = tokenPattern.exec(text)?.groups;
    if (groups === undefined) throw new QueryError(`cannot read at ${at}: ${text.slice(at, at + 30)}`);
    const { gap, raw, quoted, number, name, sign } = groups;
    if (gap !== undefined) continue;
    if (raw !== undefined) tokens.push({ kind: 'text', text: raw });
    else if (quoted !== undefined) tokens.push({ kind: 'text', text: resolveEscapes(quoted) });
    else if (number !== undefined) tokens.push({ kind: 'number', text: number });
    else if (name !== undefined) tokens.push({ kind: 'name', text: name.replaceAll('`', '') });
    else tokens.push({ kind: 'sign', text: sign ?? '' });
  }
  return tokens;
}

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };

const resolveEscapes = (text: string) => text.replace(/\\(.)/gs, (_, next: string) => escapes[next] ?? next);

/** Reads tokens one after another; words are compared without case. */
export class TokenReader {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  get done(): boolean {
    return this.#at >= this.#tokens.length;
  }

  peek(ahead = 0): Token | undefined {
    return this.#tokens[this.#at + ahead];
  }

  next(): Token {
    const token = this.#tokens[this.#at];
    if (token === undefined) throw new QueryError('the query ends too early');
    this.#at += 1;
    return token;
  }

  is(text: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token !== undefined && token.kind !== 'text' && token.text.toLowerCase() === text.toLowerCase();
  }

  take(text: string): boolean {
    if (!this.is(text)) return false;
    this.#at += 1;
    return true;
  }

  expect(text: string): void {
    if (!this.take(text))
      throw new QueryError(`expected "${text}", found "${this.peek()?.text ?? 'the end'}"`);
  }
}

export function readExpression(reader: TokenReader): Expression {
  return readChain(reader, 'or', () => readChain(reader, 'and', () => readNegation(reader)));
}

function readChain(reader: TokenReader, word: 'and' | 'or', next: () => Expression): Expression {
  const first = next();
  const all = [first];
  while (reader.take(word)) all.push(next());
  return all.length === 1 ? first : { kind: word, of: all };
}

function readNegation(reader: TokenReader): Expression {
  return reader.take('not') ? { kind: 'not', of: readNegation(reader) } : readComparison(reader);
}

function readComparison(reader: TokenReader): Expression {
  const left = readArithmetic(reader);
  if (reader.take('is')) {
    const negated = reader.take('not');
    reader.expect('null');
    return negated ? { kind: 'not', of: { kind: 'isNull', of: left } } : { kind: 'isNull', of: left };
  }
  if (reader.is('not') && reader.is('in', 1)) {
    reader.next();
    return { kind: 'not', of: readAnyOf(reader, left) };
  }
  if (anyOfOperators.has(reader.peek()?.text.toLowerCase() ?? '') && reader.peek()?.kind !== 'text') {
    return readAnyOf(reader, left);
  }
  for (const operator of ['==', '!=', '<=', '>=', '<', '>'])
    if (reader.take(operator)) return { kind: 'compare', operator, left, right: readArithmetic(reader) };
  return left;
}

const anyOfOperators: ReadonlyMap<string, 'in' | 'like' | 'regex' | 'match'> = new Map([
  ['in', 'in'],
  ['in~', 'in'],
  ['like', 'like'],
  ['like~', 'like'],
  ['regex', 'regex'],
  ['regex~', 'regex'],
  ['rlike', 'regex'],
  [':', 'match'],
] as const);

function readAnyOf(reader: TokenReader, left: Expression): Expression {
  const { text } = reader.next();
  const operator = anyOfOperators.get(text.toLowerCase());
  if (operator === undefined) throw new QueryError(`"${text}" is no operator`);
  const ignoreCase = text.endsWith('~') || text === ':';
  const right = reader.take('(') ? readList(reader, ')') : [readPrimary(reader)];
  return { kind: 'anyOf', operator, ignoreCase, left, right };
}

function readArithmetic(reader: TokenReader): Expression {
  let left = readPrimary(reader);
  for (let name = arithmetic(reader); name !== undefined; name = arithmetic(reader)) {
    reader.next();
    left = { kind: 'call', name, args: [left, readPrimary(reader)] };
  }
  return left;
}

function arithmetic(reader: TokenReader): string | undefined {
  if (reader.is('/')) return 'divide';
  if (reader.is('*')) return 'multiply';
  return reader.is('-') ? 'subtract' : undefined;
}

/** The seconds in each unit of time that the rules use. */
const timeUnits: Readonly<Record<string, number>> = {
  s: 1,
  m: 60,
  h: 3600,
  second: 1,
  seconds: 1,
  minute: 60,
  minutes: 60,
  hour: 3600,
  hours: 3600,
};

function readPrimary(reader: TokenReader): Expression {
  const token = reader.next();
  if (token.kind === 'text') return { kind: 'literal', value: token.text };
  if (token.kind === 'number') return readNumber(reader, Number(token.text));
  if (token.text === '(') {
    const inner = readExpression(reader);
    reader.expect(')');
    return inner;
  }
  if (token.text === '?') return { kind: 'field', name: reader.next().text, optional: true };
  if (token.text === '*') return { kind: 'literal', value: null };
  if (token.kind !== 'name') throw new QueryError(`did not expect "${token.text}"`);
  return readName(reader, token.text);
}

function readNumber(reader: TokenReader, number: number): Expression {
  const seconds = timeUnits[reader.peek()?.kind === 'name' ? (reader.peek()?.text ?? '') : ''];
  if (seconds === undefined) return { kind: 'literal', value: number };
  reader.next();
  return { kind: 'literal', value: number * seconds * 1000 };
}

const constants: ReadonlyMap<string, Value | null> = new Map<string, Value | null>([
  ['null', null],
  ['true', true],
  ['false', false],
]);

function readName(reader: TokenReader, name: string): Expression {
  const constant = constants.get(name.toLowerCase());
  if (constant !== undefined) return { kind: 'literal', value: constant };
  if (reader.take('(')) return { kind: 'call', name: name.toLowerCase(), args: readList(reader, ')') };
  return { kind: 'field', name, optional: false };
}

function readList(reader: TokenReader, end: string): Expression[] {
  const items: Expression[] = [];
  if (reader.take(end)) return items;
  do items.push(readExpression(reader));
  while (reader.take(','));
  reader.expect(end);
  return items;
}

/** Returns every field named anywhere in the expression. */
export function fieldsOf(
  expression: Expression,
): readonly { readonly name: string; readonly optional: boolean }[] {
  switch (expression.kind) {
    case 'literal':
      return [];
    case 'field':
      return [expression];
    case 'call':
      return expression.args.flatMap(fieldsOf);
    case 'compare':
      return [expression.left, expression.right].flatMap(fieldsOf);
    case 'anyOf':
      return [expression.left, ...expression.right].flatMap(fieldsOf);
    case 'isNull':
    case 'not':
      return fieldsOf(expression.of);
    case 'and':
    case 'or':
      return expression.of.flatMap(fieldsOf);
  }
}
