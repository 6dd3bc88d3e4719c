import { PassThrough, Readable, Writable } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import { judge, mapRecords } from '../../input/cli/commands/map.ts';
import { writeDocuments } from '../../input/cli/map/map-records.ts';
import { loadMapper } from '../../pipelines/index.ts';

const mapper = loadMapper();
const writer = () => writeDocuments(mapper, context);
const context = { tenantId: 'tenant', fetchedAt: '2026-01-01T00:00:00.000Z' };

const mapText = (text: string) => mapChunks([text]);

async function mapChunks(chunks: (string | Buffer)[]): Promise<Record<string, never>[]> {
  const output = new PassThrough();
  const read = output.toArray();
  await mapRecords(Readable.from(chunks), output, writer());
  output.end();
  return Buffer.concat(await read)
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

const time = '2026-11-20T09:30:00';
const record = (id: string) => ({ CreationTime: time, Id: id, Operation: 'New-InboxRule', RecordType: 1 });
const line = (id: string) => JSON.stringify(record(id));
const event = (id: string) => ({
  '@timestamp': `${time}Z`,
  event: expect.objectContaining({ id, kind: 'event', action: 'New-InboxRule' }),
});

describe('mapping records of another dataset', () => {
  const map = async (text: string) => {
    const output = new PassThrough();
    const read = output.toArray();
    const signIns = writeDocuments(loadMapper('azure.signinlogs'), context);
    const count = await mapRecords(Readable.from([text]), output, signIns);
    output.end();
    const lines = Buffer.concat(await read)
      .toString()
      .trimEnd()
      .split('\n');
    return { count, documents: lines.map((each) => JSON.parse(each)) };
  };

  test('takes pages of Graph', async () => {
    const value = ['1', '2'].map((id) => ({ id, createdDateTime: time, status: { errorCode: 0 } }));
    const { documents } = await map(JSON.stringify({ '@odata.context': 'x', value }));
    expect(documents).toMatchObject(
      ['1', '2'].map((id) => ({ event: { id, dataset: 'azure.signinlogs', outcome: 'success' } })),
    );
  });

  test('says what is no record of it', async () => {
    const { count } = await map('{"id":"1","status":{}}');
    expect(count.firstFailure?.problem).toBe('no record of azure.signinlogs: it has no createdDateTime');
  });
});

describe('mapping lines', () => {
  test('gives one document for each line that is not empty, in order', async () => {
    const documents = await mapText(`${line('1')}\n\n  \r\n${line('2')}\r\n${line('3')}`);
    expect(documents).toEqual(['1', '2', '3'].map((id) => expect.objectContaining(event(id))));
  });

  test('takes lines however they are cut into chunks, and a byte order mark before the first', async () => {
    const text = Buffer.from(`\ufeff${line('ä')}\n${line('2')}`);
    for (let size = 1; size < text.length; size += 1) {
      const chunks = Array.from({ length: Math.ceil(text.length / size) }, (_, i) =>
        text.subarray(i * size, (i + 1) * size),
      );
      const [first, second, ...more] = await mapChunks(chunks);
      expect(first).toMatchObject({ event: { id: 'ä' } });
      expect(second).toMatchObject({ event: { id: '2' } });
      expect(more).toEqual([]);
    }
  });

  test('turns what is not JSON into a document that says so and keeps the text', async () => {
    const [broken, whole] = await mapText(`{"Id":\n${line('2')}`);
    expect(broken).toMatchObject({
      '@timestamp': context.fetchedAt,
      event: { kind: 'pipeline_error', original: '{"Id":' },
      error: { message: [expect.stringMatching(/^not JSON/)] },
    });
    expect(whole).toMatchObject({ event: { kind: 'event' } });
  });

  test('stops quietly when its reader goes away', async () => {
    const gone = new Writable({
      write: (_chunk, _encoding, done) => done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })),
    });
    const endless = Readable.from(
      (function* () {
        for (;;) yield '{"Id":"1"}\n'.repeat(1000);
      })(),
    );
    await expect(mapRecords(endless, gone, writer())).resolves.toMatchObject({ documents: 1000 });
  });

  test('waits for a reader that is slow', async () => {
    let waiting = 0;
    const slow = new Writable({
      highWaterMark: 1,
      write: (_chunk, _encoding, done) => {
        waiting += 1;
        setImmediate(() => {
          waiting -= 1;
          done();
        });
      },
    });
    await mapRecords(Readable.from('{"Id":"1"}\n'.repeat(5000)), slow, writer());
    expect(waiting).toBeLessThanOrEqual(1);
    expect(slow.writableLength).toBe(0);
  });
});

