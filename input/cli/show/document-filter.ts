// Selects the documents that a person asks for: by KQL, over the fields as they are mapped, and by words that stand in
// any value.

import {
  compileQuery,
  EvaluatedDocument,
  QueryError,
  QueryFields,
} from '../../../dashboards/evaluate/index.ts';
import { createFieldLookup } from '../../../dashboards/index.ts';
import { fieldsOfKql, KqlError, parseKql } from '../../../dashboards/kql/parse.ts';
import { kqlToQuery } from '../../../dashboards/kql/to-query.ts';
import type { Accept } from '../../local-documents/documents.ts';
import { suggest } from '../../options/problems.ts';
import { usage } from '../policy-flag.ts';

export interface DocumentFilter {
  readonly accept: Accept;
  /** Warnings about the query, for people. */
  readonly notes: readonly string[];
}

/** Throws an OperatorError. */
export function readDocumentFilter(
  words: readonly string[],
  filter: string | undefined,
  now: number,
): DocumentFilter {
  const { accept, notes } =
    filter === undefined ? { accept: () => true, notes: [] } : readFilter(filter, now);
  const lower = words.map((word) => word.toLowerCase());
  return {
    accept: (document) => lower.every((word) => holds(document.tree, word)) && accept(document),
    notes,
  };
}

function readFilter(filter: string, now: number): DocumentFilter {
  const fields = new QueryFields(createFieldLookup());
  try {
    const matches = compileQuery(kqlToQuery(filter), { fields, now });
    return { accept: ({ tree }) => matches(new EvaluatedDocument(tree)), notes: warningsOn(filter, fields) };
  } catch (error) {
    if (error instanceof KqlError)
      throw usage(
        `--filter is no KQL: ${error.message}.`,
        "Write it as --filter 'event.outcome: failure and user.name: j*'.",
      );
    if (error instanceof QueryError)
      throw usage(
        `--filter asks for what cannot be: ${error.message}.`,
        'docs/fields.md has the type of every field.',
      );
    throw error;
  }
}

function warningsOn(filter: string, fields: QueryFields): string[] {
  if (filter.trim() === '') return [];
  const { names } = createFieldLookup();
  return fieldsOfKql(parseKql(filter))
    .filter((name) => !fields.get(name).isKnown)
    .map((name) => `No field "${name}" is mapped${suggest(name, names)}`);
}

/** Letter case does not matter. Names of fields do not count. */
function holds(value: unknown, word: string): boolean {
  if (typeof value === 'string') return value.toLowerCase().includes(word);
  if (typeof value === 'number' || typeof value === 'boolean') return String(value) === word;
  return (
    typeof value === 'object' && value !== null && Object.values(value).some((each) => holds(each, word))
  );
}
