import { getEventListeners } from 'node:events';
import { describe, expect, test } from '@jest/globals';
import { makeDocuments, never, numberedIds } from './harness.ts';
import { dataStream, made, open, server, write } from './opened-output.ts';

describe('gathering documents into requests', () => {
  test('many small writes share a request, and each gets its own report', async () => {
    const reports = await Promise.all(numberedIds(200).map((id) => write([id, `${id}-b`])));
    expect(reports).toEqual(
      new Array(200).fill({ delivered: 2, duplicate: 0, possiblyDuplicate: 0, rejected: [] }),
    );
    expect(server.bulks).toHaveLength(1);
  });

  test('no request is larger than the limit, and a large one goes without waiting', async () => {
    await open({ bulkMaxBytes: 10_000, flushIntervalMs: 60_000, compressionLevel: 0 });
    const ids = numberedIds(1000);
    const all = write(ids);
    // The last request is below its size, and another write makes it go.
    const rest = write(numberedIds(100, 'rest'));
    while (server.stored.length < 1000) await new Promise((resolve) => setImmediate(resolve));
    await all;
    expect(Math.max(...server.bulks.map(({ body }) => body.length))).toBeLessThanOrEqual(10_000);
    expect(Math.min(...server.bulks.map(({ body }) => body.length))).toBeGreaterThan(9_000);
    rest.catch(() => undefined);
  });

  test('what waits for company goes as soon as there is enough', async () => {
    await open({ bulkMaxBytes: 10_000, flushIntervalMs: 60_000 });
    const small = write(['small']);
    await new Promise((resolve) => setTimeout(resolve, 20));
    const started = Date.now();
    void write(numberedIds(200)).catch(() => undefined);
    expect(await small).toMatchObject({ delivered: 1 });
    expect(Date.now() - started).toBeLessThan(3000);
  });

  test('never more requests at once than there are workers', async () => {
    await open({ bulkMaxBytes: 5_000, workers: 3 });
    server.answers.set('/_bulk', (_, { perform, reply }) => void setTimeout(() => reply(200, perform()), 5));
    await write(numberedIds(2000));
    expect(server.mostInFlight).toBe(3);
    expect(server.stored).toHaveLength(2000);
  });

  test('what is new goes while what can wait holds every worker', async () => {
    await open({ bulkMaxBytes: 5_000, workers: 2 });
    const held: (() => void)[] = [];
    server.answers.set('/_bulk', ({ ids }, { perform, reply }) => {
      const answer = () => reply(200, perform());
      if (ids.some((id) => id.startsWith('old'))) held.push(answer);
      else answer();
    });
    const documents = makeDocuments(dataStream, numberedIds(1000, 'old'));
    const old = made.output.write(documents, { signal: never, uncertain: false, canWait: true });
    while (held.length < 2) await new Promise((resolve) => setImmediate(resolve));
    expect(await write(['new'])).toMatchObject({ delivered: 1 });
    expect(held).toHaveLength(2);
    expect(server.stored).toEqual(['new']);
    server.answers.clear();
    for (const answer of held) answer();
    expect(await old).toMatchObject({ delivered: 1000 });
  });

  test('a data stream that takes what is new and not what can wait is ill until it takes both', async () => {
    let takesOld = false;
    server.answers.set('/_bulk', ({ ids }, { perform, reply }) => {
      const fails = !takesOld && ids.some((id) => id.startsWith('old'));
      if (fails) reply(429, '');
      else reply(200, perform());
    });
    const documents = makeDocuments(dataStream, ['old']);
    const old = made.output.write(documents, { signal: never, uncertain: false, canWait: true });
    while (server.bulks.length < 2) await new Promise((resolve) => setImmediate(resolve));
    await write(['new']);
    expect(made.reports.map(({ health }) => health)).toEqual(['degraded']);
    takesOld = true;
    await old;
    expect(made.reports.map(({ health }) => health)).toEqual(['degraded', 'healthy']);
    expect(made.log.lines).toHaveLength(2);
  });

  test('while a data stream fails, one request at a time tries', async () => {
    await open({ bulkMaxBytes: 5_000, workers: 4 });
    let failures = 20;
    server.answers.set('/_bulk', (_, { perform, reply }) => {
      failures -= 1;
      const fails = failures >= 0;
      setTimeout(() => (fails ? reply(429, '') : reply(200, perform())), 5);
    });
    const waiting = write(numberedIds(1000));
    while (failures > 14) await new Promise((resolve) => setImmediate(resolve));
    server.mostInFlight = 0;
    while (failures > 2) await new Promise((resolve) => setImmediate(resolve));
    expect(server.mostInFlight).toBe(1);
    await waiting;
    expect(server.stored).toHaveLength(1000);
  });

  test('an empty write is done at once', async () => {
    expect(await write([])).toEqual({ delivered: 0, duplicate: 0, possiblyDuplicate: 0, rejected: [] });
    expect(server.bulks).toEqual([]);
  });

  test.each([
    [0, undefined],
    [1, 'gzip'],
    [9, 'gzip'],
  ])('compression level %i sends the same documents', async (compressionLevel, encoding) => {
    await open({ compressionLevel });
    const documents = makeDocuments(dataStream, ['ü"\\/'], { message: 'Grüße, 世界 \ud83d\ude00' });
    await made.output.write(documents, { signal: never, uncertain: false });
    expect(server.bulks[0]?.headers['content-encoding']).toBe(encoding);
    expect(server.bulks[0]?.body).toBe(`{"create":{"_id":"ü\\"\\\\/"}}\n${documents[0]?.body}\n`);
    expect(server.seen.at(-1)?.headers['content-type']).toContain('ndjson');
  });
});

describe('giving up', () => {
  const stall = () => server.answers.set('/_bulk', (_, { reply }) => reply(429, ''));

  test('an aborted write rejects with the reason and is not sent any more; others go on', async () => {
    stall();
    const abandon = new AbortController();
    const given = write(['a'], abandon);
    const kept = write(['b']);
    while (server.bulks.length < 2) await new Promise((resolve) => setImmediate(resolve));
    abandon.abort(new Error('drained for too long'));
    await expect(given).rejects.toThrow('drained for too long');
    server.answers.clear();
    expect(await kept).toMatchObject({ delivered: 1 });
    expect(server.stored).toEqual(['b']);
  });

  test('closing rejects what waits, and every later write', async () => {
    stall();
    const waiting = write(['a']);
    while (server.bulks.length < 1) await new Promise((resolve) => setImmediate(resolve));
    await Promise.all([expect(waiting).rejects.toThrow('closed'), made.output.close()]);
    await expect(write(['b'])).rejects.toThrow('closed');
  });

  test('an aborted signal sends nothing', async () => {
    const signal = AbortSignal.abort(new Error('stopping'));
    await expect(write(['a'], { signal })).rejects.toThrow('stopping');
    expect(server.bulks).toEqual([]);
  });

  test('a thousand writes on one signal leave no listener behind', async () => {
    const abandon = new AbortController();
    const warnings: string[] = [];
    const note = (warning: Error) => warnings.push(warning.name);
    process.on('warning', note);
    await Promise.all(numberedIds(1000).map((id) => write([id], abandon)));
    await new Promise((resolve) => setImmediate(resolve));
    process.off('warning', note);
    expect(warnings).toEqual([]);
    expect(getEventListeners(abandon.signal, 'abort')).toEqual([]);
  });
});
