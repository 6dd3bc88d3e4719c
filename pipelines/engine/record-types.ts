// Which record type a record is of: the API writes its number, some exports its name.

import { toKeyword } from '../converters/keyword.ts';
import { toDouble } from '../converters/number.ts';
import type { Definitions } from '../definitions.ts';
import type { Json } from '../json/json.ts';

export interface RecordTypes {
  /** Undefined for text that is no number, and nobody's name. */
  numberOf(recordType: Json): number | undefined;
  isKnown(recordType: Json): boolean;
  /** Microsoft's name; what the record says, as text, where it is not known. */
  nameOf(recordType: Json): string | undefined;
}

export function compileRecordTypes({ recordTypeNames }: Pick<Definitions, 'recordTypeNames'>): RecordTypes {
  const names = new Map(Object.entries(recordTypeNames).map(([number, name]) => [Number(number), name]));
  const numbers = new Map(Object.entries(numbersByName(recordTypeNames)));
  const numberOf = (recordType: Json): number | undefined => {
    if (typeof recordType === 'number') return recordType;
    const text = toKeyword(recordType);
    return text === undefined ? undefined : (toDouble(text) ?? numbers.get(text.toLowerCase()));
  };
  return {
    numberOf,
    isKnown: (recordType) => names.has(numberOf(recordType) ?? Number.NaN),
    nameOf: (recordType) => names.get(numberOf(recordType) ?? Number.NaN) ?? toKeyword(recordType),
  };
}

/** By the name in lower case: some services begin it small. */
export function numbersByName(names: Definitions['recordTypeNames']): Record<string, number> {
  const numbers: Record<string, number> = {};
  for (const [number, name] of Object.entries(names)) numbers[name.toLowerCase()] ??= Number(number);
  return numbers;
}

/** For the ingest pipeline. */
export const recordTypesPainless = `
String recordTypeNumber(def recordType, Map numbers) {
  def number = toDouble(recordType, null);
  if (number == null) {
    String text = (String) toKeyword(recordType, null);
    number = text == null ? null : numbers.get(text.toLowerCase());
  }
  return number == null ? null : number.toString();
}`;
