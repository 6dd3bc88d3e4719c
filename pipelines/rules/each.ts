// Compiles rules for lists of objects: each object of the record becomes one of the document, made by rules of its own,
// so that values that belong together stay together, such as a file and its hash.

import type { Convert } from '../converters/converter.ts';
import type { Rule } from '../definitions.ts';
import { buildSection } from '../engine/assemble.ts';
import { type Layout, numberFields, planLayout, type Slots } from '../engine/layout.ts';
import { isObject, type Json, type JsonObject } from '../json/json.ts';
import { addOnce, mostObjects } from '../json/lists.ts';

type CompileRule = (rule: Rule, layout: Layout) => (item: JsonObject, slots: Slots) => void;

/**
 * Turns an object, or lists of them, into the list of what the rules make of each; undefined where they make nothing.
 */
export function compileEach(rules: readonly Rule[], compileRule: CompileRule): Convert {
  const numbers = numberFields(rules, []);
  const layout = planLayout(rules, [], numbers);
  const runs = rules.map((rule) => compileRule(rule, layout));
  const empty: Slots = Array.from({ length: numbers.size }, () => undefined);
  const make = (item: JsonObject): Json => {
    const slots = empty.slice();
    for (const run of runs) run(item, slots);
    return buildSection(layout.fields, slots);
  };
  return (value) => {
    const made: Json[] = [];
    for (const item of listObjects(value)) addOnce(made, make(item));
    return made.length === 0 ? undefined : made;
  };
}

/** The objects of a value, lists of lists as one. */
function listObjects(value: Json, found: JsonObject[] = []): JsonObject[] {
  if (Array.isArray(value)) for (const item of value) listObjects(item, found);
  else if (isObject(value) && found.length < mostObjects) found.push(value);
  return found;
}

export interface EachExample {
  readonly given: Json;
  readonly rules: readonly Rule[];
  /** Absent: nothing. */
  readonly gives?: Json;
}

const fileRules: readonly Rule[] = [
  { from: [[{ name: 'Name' }]], to: [{ path: ['file', 'name'], list: false }], converter: 'keyword' },
  {
    from: [[{ name: 'Kind' }], [{ name: 'Name' }]],
    to: [{ path: ['file', 'extension'], list: false }],
    converter: 'extension',
  },
  {
    from: [[{ name: 'Hashes', where: { key: 'By', value: 'SHA1' } }, { name: 'Value' }]],
    to: [{ path: ['file', 'hash', 'sha1'], list: false }],
    converter: 'lowercase',
  },
];

/** Run against both targets. */
export const eachExamples: readonly EachExample[] = [
  {
    given: [
      {
        Name: 'a.docx',
        Hashes: [
          { By: 'MD5', Value: '0F' },
          { By: 'SHA1', Value: 'AB' },
        ],
      },
      { Name: 'b', Kind: 'x.exe' },
      { Name: 'a.docx', Hashes: [{ By: 'SHA1', Value: 'ab' }] },
      { Size: 1 },
      'text',
    ],
    rules: fileRules,
    gives: [
      { file: { name: 'a.docx', extension: 'docx', hash: { sha1: 'ab' } } },
      { file: { name: 'b', extension: 'exe' } },
    ],
  },
  { given: { Name: 'c.png' }, rules: fileRules, gives: [{ file: { name: 'c.png', extension: 'png' } }] },
  { given: [[{ Name: 'd' }]], rules: fileRules, gives: [{ file: { name: 'd' } }] },
  { given: 'text', rules: fileRules },
  { given: [{}], rules: fileRules },
];
