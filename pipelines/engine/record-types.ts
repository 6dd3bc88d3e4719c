// Finds the record type of a record: by a number (the Management API writes it, some exports its name), by a name, or
// the only one there is.

import { toKeyword } from '../converters/keyword.ts';
import { toDouble } from '../converters/number.ts';
import type { Definitions } from '../definitions.ts';
import type { Json } from '../json/json.ts';

export interface RecordType {
  /** The key as record-type files name it; undefined where a record does not say. */
  readonly key: number | string | undefined;
  /** The vendor's name; what the record says, as text, where it is not known. */
  readonly name: string | undefined;
  readonly known: boolean;
}

/** Finds it from what a record says of its kind. */
export type FindRecordType = (kind: Json) => RecordType;

type Types = Pick<Definitions, 'dataset' | 'recordTypeNames'>;

export function compileRecordTypes({ dataset, recordTypeNames }: Types): FindRecordType {
  if (dataset.selector === 'none') return (kind) => ({ key: undefined, name: toKeyword(kind), known: true });
  return dataset.selector === 'name' ? findByName(recordTypeNames) : findByNumber(recordTypeNames);
}

function findByNumber(names: Definitions['recordTypeNames']): FindRecordType {
  const types = new Map<number, RecordType>();
  for (const [number, name] of Object.entries(names)) {
    types.set(Number(number), { key: Number(number), name, known: true });
  }
  const numbers = new Map(Object.entries(numbersByName(names)));
  return (kind) => {
    const key = typeof kind === 'number' ? kind : numberOf(toKeyword(kind), numbers);
    return types.get(key ?? Number.NaN) ?? { key, name: toKeyword(kind), known: false };
  };
}

/** Undefined for text that is no number, and nobody's name. */
function numberOf(text: string | undefined, numbers: ReadonlyMap<string, number>): number | undefined {
  return text === undefined ? undefined : (toDouble(text) ?? numbers.get(text.toLowerCase()));
}

function findByName(names: Definitions['recordTypeNames']): FindRecordType {
  const types = new Map(
    Object.entries(names).map(([key, name]) => [key.toLowerCase(), { key, name, known: true }]),
  );
  return (kind) => {
    const name = toKeyword(kind);
    return types.get(name?.toLowerCase() ?? '') ?? { key: name, name, known: false };
  };
}

/** The numbers by the name in lower case: some services begin it small. */
function numbersByName(names: Definitions['recordTypeNames']): Record<string, number> {
  const numbers: Record<string, number> = {};
  for (const [number, name] of Object.entries(names)) numbers[name.toLowerCase()] ??= Number(number);
  return numbers;
}

/** The same for the ingest pipeline of a dataset. */
export interface RecordTypesOfPipeline {
  readonly functions: string;
  /** The parameters given to the script that calls them. */
  readonly params: object;
  /** An expression for the key of a kind, which is an expression too. */
  readonly keyOf: (kind: string) => string;
}

export function writeRecordTypes({ dataset, recordTypeNames: names }: Types): RecordTypesOfPipeline {
  if (dataset.selector === 'none') return { functions: '', params: { names: {} }, keyOf: () => 'null' };
  if (dataset.selector === 'number') {
    return {
      functions: numberPainless,
      params: { names, numbers: numbersByName(names) },
      keyOf: (kind) => `recordTypeNumber(${kind}, (Map) params.numbers)`,
    };
  }
  const keys = Object.fromEntries(Object.keys(names).map((key) => [key.toLowerCase(), key]));
  return {
    functions: namePainless,
    params: { names, keys },
    keyOf: (kind) => `recordTypeName(${kind}, (Map) params.keys)`,
  };
}

const numberPainless = `
String recordTypeNumber(def recordType, Map numbers) {
  def number = toDouble(recordType, null);
  if (number == null) {
    String text = (String) toKeyword(recordType, null);
    number = text == null ? null : numbers.get(text.toLowerCase());
  }
  return number == null ? null : number.toString();
}`;

const namePainless = `
String recordTypeName(def kind, Map keys) {
  String text = (String) toKeyword(kind, null);
  if (text == null) return null;
  def known = keys.get(text.toLowerCase());
  return known == null ? text : (String) known;
}`;
