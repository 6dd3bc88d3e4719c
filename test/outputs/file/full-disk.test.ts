import { readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { OpenFile } from '../../../input/files/durable-file.ts';
import { openOwnedFile } from '../../../input/files/durable-file.ts';
import { temporaryFolder } from '../../state/state-folder.ts';
import { dataStream, document, filesIn, idsIn, never, openFileOutput, write } from './file-fixture.ts';

interface Disk {
  /** The number of bytes that still fit. */
  free: number;
  /** The number of syncs that still fail. */
  failingSyncs: number;
  readonly openFile: OpenFile;
}

/** A disk that fills up: what no longer fits is written in part, as a real one does, and the rest refused. */
function smallDisk(free: number): Disk {
  const noSpace = (operation: string) =>
    Object.assign(new Error(`ENOSPC: no space left on device, ${operation}`), { code: 'ENOSPC' });
  const disk: Disk = {
    free,
    failingSyncs: 0,
    openFile: async (path, mode) => {
      const handle = await openOwnedFile(path, mode);
      return {
        async writev(chunks) {
          if (disk.free === 0) throw noSpace('write');
          const bytes = Buffer.concat(
            chunks.map((chunk) => Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)),
          );
          const fitting = bytes.subarray(0, disk.free);
          disk.free -= fitting.length;
          return handle.writev([fitting]);
        },
        async datasync() {
          if (disk.failingSyncs > 0) {
            disk.failingSyncs -= 1;
            throw noSpace('fdatasync');
          }
          await handle.datasync();
        },
        stat: (options) => handle.stat(options),
        truncate: (length) => handle.truncate(length),
        close: () => handle.close(),
      };
    },
  };
  return disk;
}

describe('a full disk', () => {
  test('makes writes wait; nothing is lost, doubled or counted in part', async () => {
    using folder = temporaryFolder();
    const disk = smallDisk(400);
    const healths: string[] = [];
    const opened = await openFileOutput(folder.path, {
      openFile: disk.openFile,
      onHealth: (health) => {
        healths.push(health);
        if (health === 'degraded') disk.free = 1_000_000;
      },
    });
    const ids = Array.from({ length: 9 }, (_, n) => `id-${n}`);
    const reports = [];
    for (const id of ids) reports.push(await write(opened.output, id));
    expect(idsIn(opened.events)).toEqual(ids);
    const lengths = reports.map(({ fileLength }) => fileLength?.length);
    expect(lengths.at(-1)).toBe(readFileSync(filesIn(opened.events)[0] ?? '').length);
    expect(healths).toEqual(['degraded', 'healthy']);
    expect(opened.log.lines).toEqual([
      expect.stringMatching(
        /^ERROR Files in .* cannot be written \(.*ENOSPC.*\): nothing is lost, collecting waits\. Free disk space/,
      ),
      expect.stringMatching(/^INFO Files in .* can be written again\.$/),
    ]);
    await opened.close();
  });

  test('keeps the order of writes, also of those that come while it is full', async () => {
    using folder = temporaryFolder();
    const disk = smallDisk(50);
    const later: Promise<unknown>[] = [];
    const opened = await openFileOutput(folder.path, {
      openFile: disk.openFile,
      onHealth: (health) => {
        if (health !== 'degraded') return;
        disk.free = 1_000_000;
        later.push(write(opened.output, 'third'), write(opened.output, 'fourth'));
      },
    });
    await Promise.all([write(opened.output, 'first'), write(opened.output, 'second')]);
    await Promise.all(later);
    expect(idsIn(opened.events)).toEqual(['first', 'second', 'third', 'fourth']);
    await opened.close();
  });

  test('is not taken for written when the sync fails', async () => {
    using folder = temporaryFolder();
    const disk = smallDisk(1_000_000);
    disk.failingSyncs = 3;
    const opened = await openFileOutput(folder.path, { openFile: disk.openFile });
    await write(opened.output, 'a', 'b');
    expect(disk.failingSyncs).toBe(0);
    expect(idsIn(opened.events)).toEqual(['a', 'b']);
    await opened.close();
  });

  test('lets those go that give up, without their lines, and keeps the others', async () => {
    using folder = temporaryFolder();
    const disk = smallDisk(50);
    const abort = new AbortController();
    let complaints = 0;
    const opened = await openFileOutput(folder.path, {
      openFile: disk.openFile,
      onHealth: () => {
        complaints += 1;
        if (complaints > 1) return;
        abort.abort(new Error('stopping'));
        disk.free = 1_000_000;
      },
    });
    const given = opened.output.write([document('given up')], { signal: abort.signal, uncertain: false });
    const kept = opened.output.write([document('kept')], { signal: never, uncertain: false });
    await expect(given).rejects.toThrow('stopping');
    await kept;
    expect(idsIn(opened.events)).toEqual(['kept']);
    await opened.close();
  });

  test('leaves no file open where the folder cannot be synced', async () => {
    using folder = temporaryFolder();
    const events = join(folder.path, 'events');
    const away = join(folder.path, 'away');
    const files: string[] = [];
    const openFiles = new Set<string>();
    const opened = await openFileOutput(folder.path, {
      openFile: async (path, mode) => {
        const handle = await openOwnedFile(path, mode);
        if (files.push(path) === 1) renameSync(events, away);
        openFiles.add(path);
        return {
          writev: (chunks) => handle.writev(chunks),
          stat: (options) => handle.stat(options),
          datasync: () => handle.datasync(),
          truncate: (length) => handle.truncate(length),
          close: async () => {
            await handle.close();
            openFiles.delete(path);
          },
        };
      },
      onHealth: (health) => {
        if (health === 'degraded') renameSync(away, events);
      },
    });
    await write(opened.output, 'a');
    expect([...openFiles]).toEqual(files.slice(-1));
    expect(idsIn(opened.events)).toEqual(['a']);
    await opened.close();
    expect([...openFiles]).toEqual([]);
  });

  test('ends with a rejection when the output closes', async () => {
    using folder = temporaryFolder();
    const disk = smallDisk(50);
    const opened = await openFileOutput(folder.path, { openFile: disk.openFile });
    const outcome = expect(write(opened.output, 'a')).rejects.toThrow('is closed');
    await opened.output.close();
    await outcome;
    await opened.ledger.close();
    expect(filesIn(opened.events).map((file) => readFileSync(file, 'utf8'))).toEqual(['']);
    expect(dataStream).toBeDefined();
  });
});
