// Parses the part of the Kibana Query Language that dashboards use: fields with values, lists of values, patterns and
// ranges, joined by and, or, not and parentheses. Values without a field, and nested fields, are refused.

export type KqlNode =
  | { readonly kind: 'and' | 'or'; readonly nodes: readonly KqlNode[] }
  | { readonly kind: 'not'; readonly node: KqlNode }
  | { readonly kind: 'exists'; readonly field: string }
  | { readonly kind: 'phrase' | 'word' | 'pattern'; readonly field: string; readonly value: string }
  | {
      readonly kind: 'range';
      readonly field: string;
      readonly operator: RangeOperator;
      readonly value: string;
    };

export type RangeOperator = 'lt' | 'lte' | 'gt' | 'gte';

/** The message says what was expected, and where. */
export class KqlError extends Error {}

interface Token {
  readonly kind: 'word' | 'phrase' | 'sign' | 'end';
  readonly text: string;
  readonly at: number;
}

const signs: Readonly<Record<string, RangeOperator>> = { '<': 'lt', '<=': 'lte', '>': 'gt', '>=': 'gte' };
const pattern = /\s+|(?<sign><=|>=|[():<>])|"(?<phrase>(?:[^"\\]|\\.)*)"|(?<word>(?:[^\s():<>"\\]|\\.)+)/suy;

/** Throws a KqlError. */
export function parseKql(text: string): KqlNode {
  return new Parser(tokenise(text)).parse();
}

/** Returns every field that the query names, once. */
export function fieldsOfKql(node: KqlNode): string[] {
  if ('nodes' in node) return [...new Set(node.nodes.flatMap(fieldsOfKql))];
  return node.kind === 'not' ? fieldsOfKql(node.node) : [node.field];
}

function tokenise(text: string): Token[] {
  const tokens: Token[] = [];
  pattern.lastIndex = 0;
  while (pattern.lastIndex < text.length) {
    const at = pattern.lastIndex;
    const groups = pattern.exec(text)?.groups;
    if (groups === undefined) throw new KqlError(`there is no end to the quotation at ${at}`);
    const { sign, phrase, word } = groups;
    if (sign !== undefined) tokens.push({ kind: 'sign', text: sign, at });
    else if (phrase !== undefined) tokens.push({ kind: 'phrase', text: withoutEscapes(phrase), at });
    else if (word !== undefined) tokens.push({ kind: 'word', text: word, at });
  }
  return [...tokens, { kind: 'end', text: 'the end', at: text.length }];
}

const withoutEscapes = (text: string) => text.replace(/\\(.)/gsu, '$1');

class Parser {
  readonly #tokens: readonly Token[];
  #next = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  parse(): KqlNode {
    const node = this.#chain('or', () => this.#chain('and', () => this.#term()));
    if (this.#peek().kind !== 'end') this.#fail('"and", "or" or the end');
    return node;
  }

  #chain(word: 'and' | 'or', next: () => KqlNode): KqlNode {
    const first = next();
    const nodes = [first];
    while (this.#takeKeyword(word)) nodes.push(next());
    return nodes.length === 1 ? first : { kind: word, nodes };
  }

  #term(): KqlNode {
    if (this.#takeKeyword('not')) return { kind: 'not', node: this.#term() };
    if (this.#takeSign('(')) return this.#inside(() => this.#group());
    const field = this.#take('word', 'a field').text;
    if (this.#takeSign(':')) return this.#values(field);
    const operator = signs[this.#peek().text];
    if (operator === undefined) return this.#fail('":" or a comparison');
    this.#next += 1;
    return { kind: 'range', field, operator, value: this.#value().text };
  }

  #group(): KqlNode {
    return this.#chain('or', () => this.#chain('and', () => this.#term()));
  }

  #values(field: string): KqlNode {
    const one = (): KqlNode => {
      if (this.#takeKeyword('not')) return { kind: 'not', node: one() };
      if (this.#takeSign('(')) return this.#inside(list);
      return matchOf(field, this.#value());
    };
    const list = (): KqlNode => this.#chain('or', () => this.#chain('and', one));
    return one();
  }

  #inside(read: () => KqlNode): KqlNode {
    const node = read();
    if (!this.#takeSign(')')) this.#fail('")"');
    return node;
  }

  #value(): Token {
    const token = this.#peek();
    if (token.kind !== 'word' && token.kind !== 'phrase') this.#fail('a value');
    this.#next += 1;
    return token;
  }

  #peek(): Token {
    const token = this.#tokens[this.#next] ?? this.#tokens.at(-1);
    if (token === undefined) throw new KqlError('there is no query');
    return token;
  }

  #take(kind: Token['kind'], wanted: string): Token {
    const token = this.#peek();
    if (token.kind !== kind) this.#fail(wanted);
    this.#next += 1;
    return token;
  }

  #takeSign(text: string): boolean {
    return this.#takeIf((token) => token.kind === 'sign' && token.text === text);
  }

  #takeKeyword(text: string): boolean {
    return this.#takeIf((token) => token.kind === 'word' && token.text.toLowerCase() === text);
  }

  #takeIf(wanted: (token: Token) => boolean): boolean {
    if (!wanted(this.#peek())) return false;
    this.#next += 1;
    return true;
  }

  #fail(wanted: string): never {
    const { text, at } = this.#peek();
    throw new KqlError(`expected ${wanted} at ${at}, found ${text}`);
  }
}

function matchOf(field: string, { kind, text }: Token): KqlNode {
  if (kind === 'phrase') return { kind: 'phrase', field, value: text };
  if (text === '*') return { kind: 'exists', field };
  return /(?<!\\)\*/u.test(text)
    ? { kind: 'pattern', field, value: text }
    : { kind: 'word', field, value: withoutEscapes(text) };
}
