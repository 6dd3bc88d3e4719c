// One readable sentence for each event, from the template of its record type.

import type { SentencePart, SentencePath } from '../definitions.ts';
import { isObject, type Json, type JsonObject } from '../json.ts';
import { toKeyword } from '../verbs/keyword.ts';
import { compileRead, readField } from './paths.ts';

const longestValue = 200;
const mostValues = 3;

type WritePart = (record: JsonObject, document: JsonObject) => string | undefined;

export type WriteMessage = (record: JsonObject, document: JsonObject) => string;

export function compileMessage(parts: readonly SentencePart[]): WriteMessage {
  const writers = parts.map(compilePart);
  return (record, document) => {
    let text = '';
    for (const write of writers) text += write(record, document) ?? '';
    return text;
  };
}

function compilePart(part: SentencePart): WritePart {
  if (typeof part === 'string') return () => part;
  if ('group' in part) return compileGroup(part.group.map(compilePart));
  const [only, ...others] = part.paths.map(compilePath);
  if (only !== undefined && others.length === 0) return only;
  const paths = part.paths.map(compilePath);
  return (record, document) => {
    for (const path of paths) {
      const text = path(record, document);
      if (text !== undefined) return text;
    }
    return undefined;
  };
}

function compileGroup(writers: readonly WritePart[]): WritePart {
  return (record, document) => {
    let text = '';
    for (const write of writers) {
      const part = write(record, document);
      if (part === undefined) return undefined;
      text += part;
    }
    return text;
  };
}

function compilePath(path: SentencePath): WritePart {
  if ('text' in path) return () => path.text;
  if ('property' in path) {
    const read = compileRead(path.property);
    return (record) => toText(read(record));
  }
  const [first = '', second = '', ...more] = path.field;
  if (second === '' || more.length > 0) return (_, document) => toText(readField(document, path.field));
  return (_, document) => {
    const section = document[first];
    return isObject(section) ? toText(section[second]) : undefined;
  };
}

function toText(value: Json): string | undefined {
  if (value === undefined) return undefined;
  if (Array.isArray(value)) return toListText(value);
  const text = toKeyword(value);
  return text === undefined || text.length <= longestValue ? text : `${text.slice(0, longestValue)}…`;
}

function toListText(values: Json[]): string | undefined {
  const texts = values
    .flat()
    .map(toText)
    .filter((text) => text !== undefined);
  if (texts.length === 0) return undefined;
  return texts.length <= mostValues ? texts.join(', ') : `${texts.slice(0, mostValues).join(', ')}, …`;
}

/** The functions of this file for the ingest pipeline. */
export const messagePainless = `
String toText(List values) {
  List texts = new ArrayList();
  for (def value : values) {
    String text = (String) toKeyword(value, null);
    if (text == null) continue;
    texts.add(text.length() <= ${longestValue} ? text : text.substring(0, ${longestValue}) + '…');
  }
  if (texts.isEmpty()) return null;
  return texts.size() <= ${mostValues} ? String.join(', ', texts) : String.join(', ', texts.subList(0, ${mostValues})) + ', …';
}
String writePart(def part, Map record, Map document) {
  if (part instanceof String) return (String) part;
  Map map = (Map) part;
  if (map.group != null) {
    String whole = '';
    for (def inner : (List) map.group) {
      String text = writePart(inner, record, document);
      if (text == null) return null;
      whole += text;
    }
    return whole;
  }
  for (def path : (List) map.paths) {
    if (path.text != null) return (String) path.text;
    List values = new ArrayList();
    if (path.property != null) values = read(record, (List) path.property);
    else collect(readField(document, (List) path.field), [], 0, values);
    String text = toText(values);
    if (text != null) return text;
  }
  return null;
}
String writeMessage(List parts, Map record, Map document) {
  String whole = '';
  for (def part : parts) {
    String text = writePart(part, record, document);
    if (text != null) whole += text;
  }
  return whole;
}`;
