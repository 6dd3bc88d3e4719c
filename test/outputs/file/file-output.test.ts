import { readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { noon, temporaryFolder } from '../../state/state-folder.ts';
import {
  dataStream,
  deliver,
  document,
  filesIn,
  idsIn,
  keyOf,
  never,
  openFileOutput,
  write,
} from './file-fixture.ts';

describe('the file output', () => {
  test('writes a line for each document, with its id in front and the time of ingestion', async () => {
    using folder = temporaryFolder();
    const opened = await openFileOutput(folder.path);
    const report = await write(opened.output, 'a', 'b');
    const [file = ''] = filesIn(opened.events);
    const text = readFileSync(file, 'utf8');
    expect(report).toEqual({
      delivered: 2,
      duplicate: 0,
      possiblyDuplicate: 0,
      rejected: [],
      fileLength: { file, length: Buffer.byteLength(text) },
    });
    expect(text.split('\n')[0]).toBe(
      '{"_id":"a","event":{"ingested":"2026-03-01T12:00:00.000Z","kind":"event"},"@timestamp":"2026-03-01T12:00:00Z","message":"a"}',
    );
    await opened.close();
  });

  test('keeps files and folders to their owner', async () => {
    using folder = temporaryFolder();
    const opened = await openFileOutput(folder.path);
    await write(opened.output, 'a');
    expect(statSync(opened.events).mode & 0o777).toBe(0o700);
    for (const file of filesIn(opened.events)) expect(statSync(file).mode & 0o777).toBe(0o600);
    await opened.close();
  });

  test('resolves concurrent writes in their order, with growing lengths', async () => {
    using folder = temporaryFolder();
    const opened = await openFileOutput(folder.path);
    const order: number[] = [];
    const lengths: number[] = [];
    await Promise.all(
      Array.from({ length: 50 }, async (_, n) => {
        const { fileLength } = await write(opened.output, `id-${n}`);
        order.push(n);
        lengths.push(fileLength?.length ?? 0);
      }),
    );
    expect(order).toEqual(order.toSorted((left, right) => left - right));
    expect(lengths).toEqual(lengths.toSorted((left, right) => left - right));
    expect(idsIn(opened.events)).toEqual(Array.from({ length: 50 }, (_, n) => `id-${n}`));
    await opened.close();
  });

  test('begins a new file by size and by age', async () => {
    using folder = temporaryFolder();
    const opened = await openFileOutput(folder.path, { rotateBytes: 300, rotateIntervalMs: 60_000 });
    await write(opened.output, 'a', 'b', 'c');
    await write(opened.output, 'd');
    expect(filesIn(opened.events)).toHaveLength(2);
    opened.clock.set(noon + 60_000);
    await write(opened.output, 'e');
    expect(filesIn(opened.events)).toHaveLength(3);
    expect(idsIn(opened.events)).toEqual(['a', 'b', 'c', 'd', 'e']);
    await opened.close();
  });

  test('gives each data stream its own files', async () => {
    using folder = temporaryFolder();
    const opened = await openFileOutput(folder.path);
    const other = { ...document('b'), dataStream: 'logs-o365.audit-demo' };
    await write(opened.output, 'a');
    await opened.output.write([other], { signal: never, uncertain: false });
    expect(filesIn(opened.events).map((file) => file.slice(opened.events.length + 1))).toEqual([
      `${dataStream}-20260301T120000Z-0001.ndjson`,
      'logs-o365.audit-demo-20260301T120000Z-0001.ndjson',
    ]);
    await opened.close();
  });

  test('refuses a folder that another collector writes to', async () => {
    using folder = temporaryFolder();
    using other = temporaryFolder();
    const opened = await openFileOutput(folder.path);
    await expect(openFileOutput(other.path, { path: opened.events })).rejects.toThrow(
      `The output folder ${opened.events} is in use by process ${process.pid}, since 2026-03-01T12:00:00.000Z.`,
    );
    await opened.close();
  });

  test('rejects once aborted or closed, without a trace in the files', async () => {
    using folder = temporaryFolder();
    const opened = await openFileOutput(folder.path);
    const signal = AbortSignal.abort(new Error('stopping'));
    await expect(opened.output.write([document('a')], { signal, uncertain: false })).rejects.toThrow(
      'stopping',
    );
    await opened.close();
    await expect(write(opened.output, 'b')).rejects.toThrow('is closed');
    expect(filesIn(opened.events)).toEqual([]);
  });
});

describe('at start', () => {
  test('the newest file is continued', async () => {
    using folder = temporaryFolder();
    const first = await openFileOutput(folder.path);
    await deliver(first, 'a', 'b');
    await first.close();
    const second = await openFileOutput(folder.path, { start: noon + 1000 });
    await deliver(second, 'c');
    expect(filesIn(second.events)).toHaveLength(1);
    expect(idsIn(second.events)).toEqual(['a', 'b', 'c']);
    await second.close();
  });

  test('whole lines that were not acknowledged are', async () => {
    using folder = temporaryFolder();
    const first = await openFileOutput(folder.path);
    await deliver(first, 'a');
    await write(first.output, 'b');
    await first.close();
    const second = await openFileOutput(folder.path);
    const seen = await second.ledger.delivery.findSeen(['a', 'b', 'c'].map((id) => keyOf(document(id))));
    expect([...seen]).toEqual([1, 1, 0]);
    await second.close();
  });

  test('a lost ledger learns from the files what was delivered', async () => {
    using folder = temporaryFolder();
    const first = await openFileOutput(folder.path, { rotateBytes: 200 });
    for (const id of ['a', 'b', 'c', 'd']) await deliver(first, id);
    await first.close();
    rmSync(join(folder.path, 'state'), { recursive: true });
    const second = await openFileOutput(folder.path, { rotateBytes: 200 });
    const seen = await second.ledger.delivery.findSeen(
      ['a', 'b', 'c', 'd', 'e'].map((id) => keyOf(document(id))),
    );
    expect([...seen]).toEqual([1, 1, 1, 1, 0]);
    expect(idsIn(second.events)).toEqual(['a', 'b', 'c', 'd']);
    expect(await second.ledger.delivery.fileLengths()).toHaveLength(2);
    await second.close();
  });

  test('files that were taken away are forgotten', async () => {
    using folder = temporaryFolder();
    const first = await openFileOutput(folder.path);
    await deliver(first, 'a');
    await first.close();
    rmSync(filesIn(first.events)[0] ?? '');
    const second = await openFileOutput(folder.path);
    expect(await second.ledger.delivery.fileLengths()).toEqual([]);
    await second.close();
  });
});
