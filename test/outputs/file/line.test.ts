import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { rawDocumentWriter } from '../../../input/documents/raw-document.ts';
import { readLineKeys, writeLine } from '../../../input/outputs/file/line.ts';
import { loadMapper } from '../../../pipelines/index.ts';

const now = '2026-03-01T12:00:00.000Z';

function ingest(document: object): unknown {
  const body = Buffer.from(JSON.stringify(document));
  const { _id, ...rest } = JSON.parse(writeLine({ id: 'x', dataStream: 'y', body }, now));
  expect(_id).toBe('x');
  return rest;
}

describe('event.ingested', () => {
  test('is added to the event object in front, and nothing else changes', () => {
    // The parser of Node 24.21 mistakes a quote for a backslash in a name, once it has seen one that ends in a backslash.
    const name = fc
      .oneof(fc.constantFrom('"event":{', '\\a', 'a'), fc.string())
      .filter((text) => !text.endsWith('\\'));
    const fields = fc.dictionary(name, fc.jsonValue());
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

  const context = {
    tenantId: '0b1c2d3e-4f50-4617-8291-a2b3c4d5e6f7',
    contentCreated: '2026-03-01T11:00:00.000Z',
    fetchedAt: now,
    namespace: 'default',
  };

  test.each(
    [
      '"2026-03-01T09:00:00"',
      '"2026-03-01 09:00:00"',
      '"2026-03-01T09:00:00.9999999Z"',
      '"3/1/2026 9:00:00 AM"',
      '"/Date(1772355600000)/"',
      '1772355600',
      '"0001-01-01T00:00:00"',
      '"9999-12-31T23:59:59"',
      '"2026-02-30T00:00:00"',
      '"yesterday"',
      '""',
      'null',
      '["2026-03-01T09:00:00"]',
      undefined,
    ].map((time) => [`{"Id":"a"${time === undefined ? '' : `,"CreationTime":${time}`}}`]),
  )('is found under the key that its record is asked for with: %s', (text) => {
    const mapper = loadMapper();
    const [mapped, raw] = [mapper.read(text), mapper.parse(text)];
    const key = mapper.identify(mapped, context.tenantId);
    expect(mapper.identify(raw, context.tenantId)).toEqual(key);
    for (const document of [
      mapper.write(mapped, context),
      rawDocumentWriter(mapper.dataset, {})(raw, context),
    ]) {
      const body = Buffer.from(document);
      const written = writeLine({ id: key.id, dataStream: 'x', body }, now).trimEnd();
      expect(readLineKeys(Buffer.from(written))).toContainEqual(key);
    }
  });

  test('that is not whole has no key', () => {
    const whole = line('a', { '@timestamp': '2026-03-01T12:00:00Z' });
    expect(readLineKeys(whole.subarray(0, -1))).toBeUndefined();
    expect(readLineKeys(Buffer.from('{"message":"of another program"}'))).toBeUndefined();
    expect(readLineKeys(Buffer.from('7'))).toBeUndefined();
  });
});
