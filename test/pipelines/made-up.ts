// Made-up records of every type that is declared: a sample of the type's file, with properties of that file that have
// values fit for their types, in the forms that services write them.

import fc from 'fast-check';
import type { Definitions, Properties, Property, RecordTypeFile, Rule } from '../../pipelines/definitions.ts';
import { listSamples } from './samples.ts';

/** Printed, so that a failure can be had again with M365_TEST_SEED. */
export function chooseSeed(what: string): number {
  const seed = Number(process.env.M365_TEST_SEED ?? Date.now());
  console.log(`${what}: seed ${seed}`);
  return seed;
}

/** Lines of records, `each` of every type; the same for the same seed. */
export function makeUpRecords(definitions: Definitions, each: number, seed: number): string[] {
  const samples = listSamples();
  return definitions.files.flatMap((file) => {
    const bases = samples.filter(({ name }) => name.startsWith(`${file.name}/`)).map(({ text }) => text);
    const extras = someOf(propertiesOf(definitions, file));
    return file.recordTypes.flatMap((RecordType) => {
      const made = fc.sample(fc.record({ base: fc.constantFrom(...bases), extra: extras }), {
        numRuns: each,
        seed: seed + Number(RecordType),
      });
      return made.map(({ base, extra }, i) =>
        JSON.stringify({ ...JSON.parse(base), ...extra, RecordType, Id: `made up ${RecordType} ${i}` }),
      );
    });
  });
}

/** What the file's own rules read. */
function propertiesOf({ properties }: Definitions, { layer, operations }: RecordTypeFile): Properties {
  const rules: Rule[] = [layer, ...operations.layers].flatMap((each) => each.rules);
  const names = new Set(rules.flatMap(({ from }) => from.map(([first]) => first?.name ?? '')));
  return Object.fromEntries(Object.entries(properties).filter(([name]) => names.has(name)));
}

/** But what this project sets beside a property for its text: the order of the two would matter. */
function someOf(properties: Properties): fc.Arbitrary<object> {
  const own = Object.entries(properties).filter(
    ([name]) => !(name.replace(/Text$/, '') in properties && name.endsWith('Text')),
  );
  return fc.record(Object.fromEntries(own.map(([name, each]) => [name, valuesFor(each)])), {
    requiredKeys: [],
  });
}

function valuesFor({ type, example, properties = {} }: Property): fc.Arbitrary<unknown> {
  if (type === 'object') {
    const one = someOf(properties);
    return fc.oneof(
      one,
      fc.array(one, { maxLength: 3 }),
      one.map((value) => JSON.stringify(value)),
    );
  }
  if (type === 'pairs' || type === 'changes') return listOf(type, properties);
  if (type === 'flattened') return fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.json({ maxDepth: 2 }));
  const one = fc.oneof(plain[type], ...(example === undefined ? [] : [fc.constant(example)]));
  return fc.oneof({ weight: 3, arbitrary: one }, fc.array(one, { maxLength: 3 }));
}

const digits = fc.integer().map(String);
const moment = fc
  .date({ min: new Date('2015-01-01'), max: new Date('2035-01-01'), noInvalidDate: true })
  .map((date) => date.toISOString());
const plain = {
  keyword: fc.oneof(
    fc.string(),
    fc.string({ unit: 'grapheme' }),
    fc.uuid(),
    fc.emailAddress(),
    fc.webUrl(),
    fc.integer(),
  ),
  text: fc.string({ maxLength: 80 }),
  long: fc.oneof(fc.integer(), digits, fc.constantFrom('1.5E3', 2e3, 1.5)),
  double: fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), digits),
  boolean: fc.oneof(fc.boolean(), fc.constantFrom('True', 'false', '1')),
  date: fc.oneof(
    moment,
    moment.map((text) => text.slice(0, 19)),
  ),
  ip: fc.oneof(
    fc.ipV4(),
    fc.ipV6(),
    fc.ipV4().map((ip) => `${ip}:443`),
  ),
};

function listOf(type: 'pairs' | 'changes', properties: Properties): fc.Arbitrary<unknown> {
  const name = fc.oneof(
    fc.string({ maxLength: 20 }),
    ...Object.keys(properties).map((each) => fc.constant(each)),
  );
  const value = fc.oneof(fc.string(), fc.boolean(), digits);
  const one: fc.Arbitrary<object> =
    type === 'pairs'
      ? fc.record({ Name: name, Value: value })
      : fc.record({ Name: name, NewValue: value, OldValue: value });
  return fc.array(one, { maxLength: 4 });
}
