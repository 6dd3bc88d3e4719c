// Parses the Kibana Query Language into a tree. It follows Kibana's grammar where that surprises: unquoted values run
// over spaces up to a keyword or a special character, a backslash in quotes is only an escape before a few characters,
// and a list of values can hold `and` and `not`. It shares nothing with the parser of dashboards/kql, whose queries are
// tried against its own.

export type KqlValue =
  | { readonly kind: 'phrase'; readonly text: string }
  | { readonly kind: 'literal'; readonly text: string | boolean | null }
  /** The texts between the wildcards: `a*b` is ['a', 'b'], `*` is ['', '']. */
  | { readonly kind: 'wildcard'; readonly parts: readonly string[] };

type KqlOperator = 'lt' | 'lte' | 'gt' | 'gte';

export type KqlNode =
  | { readonly kind: 'and' | 'or'; readonly nodes: readonly KqlNode[] }
  | { readonly kind: 'not'; readonly node: KqlNode }
  | { readonly kind: 'is'; readonly field: KqlValue; readonly value: KqlValue }
  | {
      readonly kind: 'range';
      readonly field: KqlValue;
      readonly operator: KqlOperator;
      readonly value: KqlValue;
    };

export class KqlError extends Error {}

const operators: Readonly<Record<string, KqlOperator>> = { '<=': 'lte', '>=': 'gte', '<': 'lt', '>': 'gt' };
const space = /[ \t\r\n\u00a0]*/y;
const special = /[\\():<>"*{}]/;
const keywords = {
  and: /[ \t\r\n\u00a0]+and[ \t\r\n\u00a0]+/iy,
  or: /[ \t\r\n\u00a0]+or[ \t\r\n\u00a0]+/iy,
  not: /not[ \t\r\n\u00a0]+/iy,
};
const escapes: Readonly<Record<string, string>> = { t: '\t', r: '\r', n: '\n' };
/** This character stands for a star that is a pattern, beside the characters that stand for themselves. */
const wildcard = Symbol('wildcard');

type ValueOfField = (field: KqlValue) => KqlNode;

export function parseKql(text: string): KqlNode {
  let at = 0;

  function fail(wanted: string): never {
    throw new KqlError(`expected ${wanted} at ${at}: …${text.slice(at, at + 40)}`);
  }

  function match(pattern: RegExp): string | undefined {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    if (found !== undefined) at += found.length;
    return found;
  }

  function take(character: string): boolean {
    if (text[at] !== character) return false;
    at += 1;
    return true;
  }

  const negation = () => match(keywords.not) !== undefined;

  function chain<T>(word: 'and' | 'or', next: () => T, join: (all: T[]) => T): T {
    const first = next();
    const all = [first];
    while (match(keywords[word]) !== undefined) all.push(next());
    return all.length === 1 ? first : join(all);
  }

  const query = (): KqlNode => chain('or', conjunctionOfQueries, (nodes): KqlNode => ({ kind: 'or', nodes }));
  const conjunctionOfQueries = (): KqlNode =>
    chain('and', negatedQuery, (nodes): KqlNode => ({ kind: 'and', nodes }));
  const negatedQuery = (): KqlNode => (negation() ? { kind: 'not', node: subQuery() } : subQuery());

  function subQuery(): KqlNode {
    if (!take('(')) return expression();
    match(space);
    const inner = query();
    match(space);
    if (!take(')')) fail('a closing parenthesis');
    return inner;
  }

  function expression(): KqlNode {
    const field = literal();
    match(space);
    const sign = match(/<=|>=|<|>/y);
    if (sign !== undefined) {
      match(space);
      const operator = operators[sign] ?? fail('an operator');
      return { kind: 'range', field, operator, value: literal() };
    }
    if (!take(':')) fail('a field name before the value, and a colon');
    match(space);
    if (text[at] === '{') fail('no nested query');
    return listOfValues()(field);
  }

  const orOfValues = (): ValueOfField =>
    chain(
      'or',
      andOfValues,
      (all): ValueOfField =>
        (field) => ({
          kind: 'or',
          nodes: all.map((one) => one(field)),
        }),
    );
  const andOfValues = (): ValueOfField =>
    chain(
      'and',
      negatedValues,
      (all): ValueOfField =>
        (field) => ({
          kind: 'and',
          nodes: all.map((one) => one(field)),
        }),
    );

  function negatedValues(): ValueOfField {
    if (!negation()) return listOfValues();
    const values = listOfValues();
    return (field) => ({ kind: 'not', node: values(field) });
  }

  function listOfValues(): ValueOfField {
    if (take('(')) {
      match(space);
      const values = orOfValues();
      match(space);
      if (!take(')')) fail('a closing parenthesis after the values');
      return values;
    }
    const value = literal();
    return (field) => ({ kind: 'is', field, value });
  }

  const literal = (): KqlValue => (text[at] === '"' ? quoted() : unquoted());

  function quoted(): KqlValue {
    at += 1;
    let result = '';
    while (text[at] !== '"') {
      if (at >= text.length) fail('a closing quotation mark');
      result += escaped(/[\\"]/) ?? text[at++];
    }
    at += 1;
    return { kind: 'phrase', text: result };
  }

  function unquoted(): KqlValue {
    const characters: (string | typeof wildcard)[] = [];
    while (at < text.length) {
      const literalCharacter = escaped(special) ?? escapedKeyword();
      if (literalCharacter !== undefined) characters.push(literalCharacter);
      else if (take('*')) characters.push(wildcard);
      else if (special.test(text[at] ?? '') || endsHere()) break;
      else characters.push(text[at++] ?? '');
    }
    if (characters.length === 0) fail('a value');
    return toValue(characters);
  }

  function endsHere(): boolean {
    return Object.values(keywords).some((keyword) => {
      keyword.lastIndex = at;
      return keyword.test(text);
    });
  }

  /** Returns the character that an escape here stands for, if this is one. */
  function escaped(plain: RegExp): string | undefined {
    if (text[at] !== '\\') return undefined;
    const next = text[at + 1] ?? '';
    const code = /^u([0-9a-f]{4})/i.exec(text.slice(at + 1, at + 6))?.[1];
    const character =
      escapes[next] ??
      (code === undefined ? undefined : String.fromCharCode(Number.parseInt(code, 16))) ??
      (next !== '' && plain.test(next) ? next : undefined);
    if (character !== undefined) at += code === undefined ? 2 : 6;
    return character;
  }

  const escapedKeyword = () => match(/\\(?:or|and|not)/iy)?.slice(1);

  match(space);
  const result = query();
  match(space);
  if (at < text.length) fail('the end');
  return result;
}

function toValue(characters: readonly (string | symbol)[]): KqlValue {
  const parts = [''];
  for (const character of characters) {
    if (typeof character === 'symbol') parts.push('');
    else parts.push(`${parts.pop() ?? ''}${character}`);
  }
  const last = parts.length - 1;
  parts[0] = (parts[0] ?? '').trimStart();
  parts[last] = (parts[last] ?? '').trimEnd();
  const [only = ''] = parts;
  if (parts.length > 1) return { kind: 'wildcard', parts };
  if (only === 'null') return { kind: 'literal', text: null };
  if (only === 'true' || only === 'false') return { kind: 'literal', text: only === 'true' };
  return { kind: 'literal', text: only };
}
