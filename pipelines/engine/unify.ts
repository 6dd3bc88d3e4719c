// Gives a record that comes by itself the form of one in an envelope: what the envelope has beside it is made of the
// record itself, as the service would have written it.

import { toKeyword } from '../converters/keyword.ts';
import type { Envelope, MadeProperty, MadeSource, PlainPath } from '../dataset.ts';
import { isObject, type Json, type JsonObject } from '../json/json.ts';
import { compileRead } from '../rules/paths.ts';
import { compileCondition } from '../rules/rules.ts';
import { compileSpell, spellPainless } from './spell.ts';
import { setOwn } from './tame.ts';

export type Unify = (record: JsonObject) => JsonObject;

export function compileUnify(envelope: Envelope | undefined): Unify {
  if (envelope === undefined) return (record) => record;
  const { root, beside } = envelope;
  const spell = compileSpell(envelope.spelled);
  const makers = envelope.made.map(compileMake);
  return (record) => {
    const isInEnvelope = isObject(record[root]) && beside.every((name) => Object.hasOwn(record, name));
    if (isInEnvelope) return spell(record);
    // A copy, because what came is kept as it came.
    const unified: JsonObject = { [root]: makers.length === 0 ? record : { ...record } };
    for (const make of makers) make(unified);
    return unified;
  };
}

/** What no source gives stays as it is. */
function compileMake({ path, from }: MadeProperty): (record: JsonObject) => void {
  const sources = from.map(compileSource);
  return (record) => {
    for (const source of sources) {
      const text = source(record);
      if (text !== undefined) return putAt(record, path, text);
    }
  };
}

/** Objects on the way are copied, and made where they are missing; nothing is put inside of what is none. */
function putAt(record: JsonObject, path: PlainPath, text: string): void {
  let holder = record;
  for (const name of path.slice(0, -1)) {
    const inner = holder[name] ?? {};
    if (!isObject(inner)) return;
    const copy = { ...inner };
    setOwn(holder, name, copy);
    holder = copy;
  }
  setOwn(holder, path.at(-1) ?? '', text);
}

function compileSource({
  path,
  values,
  text,
  when = [],
}: MadeSource): (record: JsonObject) => string | undefined {
  const conditions = when.map((condition) => compileCondition(condition, compileRead));
  const read = path === undefined ? () => text : compileRead(path);
  return (record) => {
    if (!conditions.every((holds) => holds(record))) return undefined;
    for (const value of [read(record)].flat()) {
      const found = textOf(value, values);
      if (found !== undefined) return found;
    }
    return undefined;
  };
}

function textOf(value: Json, values: MadeSource['values']): string | undefined {
  const text = toKeyword(value);
  if (values === undefined || text === undefined) return text;
  const key = text.toLowerCase();
  return Object.hasOwn(values, key) ? values[key] : undefined;
}

/** `compileUnify` for the ingest pipeline, with what it is given as `params.made` and `params.spelled`. */
export function writeUnify(envelope: Envelope | undefined): string {
  if (envelope === undefined) return '';
  const { root, beside, made, spelled } = envelope;
  const tests = [
    `record.get('${root}') instanceof Map`,
    ...beside.map((name) => `record.containsKey('${name}')`),
  ];
  const functions = `${made.length === 0 ? '' : makePainless}${spelled === undefined ? '' : spellPainless}`;
  return `${functions}
Map unify(Map record${made.length === 0 ? '' : ', List made'}${spelled === undefined ? '' : ', List spelled'}) {
  if (${tests.join(' && ')}) return ${spelled === undefined ? 'record' : 'spell(record, spelled)'};
  Map unified = new LinkedHashMap();
  unified.put('${root}', ${made.length === 0 ? 'record' : 'new LinkedHashMap(record)'});${made.length === 0 ? '' : '\n  for (def one : made) make(unified, (Map) one);'}
  return unified;
}`;
}

const makePainless = `
String makeText(Map record, Map source) {
  if (source.when != null) for (def condition : (List) source.when) if (!meets(record, (Map) condition)) return null;
  List found = source.path == null ? [source.text] : read(record, (List) source.path);
  for (def value : found) {
    String text = (String) toKeyword(value, null);
    if (text != null && source.values != null) text = (String) ((Map) source.values).get(text.toLowerCase());
    if (text != null) return text;
  }
  return null;
}
void putAt(Map record, List path, String text) {
  Map holder = record;
  for (int i = 0; i < path.size() - 1; ++i) {
    String name = (String) path.get(i);
    def inner = holder.get(name);
    if (inner != null && !(inner instanceof Map)) return;
    Map copy = inner == null ? new LinkedHashMap() : new LinkedHashMap((Map) inner);
    holder.put(name, copy);
    holder = copy;
  }
  holder.put((String) path.get(path.size() - 1), text);
}
void make(Map record, Map one) {
  for (def source : (List) one.from) {
    String text = makeText(record, (Map) source);
    if (text == null) continue;
    putAt(record, (List) one.path, text);
    return;
  }
}`;
