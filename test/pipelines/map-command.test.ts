import { PassThrough, Readable, Writable } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import { mapLines } from '../../input/cli/commands/map.ts';

const context = { tenantId: 'tenant', fetchedAt: '2026-01-01T00:00:00.000Z' };

const mapText = (text: string) => mapChunks([text]);

async function mapChunks(chunks: (string | Buffer)[]): Promise<Record<string, never>[]> {
  const output = new PassThrough();
  const read = output.toArray();
  await mapLines(Readable.from(chunks), output, context);
  output.end();
  return Buffer.concat(await read)
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

describe('mapping lines', () => {
  test('gives one document for each line that is not empty, in order', async () => {
    const documents = await mapText('{"Id":"1"}\n\n  \r\n{"Id":"2"}\r\n{"Id":"3"}');
    expect(documents.map((document) => document.event)).toEqual(
      ['1', '2', '3'].map((id) => expect.objectContaining({ id })),
    );
  });

  test('takes lines however they are cut into chunks, and a byte order mark before the first', async () => {
    const text = Buffer.from('\ufeff{"Id":"ä","UserId":"x"}\n{"Id":"2"}');
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
    const [broken, whole] = await mapText('{"Id":\n{"Id":"2"}');
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
    await expect(mapLines(endless, gone, context)).resolves.toBeUndefined();
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
    await mapLines(Readable.from('{"Id":"1"}\n'.repeat(5000)), slow, context);
    expect(waiting).toBeLessThanOrEqual(1);
    expect(slow.writableLength).toBe(0);
  });
});
