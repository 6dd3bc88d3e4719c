import { isUtf8 } from 'node:buffer';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { BufferPool } from '../../input/concurrency/buffer-pool.ts';
import { sizedBuffers } from '../../input/concurrency/sized-buffers.ts';
import { type Records, textsOf } from '../../input/contract/records.ts';
import { type BodyEnd, RecordSplitter } from '../../input/json-stream/record-splitter.ts';

interface Split {
  readonly records: string[];
  readonly oversized: string[];
  readonly end: BodyEnd;
  readonly repaired: number;
  readonly bytes: number;
}

function split(body: Uint8Array, cuts: readonly number[], maximumRecordBytes = 1 << 20): Split {
  const oversized: string[] = [];
  let open = '';
  const splitter = new RecordSplitter({
    maximumRecordBytes,
    onOversized: (piece, last) => {
      open += Buffer.from(piece).toString('latin1');
      if (last) {
        oversized.push(open);
        open = '';
      }
    },
  });
  let from = 0;
  for (const cut of [...cuts, body.length]) {
    // The splitter gets a copy that is overwritten afterwards, since it must keep bytes of its own.
    const chunk = Uint8Array.from(body.subarray(from, cut));
    splitter.push(chunk);
    if (oversized.length === 0 && open === '') chunk.fill(0x7d);
    from = cut;
  }
  const bytes = splitter.bytes;
  const records = [...textsOf(splitter.take())];
  return { records, oversized, end: splitter.end(), repaired: splitter.repaired, bytes };
}

const everyCut = (body: Uint8Array) => Array.from({ length: body.length - 1 }, (_, at) => at + 1);
const encode = (text: string) => Buffer.from(text, 'utf8');

const whitespace = fc.stringMatching(/^[ \t\r\n]{0,3}$/);
const recordText = fc.oneof(
  fc.json(),
  fc.json({ stringUnit: 'binary' }),
  fc.constantFrom(
    '{"a":"}],[{"}',
    '"\\"\\\\"',
    '{"\\\\":"\\\\"}',
    '[[[]]]',
    '0',
    'null',
    '-1.5e400',
    '{"ü":"😀\\ud800"}',
  ),
);

