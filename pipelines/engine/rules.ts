// Rules: from a property of the record, through a verb, to a field of the document.

import type { Condition, Rule, Target } from '../definitions.ts';
import { isObject, type Json, type JsonObject } from '../json.ts';
import { findVerb } from '../verbs/index.ts';
import { keyword, toKeyword } from '../verbs/keyword.ts';
import type { Convert, Verb } from '../verbs/verb.ts';
import { compileRead, compileWrite, openSection, type Read, type Write } from './paths.ts';
import { share } from './shared-text.ts';

export type RunRule = (record: JsonObject, document: JsonObject) => void;

/** Which sections of a document no rule but those of one verb write to: these may hold an object that is shared. */
export type IsExclusive = (section: readonly string[]) => boolean;

export function compileRule(rule: Rule, isExclusive: IsExclusive): RunRule {
  const verb = findVerb(rule.verb);
  if (verb === undefined) throw new Error(`no verb "${rule.verb}"`);
  const copy = compileCopy(rule);
  if (copy !== undefined) return copy;
  const reads = rule.from.map(compileRead);
  const write = compileWrites(rule.to, verb, isExclusive);
  const convert = compileConvert(verb, rule.options);
  const [only] = reads;
  const run =
    reads.length === 1 && only !== undefined ? runOne(only, convert, write) : runFirst(reads, convert, write);
  return rule.when === undefined ? run : runWhen(rule.when.map(compileCondition), run);
}

/** Most rules carry a property of the record to a field of a section, and are worth a closure of their own. */
function compileCopy({ from, to, verb, when }: Rule): RunRule | undefined {
  const [path] = from;
  const [target] = to;
  const [step] = path ?? [];
  const [first, second] = target?.path ?? [];
  if (verb !== keyword.name || when !== undefined || from.length !== 1 || to.length !== 1) return undefined;
  if (path?.length !== 1 || step === undefined || step.where !== undefined) return undefined;
  if (target?.path.length !== 2 || target.list || first === undefined || second === undefined)
    return undefined;
  return copyProperty(step.name, first, second);
}

function copyProperty(name: string, first: string, second: string): RunRule {
  return (record, document) => {
    const given = record[name];
    const value = typeof given === 'string' ? toKeyword(given) : convertAny(given);
    if (value === undefined) return;
    const section = document[first];
    if (section === undefined) {
      const created: JsonObject = {};
      created[second] = value;
      document[first] = created;
    } else if (isObject(section) && section[second] === undefined) section[second] = value;
  };
}

function convertAny(value: Json): Json {
  return Array.isArray(value) ? convertEach(value, toKeyword) : toKeyword(value);
}

function runWhen(conditions: readonly Test[], run: RunRule): RunRule {
  return (record, document) => {
    for (const holds of conditions) if (!holds(record)) return;
    run(record, document);
  };
}

function runOne(read: Read, convert: Convert, write: Write): RunRule {
  return (record, document) => {
    const value = read(record);
    if (value === undefined) return;
    const converted = convert(value);
    if (converted !== undefined) write(document, converted);
  };
}

function runFirst(reads: readonly Read[], convert: Convert, write: Write): RunRule {
  return (record, document) => {
    for (const read of reads) {
      const value = read(record);
      const converted = value === undefined ? undefined : convert(value);
      if (converted !== undefined) {
        write(document, converted);
        return;
      }
    }
  };
}

/** A verb over whatever a path gives: each value of a list in turn, unless it takes all or fills several fields. */
function compileConvert(verb: Verb, options: Json): Convert {
  const compiled = verb.compile(options);
  const convert = verb.fills === undefined && verb.remembered !== true ? compiled : remember(compiled);
  if (verb.takesAll === true) return (value) => convert(Array.isArray(value) ? value.flat() : value);
  if (verb.fills !== undefined)
    return (value) => (Array.isArray(value) ? convertFirst(value, convert) : convert(value));
  return (value) => {
    if (Array.isArray(value)) return convertEach(value, convert);
    const converted = convert(value);
    return Array.isArray(converted) && converted.length === 1 ? converted[0] : converted;
  };
}

function convertFirst(values: Json[], convert: Convert): Json {
  for (const value of values) {
    const converted = Array.isArray(value) ? convertFirst(value, convert) : convert(value);
    if (converted !== undefined) return converted;
  }
  return undefined;
}

function convertEach(values: Json[], convert: Convert): Json {
  const found: Json[] = [];
  for (const value of values) {
    const converted = Array.isArray(value) ? convertEach(value, convert) : convert(value);
    for (const item of Array.isArray(converted) ? converted : [converted]) {
      if (item !== undefined && !found.includes(item)) found.push(item);
    }
  }
  return found.length > 1 ? found : found[0];
}

