// Translates the Kibana Query Language into the query that Kibana would send: `match` and `match_phrase` for values,
// `wildcard` for patterns on keywords (case counts, as in the detection engine), `exists` for a lone star. Syntax that
// the rules at hand do not use (nested fields, values without a field) is refused rather than guessed.

import { KqlError, type KqlNode, type KqlValue, parseKql } from './kql-parser.ts';

/** The type of each field in the index, as field capabilities name it. */
export type FieldTypes = ReadonlyMap<string, string>;

export type Query = Readonly<Record<string, unknown>>;

export function translateKql(text: string, types: FieldTypes): Query {
  return translate(parseKql(text), types);
}

/** Returns the names of all fields that the query asks for, patterns as they are written. */
export function fieldsOfKql(text: string): string[] {
  const names = new Set<string>();
  const visit = (node: KqlNode): void => {
    if ('field' in node) names.add(showName(node.field));
    else if (node.kind === 'not') visit(node.node);
    else node.nodes.forEach(visit);
  };
  visit(parseKql(text));
  return [...names];
}

function translate(node: KqlNode, types: FieldTypes): Query {
  switch (node.kind) {
    case 'and':
      return { bool: { filter: node.nodes.map((one) => translate(one, types)) } };
    case 'or':
      return anyOf(node.nodes.map((one) => translate(one, types)));
    case 'not':
      return { bool: { must_not: translate(node.node, types) } };
    case 'range':
      return anyOf(
        findFields(node.field, types).map((name) => ({
          range: { [name]: { [node.operator]: boundOf(node.value) } },
        })),
      );
    case 'is':
      return isAnything(node.field) && isAnything(node.value)
        ? { match_all: {} }
        : anyOf(findFields(node.field, types).map((name) => matchField(name, node.value, types)));
  }
}

const anyOf = (queries: readonly Query[]): Query => ({
  bool: { should: queries, minimum_should_match: 1 },
});

/** A field that no index knows is asked for all the same, and matches nothing. */
function findFields(field: KqlValue, types: FieldTypes): string[] {
  if (field.kind !== 'wildcard') return [String(field.text)];
  const pattern = new RegExp(`^${field.parts.map(escapeForPattern).join('.*')}$`, 's');
  const found = [...types.keys()].filter((name) => pattern.test(name));
  return found.length > 0 ? found : [showName(field)];
}

const showName = (field: KqlValue) =>
  field.kind === 'wildcard' ? field.parts.join('*') : String(field.text);

const isAnything = (value: KqlValue) => value.kind === 'wildcard' && value.parts.every((part) => part === '');

function matchField(name: string, value: KqlValue, types: FieldTypes): Query {
  if (isAnything(value)) return { exists: { field: name } };
  const type = types.get(name);
  if (value.kind === 'wildcard') {
    return type === 'keyword'
      ? { wildcard: { [name]: { value: value.parts.map(escapeForWildcard).join('*') } } }
      : { query_string: { fields: [name], query: value.parts.map(escapeForQueryString).join('*') } };
  }
  if (value.text === null) throw new KqlError(`${name}: null is no value to look for`);
  if (type === 'date') return { range: { [name]: { gte: value.text, lte: value.text } } };
  return value.kind === 'phrase'
    ? { match_phrase: { [name]: value.text } }
    : { match: { [name]: value.text } };
}

function boundOf(value: KqlValue): string | boolean {
  if (value.kind === 'wildcard' || value.text === null)
    throw new KqlError('a range needs a bound, not a pattern');
  return value.text;
}

const escapeForPattern = (text: string) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');

const escapeForWildcard = (text: string) => text.replace(/[\\?*]/g, '\\$&');

const escapeForQueryString = (text: string) =>
  text.replace(/[+\-=&|><!(){}[\]^"~*?:\\/]/g, '\\$&').replace(/\b(?:and|or|not)\b/gi, '\\$&');
