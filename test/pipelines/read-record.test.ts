// A record is cut out of its text where that is plain, and parsed where it is not. Both ways must come to the same.

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { loadDefinitions, loadMapper } from '../../pipelines/index.ts';
import { parseObject } from '../../pipelines/parse-record.ts';
import { listSamples, readPublicRecords, sampleContext } from './samples.ts';

const mapper = loadMapper();

function read(text: string) {
  const record = mapper.read(text);
  const { event, ...document } = mapper.map(record, sampleContext);
  return { key: mapper.identify(record, 'tenant').id, event, document };
}

/** A space between two tokens changes nothing, but has the text parsed. */
const parsed = (text: string) => `{ ${text.slice(1)}`;

const isSame = (text: string) => expect(read(text)).toEqual(read(parsed(text)));

const samples = listSamples().map(({ text }) => text);

describe('a record reads the same cut out and parsed', () => {
  test('in every sample', () => {
    for (const text of samples) isSame(text);
  });

  const records = readPublicRecords();
  (records.length === 0 ? test.skip : test)('in the public records', () => {
    for (const text of records) isSame(text);
  });

  test.each([
    ['a name twice', '{"Id":"a","UserId":"x","UserId":"y"}'],
    ['a name without a definition twice', '{"Id":"a","Strange":"x","Strange":"y"}'],
    ['a name twice below', '{"Id":"a","Item":{"Subject":"x","Subject":"y"}}'],
    ['a name twice in a list', '{"Id":"a","Parameters":[{"Name":"Name","Name":"Identity","Value":"x"}]}'],
    [
      'a setting twice',
      '{"Id":"a","Parameters":[{"Name":"Identity","Value":"x"},{"Name":"Identity","Value":"y"}]}',
    ],
    ['many strange names', `{"Id":"a",${Array.from({ length: 150 }, (_, i) => `"S${i % 149}":"x"`)}}`],
    ['an escape in a name', '{"\\u0049d":"a","User\\u0049d":"x"}'],
    [
      'every escape in a value',
      '{"Id":"a","UserId":"\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e4\\ud83d\\ude00\\ud800"}',
    ],
    ['a backslash at the end', '{"Id":"a","UserId":"x\\\\","Operation":"y"}'],
    ['quotes at the end', '{"Id":"a","UserId":"\\"x\\"","Operation":"\\\\\\""}'],
    ['names that are ours', '{"Id":"a","other":{"a":1},"unplaced":["b"],"valueless":"c"}'],
    [
      'names without a value',
      '{"Id":"a","Parameters":[{"Name":"Identity","Value":"x"},{"Name":"ForwardTo","Value":""},{"Name":"Unheard","Value":""}]}',
    ],
    [
      'names without a value before a list that has to be parsed',
      '{"Id":"a","Parameters":[{"Name":"ForwardTo","Value":""},{"Name":"WithinSizeRangeMinimum","Value":""},{"Name":"ForwardTo","Value":""}]}',
    ],
    ['names of every object', '{"Id":"a","__proto__":{"a":1},"constructor":"b","toString":"c"}'],
    ['nothing at all', '{}'],
    ['empty values', '{"Id":"a","UserId":"","ClientIP":null,"Parameters":[],"Item":{},"Actor":[{}]}'],
    ['numbers', '{"Id":"a","UserType":-0,"Version":1.0,"Size":1e3,"RecordType":12345678901234567890}'],
    ['numbers below', '{"Id":"a","Item":{"Id":12345678901234567890,"Size":1.50}}'],
    ['truth values', '{"Id":"a","ExternalAccess":true,"UserId":false,"Unheard":true}'],
    ['text beside what is no object', '{"Id":"a","Item":"just text","ItemText":"more"}'],
    ['text beside what is no object, alone', '{"Id":"a","Item":"just text","UserId":"x"}'],
    ['JSON inside of text', '{"Id":"a","Item":"{\\"Subject\\":\\"x\\"}","Data":"[1,2]"}'],
    [
      'other values than text',
      '{"Id":"a","Parameters":[{"Name":"Identity","Value":1},{"Name":"X","Value":null}]}',
    ],
    ['other keys', '{"Id":"a","Parameters":[{"Name":"Identity","Value":"x","More":"y"}]}'],
    ['other spellings', '{"Id":"a","ExtraProperties":[{"Key":"a","Value":"b"},{"name":"c","value":"d"}]}'],
    [
      'unknown settings',
      '{"Id":"a","Parameters":[{"Name":"Nobody.Knows","Value":"x"},{"Name":" ","Value":"y"}]}',
    ],
    ['settings without values', '{"Id":"a","Parameters":[{"Name":"Identity","Value":""}]}'],
    [
      'settings with escapes',
      '{"Id":"a","Parameters":[{"Name":"Identity","Value":"\\"x\\\\"},{"Name":"\\u0041","Value":"y"}]}',
    ],
    [
      'quotes and brackets inside of text',
      '{"Id":"a","Item":{"Subject":"}]\\"{["},"UserId":"\\",\\"Id\\":\\"b"}',
    ],
    ['values of another type', '{"Id":"a","UserId":["x",{"y":1}],"ClientIP":{"a":1},"UserType":"Admin"}'],
    [
      'letters beyond ASCII',
      '{"Id":"a","UserId":"Jürgen 李","Ünheard":"ß","Parameters":[{"Name":"Identity","Value":"é"}]}',
    ],
  ])('with %s', (_, text) => isSame(text));

  test('whatever is done to a text', () => {
    const parts = [
      '"',
      '\\',
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      ' ',
      '\t',
      '\u0000',
      '0',
      '-',
      '.',
      'e',
      'null',
      'ä',
      '\\"',
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(...samples),
        fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(...parts), fc.nat(3)), {
          minLength: 1,
          maxLength: 3,
        }),
        (sample, edits) => {
          let text = sample;
          for (const [where, part, removed] of edits) {
            const at = 1 + Math.floor(where * (text.length - 1));
            text = text.slice(0, at) + part + text.slice(at + removed);
          }
          const { value } = parseObject(text);
          const document = mapper.write(mapper.read(text), sampleContext);
          expect(() => JSON.parse(document)).not.toThrow();
          if (value === undefined) expect(JSON.parse(document).event.original).toBe(text);
          else isSame(text);
        },
      ),
      { numRuns: 1500 },
    );
  });

  test('whatever a property holds', () => {
    const { properties } = loadDefinitions();
    // See line.test.ts: Node's parser is not to be trusted with these.
    const text = fc.string().filter((any) => !any.endsWith('\\'));
    const name = fc.oneof(fc.constantFrom(...Object.keys(properties)), text);
    const item = fc.record({
      Name: fc.oneof(fc.constantFrom(...Object.keys(properties.Parameters?.properties ?? {})), fc.string()),
      Value: fc.oneof(fc.string(), fc.jsonValue({ maxDepth: 2 })),
    });
    const value = fc.oneof(
      fc.jsonValue({ maxDepth: 4 }),
      fc.json(),
      fc.array(item),
      fc.array(item).map((all) => JSON.stringify(all)),
    );
    fc.assert(
      fc.property(fc.dictionary(name, value, { maxKeys: 12 }), fc.array(item), (fields, Parameters) => {
        isSame(JSON.stringify({ ...fields, Parameters, Id: 'a' }));
      }),
      { numRuns: 1000 },
    );
  });
});

test('what is remembered of a record does not keep its text', () => {
  // A slice of a string holds on to all of it; thousands of users that are remembered must not hold their records.
  const before = heapUsed();
  for (let i = 0; i < 4000; i += 1) {
    const text = `{"Id":"${i}","RecordType":15,"Operation":"UserLoggedIn","UserId":"somebody-${i}@contoso.example","Padding":"${'x'.repeat(20_000)}"}`;
    mapper.write(mapper.read(text), sampleContext);
  }
  expect(heapUsed() - before).toBeLessThan(20_000_000);
});

function heapUsed(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  return process.memoryUsage().heapUsed;
}