const mostRemembered = 5000;

/** The same few users and addresses come again and again. What is remembered is shared: it must not be changed. */
function remember(convert: Convert): Convert {
  const known = new Map<string, Json>();
  return (value) => {
    if (typeof value !== 'string') return convert(value);
    let converted = known.get(value);
    if (converted === undefined && !known.has(value)) {
      converted = share(convert(value));
      if (known.size >= mostRemembered) known.clear();
      known.set(value, converted);
    }
    return converted;
  };
}

function compileWrites(targets: readonly Target[], verb: Verb, isExclusive: IsExclusive): Write {
  const writes = targets.map((target) => {
    if (verb.fills === undefined) return compileWrite(target);
    return compileFill(target, verb.fills, isExclusive(target.path));
  });
  const [only] = writes;
  if (writes.length === 1 && only !== undefined) return only;
  return (document, value) => {
    for (const write of writes) write(document, value);
  };
}

/** Fills the fields below a target, unless the first of them is there: halves of two users make no third. */
function compileFill({ path, leaves }: Target, fills: readonly string[], exclusive: boolean): Write {
  const [leading = ''] = fills;
  const names = leaves ?? fills;
  const [first = ''] = path;
  if (path.length === 1 && exclusive && leaves === undefined) {
    return (document, value) => {
      document[first] ??= value;
    };
  }
  return (document, value) => {
    if (!isObject(value)) return;
    const section = openSection(document, path);
    if (section[leading] !== undefined) return;
    for (const name of names) if (value[name] !== undefined) section[name] ??= value[name];
  };
}

type Test = (record: JsonObject) => boolean;

function compileCondition({ path, values }: Condition): Test {
  const read = compileRead(path);
  const isWanted = values === undefined ? isPresent : isOneOf(values);
  return (record) => {
    const value = read(record);
    return Array.isArray(value) ? value.some(isWanted) : isWanted(value);
  };
}

function isPresent(value: Json): boolean {
  return value !== undefined && value !== null && value !== '';
}

/** In any case. Most values differ in length already, and need not be looked at. */
function isOneOf(values: readonly string[]): (value: Json) => boolean {
  const wanted = new Set(values);
  const lengths = new Set(values.map((value) => value.length));
  return (value) => {
    const text = typeof value === 'string' ? value : toKeyword(value);
    return text !== undefined && lengths.has(text.length) && wanted.has(text.toLowerCase());
  };
}

/** The functions of this file for the ingest pipeline. `kinds` tells of each verb what it fills and whether it takes all. */
export const rulesPainless = `
boolean isWanted(List found, def wanted) {
  for (def value : found) {
    if (wanted == null) { if (value != '') return true; }
    else {
      String text = (String) toKeyword(value, null);
      if (text != null && ((List) wanted).contains(text.toLowerCase())) return true;
    }
  }
  return false;
}
def convertAll(List found, Map rule) {
  if (found.isEmpty()) return null;
  if (rule.takesAll == true) return convert((String) rule.verb, found, rule.options);
  List results = new ArrayList();
  for (def value : found) {
    def converted = convert((String) rule.verb, value, rule.options);
    if (converted == null) continue;
    if (rule.fills != null) return converted;
    List items = converted instanceof List ? (List) converted : [converted];
    for (def item : items) if (!results.contains(item)) results.add(item);
  }
  if (results.isEmpty()) return null;
  return results.size() > 1 ? (def) results : results.get(0);
}
void fill(Map document, Map target, List fills, Map value) {
  List path = (List) target.path;
  Map section = openSection(document, path, path.size());
  if (section.get(fills.get(0)) != null) return;
  List names = target.leaves == null ? fills : (List) target.leaves;
  for (def name : names) {
    if (value.get(name) != null && section.get(name) == null) section.put((String) name, value.get(name));
  }
}
void runRule(Map record, Map document, Map rule) {
  if (rule.when != null) {
    for (def condition : (List) rule.when) {
      if (!isWanted(read(record, (List) condition.path), condition.values)) return;
    }
  }
  for (def path : (List) rule.from) {
    def converted = convertAll(read(record, (List) path), rule);
    if (converted == null) continue;
    for (def target : (List) rule.to) {
      if (rule.fills == null) write(document, (Map) target, converted);
      else fill(document, (Map) target, (List) rule.fills, (Map) converted);
    }
    return;
  }
}`;
