// Translates KQL into the query that Kibana sends for it.

import { type KqlNode, parseKql } from './parse.ts';

export type Query = Readonly<Record<string, unknown>>;

/** Translates a text; an empty one asks for everything. Throws a KqlError. */
export function kqlToQuery(text: string): Query {
  return text.trim() === '' ? { match_all: {} } : toQuery(parseKql(text));
}

function toQuery(node: KqlNode): Query {
  switch (node.kind) {
    case 'and':
      return { bool: { filter: node.nodes.map(toQuery) } };
    case 'or':
      return { bool: { should: node.nodes.map(toQuery), minimum_should_match: 1 } };
    case 'not':
      return { bool: { must_not: toQuery(node.node) } };
    case 'exists':
      return { exists: { field: node.field } };
    case 'phrase':
      return { match_phrase: { [node.field]: node.value } };
    case 'word':
      return { match: { [node.field]: node.value } };
    case 'pattern':
      return { query_string: { fields: [node.field], query: escapePattern(node.value) } };
    case 'range':
      return { range: { [node.field]: { [node.operator]: node.value } } };
  }
}

/** The star of a pattern is its only special character; escapes stay what they are. */
const escapePattern = (text: string) => text.replace(/[+\-=&|!{}[\]^~?:/]/g, '\\$&');
