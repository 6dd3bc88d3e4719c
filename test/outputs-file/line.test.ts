import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readLineKeys, writeLine } from '../../input/outputs/file/line.ts';

const now = '2026-03-01T12:00:00.000Z';

function ingest(document: object): unknown {
  const body = JSON.stringify(document);
  const { _id, ...rest } = JSON.parse(writeLine({ id: 'x', dataStream: 'y', body }, now));
  expect(_id).toBe('x');
  return rest;
}

describe('event.ingested', () => {
  test.each([
    ['in front', { event: { kind: 'event' }, a: 1 }],
    ['behind', { a: { b: [{ c: '}' }] }, event: { kind: 'event' } }],
    ['behind an object of the same name', { a: { event: { x: 1 } }, event: { kind: 'event' } }],
    ['behind text that looks like it', { a: '"event":{', 'x"event': { y: 1 }, event: { kind: 'event' } }],
    ['behind text that ends in a backslash', { a: '\\', b: '{\\"', event: { kind: 'event' } }],
    ['empty', { event: {} }],
    ['alone', { event: { kind: 'event' } }],
  ])('is added to the event object (%s)', (_, document) => {
    expect(ingest(document)).toEqual({ ...document, event: { ...document.event, ingested: now } });
  });

  test.each([[{}], [{ a: 1 }], [{ a: { event: { x: 1 } } }], [{ a: '"event":{' }]])(
    'comes in an event object of its own for %j',
    (document) => {
      expect(ingest(document)).toEqual({ ...document, event: { ingested: now } });
    },
  );

  test('changes nothing else, whatever the document holds', () => {
    const key = fc.oneof(fc.constantFrom('event', '"event":{', 'x"event', '\\', 'a'), fc.string());
    const value = fc.jsonValue();
    const tree = fc.letrec((tie) => ({
      node: fc.oneof({ maxDepth: 4 }, value, fc.dictionary(key, tie('node')), fc.array(tie('node'))),
    })).node;
    const document = fc
      .dictionary(key, tree)
      .map((fields) => ({ ...fields, event: { kind: 'event' }, last: 1 }));
    fc.assert(
      fc.property(document, fc.boolean(), (fields, first) => {
        const ordered = JSON.parse(JSON.stringify(first ? Object.assign({ event: {} }, fields) : fields));
        expect(ingest(ordered)).toEqual({ ...ordered, event: { kind: 'event', ingested: now } });
      }),
    );
  });
});

describe('a line', () => {
  const line = (id: string, document: object) =>
    Buffer.from(writeLine({ id, dataStream: 'x', body: JSON.stringify(document) }, now).slice(0, -1));

  test('tells under which key its record was delivered', () => {
    const document = { '@timestamp': '2026-03-01T11:59:59.7Z', event: { kind: 'event' } };
    expect(readLineKeys(line('a:"b"', document))).toEqual([
      { id: 'a:"b"', seconds: Date.UTC(2026, 2, 1, 11, 59, 59) / 1000 },
    ]);
  });

  test('of a record that could not be read is known without its time as well', () => {
    const document = { '@timestamp': '2026-03-01T12:00:00Z', event: { kind: 'pipeline_error' } };
    expect(readLineKeys(line('h:1', document))?.map(({ seconds }) => seconds)).toEqual([
      Date.UTC(2026, 2, 1, 12) / 1000,
      0,
    ]);
  });

  test('that is not whole has no key', () => {
    const whole = line('a', { '@timestamp': '2026-03-01T12:00:00Z' });
    expect(readLineKeys(whole.subarray(0, -1))).toBeUndefined();
    expect(readLineKeys(Buffer.from('{"message":"of another program"}'))).toBeUndefined();
    expect(readLineKeys(Buffer.from('7'))).toBeUndefined();
  });
});
