import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readLineKeys, writeLine } from '../../input/outputs/file/line.ts';

const now = '2026-03-01T12:00:00.000Z';

function ingest(document: object): unknown {
  const body = Buffer.from(JSON.stringify(document));
  const { _id, ...rest } = JSON.parse(writeLine({ id: 'x', dataStream: 'y', body }, now));
  expect(_id).toBe('x');
  return rest;
}

describe('event.ingested', () => {
  test('is added to the event object in front, and nothing else changes', () => {
    const fields = fc.dictionary(
      fc.oneof(fc.constantFrom('"event":{', '\\', 'a'), fc.string()),
      fc.jsonValue(),
    );
    fc.assert(
      fc.property(fields, fields, (inner, outer) => {
        const document = JSON.parse(JSON.stringify({ event: { kind: 'event', ...inner }, ...outer }));
        // Keys that are numbers come before all others.
        fc.pre(Object.keys(document)[0] === 'event' && !('_id' in outer) && !('ingested' in inner));
        fc.pre(!('event' in outer) && !Object.keys(inner).some((key) => /^\d+$/.test(key)));
        expect(ingest(document)).toEqual({ ...document, event: { ...document.event, ingested: now } });
      }),
    );
  });

  test.each([
    [{ event: 'a constant of the policy', a: 1 }],
    [{ event: {}, a: 1 }],
    [{ a: { event: { x: 1 } } }],
  ])('is left out where no event object with properties stands in front: %j', (document) => {
    expect(ingest(document)).toEqual(document);
  });
});

describe('a line', () => {
  const line = (id: string, document: object) =>
    Buffer.from(
      writeLine({ id, dataStream: 'x', body: Buffer.from(JSON.stringify(document)) }, now).slice(0, -1),
    );

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
