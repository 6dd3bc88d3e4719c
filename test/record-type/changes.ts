// What an edit did to the documents of the example events, field by field.

import { existsSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { isObject, type Json } from '../../pipelines/json/json.ts';
import { listSamples } from '../pipelines/samples.ts';
import { root } from './scaffold.ts';

/** Accepted documents by the name of their example event. */
export type Documents = ReadonlyMap<string, Json>;

export function readDocuments(): Documents {
  const samples = listSamples().filter(({ expectedFile }) => existsSync(expectedFile));
  return new Map(
    samples.map(({ expectedFile }) => [
      relative(root, expectedFile),
      JSON.parse(readFileSync(expectedFile, 'utf8')),
    ]),
  );
}

const longestValue = 100;
const mostOthers = 10;

/** The fields that changed in the documents of `events`, and the names of all others that changed. */
export function compareDocuments(before: Documents, after: Documents, events: string | undefined): string {
  const changed = [...after].filter(
    ([name, document]) => JSON.stringify(before.get(name)) !== JSON.stringify(document),
  );
  const isOwn = ([name]: readonly [string, Json]) =>
    events === undefined || name.startsWith(`test/events/${events}/`);
  const own = changed.filter(isOwn).flatMap(([name, document]) => {
    const fields = listFields(document);
    return [
      name,
      ...(before.has(name) ? compareFields(listFields(before.get(name)), fields) : describeNew(fields)),
    ];
  });
  const others = changed.filter((one) => !isOwn(one)).map(([name]) => `  ${name}`);
  return [
    ...(own.length === 0 ? ['no field of its documents changed'] : own),
    ...(others.length === 0 ? [] : [`${others.length} documents of other record types changed too:`]),
    ...others.slice(0, mostOthers),
    ...(others.length > mostOthers ? ['  … (git diff test/events)'] : []),
  ].join('\n');
}

type TextsByField = ReadonlyMap<string, string>;

function listFields(value: Json, name = ''): TextsByField {
  if (!isObject(value)) return value === undefined ? new Map() : new Map([[name, JSON.stringify(value)]]);
  return new Map(
    Object.entries(value).flatMap(([key, inner]) => [
      ...listFields(inner, name === '' ? key : `${name}.${key}`),
    ]),
  );
}

/** Everything but the record itself, which is there as it was. */
function describeNew(fields: TextsByField): string[] {
  const made = [...fields].filter(
    ([name]) => !name.startsWith('o365.audit.') || name.startsWith('o365.audit.other.'),
  );
  return [...compareFields(new Map(), new Map(made)), '  (and the record itself, under o365.audit)'];
}

function compareFields(before: TextsByField, after: TextsByField): string[] {
  const names = [...new Set([...before.keys(), ...after.keys()])].sort();
  return names.flatMap((name) => {
    const was = before.get(name);
    const is = after.get(name);
    if (was === is) return [];
    if (was === undefined) return `  + ${name} ${shorten(is)}`;
    if (is === undefined) return `  - ${name} ${shorten(was)}`;
    return `  ~ ${name} ${shorten(was)} -> ${shorten(is)}`;
  });
}

function shorten(text = ''): string {
  return text.length <= longestValue ? text : `${text.slice(0, longestValue)}…`;
}