describe('a body of records', () => {
  test('gives the text of each record, wherever the bytes are cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(whitespace, recordText, whitespace), { maxLength: 8 }),
        fc.array(fc.nat(400)),
        whitespace,
        (elements, cuts, space) => {
          const body = encode(
            `${space}[${elements.map(([before, text, after]) => before + text + after).join(',')}]${space}`,
          );
          const places = [...new Set(cuts.filter((cut) => cut > 0 && cut < body.length))].sort(
            (a, b) => a - b,
          );
          const texts = elements.map(([, text]) => text);
          for (const result of [split(body, places), split(body, everyCut(body)), split(body, [])]) {
            expect(result.records).toEqual(texts);
            expect(result.end).toEqual({ kind: 'complete' });
            expect(result.bytes).toBe(texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0));
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  test('that breaks off at any byte is truncated, and gives the records before', () => {
    const texts = ['{"Id":"1","a":[{"b":"]}"}]}', '{"Id":"ä\\"2"}', '3'];
    const body = encode(`[${texts.join(',')}]`);
    for (let length = 0; length < body.length; length++) {
      const { records, end } = split(body.subarray(0, length), []);
      expect(end).toEqual({ kind: 'truncated' });
      expect(texts.slice(0, records.length)).toEqual(records);
    }
  });

  test('may begin with a byte order mark', () => {
    const body = Buffer.concat([Uint8Array.of(0xef, 0xbb, 0xbf), encode('[{"Id":"1"}]')]);
    for (const cuts of [[], everyCut(body)]) expect(split(body, cuts).records).toEqual(['{"Id":"1"}']);
  });

  test('may be empty', () => {
    expect(split(encode('[]'), [])).toMatchObject({ records: [], end: { kind: 'complete' } });
  });

  test('nested 10,000 deep is one record', () => {
    const deep = `${'[{"a":'.repeat(10_000)}1${'}]'.repeat(10_000)}`;
    expect(split(encode(`[${deep},{}]`), [7, 20_000]).records).toEqual([deep, '{}']);
  });

  test('with invalid UTF-8 gives the record with replacements, and counts it', () => {
    const body = Buffer.concat([
      encode('[{"a":"x'),
      Uint8Array.of(0xff, 0xc3, 0x28),
      encode('"},{"a":"é"}]'),
    ]);
    for (const cuts of [[], everyCut(body)]) {
      expect(split(body, cuts)).toMatchObject({
        records: ['{"a":"x\ufffd\ufffd("}', '{"a":"é"}'],
        repaired: 1,
      });
    }
  });
});

describe('records that are taken', () => {
  const texts = ['{"Id":"1","Name":"Zoë"}', '{"Id":"2","Data":"a, long, one"}', '"3"', '{"Id":"4"}'];
  const body = encode(`[${texts.join(' ,\n')}]`);

  /** Cuts the body into chunks of a size, and takes what is there after each. */
  function takeOften(chunkBytes: number): Records[] {
    const splitter = new RecordSplitter({ maximumRecordBytes: 1 << 20, onOversized: () => undefined });
    const taken: Records[] = [];
    for (let at = 0; at < body.length; at += chunkBytes) {
      splitter.push(body.subarray(at, at + chunkBytes));
      taken.push(splitter.take());
      expect([splitter.count, splitter.bytes]).toEqual([0, 0]);
    }
    return taken;
  }

  test('are the same wherever the body was cut, and stay as they are while it goes on', () => {
    for (let chunkBytes = 1; chunkBytes <= body.length; chunkBytes += 1)
      expect(takeOften(chunkBytes).flatMap((records) => [...textsOf(records)])).toEqual(texts);
  });

  test('are nothing but their own bytes, one after the other', () => {
    for (const { count, bytes, starts, ends } of takeOften(40)) {
      expect([starts.length, ends.length]).toEqual([count, count]);
      expect([...starts, bytes.length]).toEqual([0, ...ends]);
    }
  });

  test('are the same in buffers that others used before, and of which none is used by two at once', () => {
    const inUse = new Set<Buffer>();
    const pool = sizedBuffers(1 << 20);
    const buffers: BufferPool = (bytes) => {
      const { buffer, release } = pool(bytes);
      expect(inUse.has(buffer)).toBe(false);
      inUse.add(buffer.fill(0x7d));
      const giveBack = () => {
        inUse.delete(buffer.fill(0x7d));
        release();
      };
      return { buffer, release: giveBack };
    };
    const long = Array.from({ length: 200 }, (_, n) => `{"Id":"${n}","Data":"${'ä'.repeat(n * 7)}"}`);
    const bytes = encode(`[${long.join(',')}]`);
    for (const chunkBytes of [777, 10_000, 64 * 1024]) {
      const splitter = new RecordSplitter({ maximumRecordBytes: 1 << 20, buffers, onOversized: () => {} });
      const taken = [];
      for (let at = 0; at < bytes.length; at += chunkBytes) {
        splitter.push(bytes.subarray(at, at + chunkBytes));
        if (splitter.bytes > 40_000) taken.push(splitter.take());
      }
      taken.push(splitter.take());
      expect(taken.flatMap((records) => [...textsOf(records)])).toEqual(long);
      for (const { release } of taken) release();
      expect(inUse.size).toBe(0);
    }
  });

  test('hold little memory beside their own, also after a record that was too large', () => {
    const splitter = new RecordSplitter({ maximumRecordBytes: 1 << 20, onOversized: () => undefined });
    splitter.push(encode(`[{"a":"${'x'.repeat(2 << 20)}"}${`,{"b":"${'y'.repeat(9_000)}"}`.repeat(10)}]`));
    const { count, bytes } = splitter.take();
    expect([count, bytes.buffer.byteLength < bytes.length * 1.5]).toEqual([10, true]);
  });

  test('are valid UTF-8, whatever was served', () => {
    const splitter = new RecordSplitter({ maximumRecordBytes: 1 << 20, onOversized: () => undefined });
    splitter.push(Buffer.concat([encode('[{"a":"'), Uint8Array.of(0xff), encode('"},{"b":"c"}]')]));
    const { bytes } = splitter.take();
    expect(bytes.toString()).toBe('{"a":"\ufffd"}{"b":"c"}');
    expect(isUtf8(bytes)).toBe(true);
  });
});

describe('a record past the limit', () => {
  const big = `{"Id":"big","Data":"${'x'.repeat(300)}"}`;

  test('is handed on raw, whole, and the others are records', () => {
    const body = encode(`[{"Id":"1"},${big},{"Id":"2"},${big}]`);
    for (const cuts of [[], everyCut(body), [100], [20, 200, 400]]) {
      const { records, oversized, end } = split(body, cuts, 100);
      expect(records).toEqual(['{"Id":"1"}', '{"Id":"2"}']);
      expect(oversized).toEqual([big, big]);
      expect(end).toEqual({ kind: 'complete' });
    }
  });

  test('of exactly the limit is a record', () => {
    const body = encode(`[${big}]`);
    for (const cuts of [[], everyCut(body)]) {
      expect(split(body, cuts, big.length).records).toEqual([big]);
      expect(split(body, cuts, big.length - 1).oversized).toEqual([big]);
    }
  });
});

describe('a body that is no array of records', () => {
  test('is given back as text, to be read as an error', () => {
    const text = '{"error":{"code":"AF50000","message":"An internal error occurred."}}';
    const body = encode(text);
    for (const cuts of [[], everyCut(body)]) {
      expect(split(body, cuts).end).toEqual({ kind: 'foreign', text, whole: true });
    }
  });

  test('is kept up to 64 KiB only', () => {
    const { end } = split(encode(`<html>${'x'.repeat(200_000)}`), [10, 50_000, 100_000]);
    expect(end).toMatchObject({ kind: 'foreign', whole: false });
    expect(end.kind === 'foreign' && end.text.length).toBe(65_536);
  });

  test.each([
    ['{"Id":"1"}]x', 12, 1],
    ['{"Id":"1"}][{"Id":"2"}]', 12, 1],
    ['{"Id":"1"} {"Id":"2"}]', 12, 1],
    ['{"Id":"1"},,{"Id":"2"}]', 12, 1],
  ])('is malformed where something does not belong: [%s', (rest, at, records) => {
    const body = encode(`[${rest}`);
    for (const cuts of [[], everyCut(body)]) {
      const result = split(body, cuts);
      expect(result.end).toMatchObject({ kind: 'malformed', at });
      expect(result.records).toHaveLength(records);
    }
  });
});