describe('other forms', () => {
  const rows = [
    { RecordType: 'ExchangeAdmin', CreationDate: `${time}Z`, AuditData: line('1') },
    { RecordType: 'ExchangeAdmin', CreationDate: `${time}Z`, AuditData: record('2') },
    { '@odata.type': '#microsoft.graph.security.auditLogRecord', id: '3', auditData: record('3') },
  ];
  const two = [record('1'), record('2')];
  const quoted = (id: string) => `"${line(id).replaceAll('"', '""')}"`;

  const forms: Record<string, { text: string | Buffer; ids: string[] }> = {
    'a content blob on one line': { text: JSON.stringify(two), ids: ['1', '2'] },
    'a content blob on many lines': { text: JSON.stringify(two, undefined, 2), ids: ['1', '2'] },
    'content blobs, a line each': {
      text: `${JSON.stringify(two)}\n[]\n[${line('3')}]`,
      ids: ['1', '2', '3'],
    },
    'objects laid out one after the other': {
      text: two.map((each) => JSON.stringify(each, undefined, 2)).join('\n'),
      ids: ['1', '2'],
    },
    'an object whose first line goes on': { text: `{ "x": 1,\n${line('1').slice(1)}`, ids: ['1'] },
    'rows of searches, a line each': {
      text: rows.map((row) => JSON.stringify(row)).join('\n'),
      ids: ['1', '2', '3'],
    },
    'rows of a search in a list': { text: JSON.stringify(rows, undefined, 4), ids: ['1', '2', '3'] },
    'a row alone': { text: JSON.stringify(rows[0], undefined, 4), ids: ['1'] },
    'a page of Graph': { text: JSON.stringify({ '@odata.count': 3, value: rows }), ids: ['1', '2', '3'] },
    'records as JSON text': {
      text: `${JSON.stringify(line('1'))}\n${JSON.stringify(line('2'))}`,
      ids: ['1', '2'],
    },
    'a CSV export': {
      text: `RecordId,AuditData,Other\r\n1,${quoted('1')},x\r\n2,${quoted('2')},"a\r\nb"\r\n`,
      ids: ['1', '2'],
    },
    'a CSV export of Windows PowerShell': {
      text: `#TYPE Deserialized.Row\r\n"RecordType";"AuditData"\r\n"1";${quoted('1')}\r\n`,
      ids: ['1'],
    },
    'UTF-16, little end first': { text: Buffer.from(`\ufeff${line('ä')}\r\n`, 'utf16le'), ids: ['ä'] },
    'UTF-16, big end first': { text: Buffer.from(`\ufeff${line('ä')}\r\n`, 'utf16le').swap16(), ids: ['ä'] },
    'UTF-16 without a byte order mark': { text: Buffer.from(`${line('1')}\n`, 'utf16le'), ids: ['1'] },
    'a CSV export in UTF-16': {
      text: Buffer.from(`\ufeff"Id"\t"AuditData"\r\n"1"\t${quoted('1')}\r\n`, 'utf16le'),
      ids: ['1'],
    },
  };

  test.each(Object.entries(forms))('takes %s', async (_name, { text, ids }) => {
    const bytes = Buffer.from(text);
    for (const size of [bytes.length, 7, 1]) {
      const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
        bytes.subarray(i * size, (i + 1) * size),
      );
      expect(await mapChunks(chunks)).toEqual(ids.map((id) => expect.objectContaining(event(id))));
    }
  });

  test('keeps a number that a double cannot hold, inside of a row as well', async () => {
    const [document] = await mapText(
      `{"AuditData":{"CreationTime":"${time}","Id":"1","Big":12345678901234567890}}`,
    );
    expect(JSON.stringify(document)).toContain('"12345678901234567890"');
  });

  test.each([
    ['a row without a record in it', '{"CreationDate":"2026-11-20T09:30:00Z","RecordType":"ExchangeAdmin"}'],
    [
      'a row with a record that was cut off',
      JSON.stringify({ CreationDate: time, AuditData: line('1').slice(0, 40) }),
    ],
    ['a record without a time', '{"Id":"1","Operation":"New-InboxRule","RecordType":1}'],
    ['any other object', '{"foo":1}'],
  ])('never makes an event of %s that is dated now', async (_name, text) => {
    const [document] = await mapText(text);
    expect(document).toMatchObject({
      event: { kind: 'pipeline_error' },
      error: { message: [expect.stringContaining('CreationTime')] },
    });
  });

  test('goes on behind a value that is not whole', async () => {
    const documents = await mapText(`[${line('1')}, oops, ${line('2')}]`);
    expect(documents.map((document) => document.event)).toEqual(
      ['event', 'pipeline_error', 'event'].map((kind) => expect.objectContaining({ kind })),
    );
  });
});

describe('the exit', () => {
  test('is a failure where nothing could be mapped, and says what stood there', () => {
    const firstFailure = { at: 1, problem: 'not JSON: Unexpected token' };
    expect(() => judge({ documents: 2, failed: 2, firstFailure })).toThrow(
      /of 2 on standard input, none is an audit record; number 1 is not JSON/,
    );
    expect(() => judge({ documents: 0, failed: 0 })).not.toThrow();
  });
});
