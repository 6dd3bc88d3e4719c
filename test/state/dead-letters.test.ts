import { appendFileSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { DeadLetter } from '../../input/contract/dead-letters.ts';
import type { Origin } from '../../input/contract/feed.ts';
import type { StoredDeadLetter } from '../../input/state/dead-letters/dead-letter-line.ts';
import {
  openDeadLetters,
  putAwayReplayed,
  readDeadLetters,
} from '../../input/state/dead-letters/dead-letters.ts';
import { noon, scope, steppingClock, temporaryFolder } from './state-folder.ts';

const origin: Origin = {
  feed: scope,
  position: 'blob-1',
  createdAt: '2026-03-01T11:00:00.000Z',
  fetchedAt: '2026-03-01T11:59:00.000Z',
  backfill: false,
};

const letter = (id: string): DeadLetter => ({
  origin,
  id,
  dataStream: 'logs-o365.audit-default',
  type: 'document_parsing_exception',
  reason: 'failed to parse field [x]',
  record: `{"Id":"${id}","Subject":"a \\u2028 line"}`,
  document: '{"message":"x"}',
});

async function readAll(folder: string): Promise<StoredDeadLetter[]> {
  const letters: StoredDeadLetter[] = [];
  for await (const found of readDeadLetters(folder)) letters.push(found);
  return letters;
}

describe('dead letters', () => {
  test('come back as they were kept, in their order, with their place', async () => {
    using folder = temporaryFolder();
    const letters = await openDeadLetters({ folder: folder.path, clock: steppingClock() });
    await letters.append([letter('a'), letter('b')]);
    await letters.append([{ ...letter('c'), id: undefined, document: undefined }]);
    await letters.close();
    const file = join(folder.path, 'dead-letters', 'dead-letters-20260301T120000Z-0001.ndjson');
    const kept = { keptAt: '2026-03-01T12:00:00.000Z', file, rawFile: undefined };
    expect(await readAll(folder.path)).toEqual([
      { ...letter('a'), ...kept, line: 1 },
      { ...letter('b'), ...kept, line: 2 },
      { ...letter('c'), id: undefined, document: undefined, ...kept, line: 3 },
    ]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder.path, 'dead-letters')).mode & 0o777).toBe(0o700);
  });

  test('of an oversize record hold its bytes in a file beside', async () => {
    using folder = temporaryFolder();
    const letters = await openDeadLetters({ folder: folder.path, clock: steppingClock() });
    const stream = await letters.stream(origin);
    const bytes = Buffer.from([0xff, 0x7b, 0x00, 0x0a]);
    await stream.write(bytes);
    await stream.write(bytes);
    expect(await readAll(folder.path)).toEqual([]);
    await stream.finish('larger than 4 MiB');
    const [found] = await readAll(folder.path);
    expect(found).toMatchObject({
      type: 'record_too_large',
      reason: 'larger than 4 MiB',
      record: '',
      origin,
    });
    expect(readFileSync(found?.rawFile ?? '')).toEqual(Buffer.concat([bytes, bytes]));
    await letters.close();
  });

  test('that were abandoned, or left unfinished by a crash, leave nothing', async () => {
    using folder = temporaryFolder();
    const letters = await openDeadLetters({ folder: folder.path, clock: steppingClock() });
    const abandoned = await letters.stream(origin);
    await abandoned.write(Buffer.from('x'));
    await abandoned.abandon();
    const crashed = await letters.stream(origin);
    await crashed.write(Buffer.from('x'));
    const again = await openDeadLetters({ folder: folder.path, clock: steppingClock() });
    expect(readdirSync(join(folder.path, 'dead-letters'))).toEqual([]);
    await crashed.finish('too large').catch(() => undefined);
    await letters.close();
    await again.close();
  });

  test('survive a torn last line, and later ones go to another file', async () => {
    using folder = temporaryFolder();
    const first = await openDeadLetters({ folder: folder.path, clock: steppingClock() });
    await first.append([letter('a')]);
    await first.close();
    const [only] = await readAll(folder.path);
    appendFileSync(only?.file ?? '', '{"keptAt":"2026');
    const second = await openDeadLetters({ folder: folder.path, clock: steppingClock(noon + 1000) });
    await second.append([letter('b')]);
    await second.close();
    expect((await readAll(folder.path)).map(({ id }) => id)).toEqual(['a', 'b']);
  });

  test('that were replayed are put away', async () => {
    using folder = temporaryFolder();
    const letters = await openDeadLetters({ folder: folder.path, clock: steppingClock() });
    await letters.append([letter('a'), letter('b')]);
    await letters.close();
    await putAwayReplayed((await readAll(folder.path)).map(({ file }) => file));
    expect(await readAll(folder.path)).toEqual([]);
    expect(readdirSync(join(folder.path, 'dead-letters', 'replayed'))).toHaveLength(1);
  });
});
