// Converts values by a table of the record-type file, whatever the case of their text.

import { isObject, type Json, type JsonObject } from '../json/json.ts';
import type { Converter } from './converter.ts';
import { toKeyword } from './keyword.ts';

type Table = ReadonlyMap<string, Json>;

function tableOf(options: Json): Table {
  const entries: JsonObject = isObject(options) ? options : {};
  return new Map(Object.entries(entries).map(([key, value]) => [key.toLowerCase(), value]));
}

function find(table: Table, value: Json): Json {
  const text = toKeyword(value);
  return text === undefined ? undefined : table.get(text.toLowerCase());
}

export const lookup: Converter = {
  name: 'lookup',
  about: 'The value that a table gives for the text, in any case.',
  options: 'table',
  compile: (options) => {
    const table = tableOf(options);
    return (value) => find(table, value);
  },
  examples: [
    { given: 'HIGH', options: { Low: 2, High: 4 }, gives: 4 },
    { given: 3, options: { '3': 'iOS' }, gives: 'iOS' },
    { given: 'Other', options: { Low: 2 } },
    { given: null, options: { Low: 2 } },
  ],
};

export const highest: Converter = {
  name: 'highest',
  about: 'The highest number that a table gives for any of the values.',
  options: 'table',
  takesAll: true,
  compile: (options) => {
    const table = tableOf(options);
    return (values) => {
      const numbers = (Array.isArray(values) ? values : [values]).map((value) =>
        Number(find(table, value) ?? 0),
      );
      const top = Math.max(0, ...numbers);
      return top === 0 ? undefined : top;
    };
  },
  examples: [
    { given: ['Low', 'high', 'Medium'], options: { Low: 2, Medium: 3, High: 4 }, gives: 4 },
    { given: ['none'], options: { Low: 2 } },
    { given: [], options: { Low: 2 } },
  ],
};
