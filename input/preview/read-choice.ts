// Reads the choice of a page from the parameters of its request: `from`, `to`, `query`, `filters`. Whatever does not
// fit is refused.

import { isObject } from '../../pipelines/json/unknown.ts';
import type { PageChoice, PageFilter } from './contract.ts';

/** Thrown for a request that does not fit; the text says why. */
export class BadRequest extends Error {}

export function readChoice(parameters: URLSearchParams): PageChoice {
  const from = readInstant(parameters, 'from');
  const to = readInstant(parameters, 'to');
  if (from >= to) throw new BadRequest('"from" must be before "to"');
  return {
    from,
    to,
    query: parameters.get('query') ?? '',
    filters: readFilters(parameters.get('filters') ?? '[]'),
  };
}

/** The range of a Date, in milliseconds. */
const latest = 8.64e15;

function readInstant(parameters: URLSearchParams, name: string): number {
  const value = Number(parameters.get(name) ?? Number.NaN);
  if (!Number.isInteger(value) || Math.abs(value) > latest)
    throw new BadRequest(`"${name}" must be a time in milliseconds`);
  return value;
}

function readFilters(text: string): PageFilter[] {
  const list = parse(text);
  if (!Array.isArray(list) || !list.every(isFilter))
    throw new BadRequest('"filters" must be a list of {field, values}');
  return list;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new BadRequest('"filters" must be JSON');
  }
}

const isFilter = (value: unknown): value is PageFilter =>
  isObject(value) &&
  typeof value.field === 'string' &&
  Array.isArray(value.values) &&
  value.values.length > 0 &&
  value.values.every((each) => ['string', 'number', 'boolean'].includes(typeof each));
