// Files that others change while they are written: logrotate, an editor, somebody who frees disk space.

import {
  appendFileSync,
  copyFileSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { type OpenFile, openOwnedFile } from '../../../input/files/durable-file.ts';
import { openDeadLetters, readDeadLetters } from '../../../input/state/dead-letters/dead-letters.ts';
import { recordingLog, scope, steppingClock, temporaryFolder } from '../../state/state-folder.ts';
import {
  deliver,
  document,
  filesIn,
  idsIn,
  keyOf,
  type Opened,
  openFileOutput,
  write,
} from './file-fixture.ts';

/** Reads the lines of every file under the folder, as a person would who looks for a record. */
function idsUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => path.includes('.ndjson') && statSync(path).isFile())
    .flatMap((path) =>
      readFileSync(path, 'utf8')
        .split('\n')
        .filter((line) => line !== ''),
    )
    .map((line) => String(JSON.parse(line)._id))
    .toSorted();
}

const fileOf = ({ events }: Opened) => filesIn(events)[0] ?? '';

interface Change {
  readonly what: string;
  readonly change: (file: string) => void;
  /** The documents of a and b, delivered before, that are still there. */
  readonly left: readonly string[];
  readonly says: RegExp;
}

const changes: readonly Change[] = [
  {
    what: 'deleted',
    change: (file) => rmSync(file),
    left: [],
    says: /\.ndjson was deleted while it was written/,
  },
  {
    what: 'moved away',
    change: (file) => renameSync(file, `${file}.1`),
    left: ['a', 'b'],
    says: /\.ndjson was moved, or replaced by another file, while/,
  },
  {
    what: 'moved away, with an empty file made in its place',
    change: (file) => {
      renameSync(file, `${file}.1`);
      writeFileSync(file, '');
    },
    left: ['a', 'b'],
    says: /was moved, or replaced/,
  },
  {
    what: 'copied and cut to nothing',
    change: (file) => {
      copyFileSync(file, `${file}.1`);
      truncateSync(file);
    },
    left: ['a', 'b'],
    says: /was cut from \d+ to 0 bytes/,
  },
  {
    what: 'cut at the end of a line',
    change: (file) => truncateSync(file, statSync(file).size / 2),
    left: ['a'],
    says: /was cut from \d+ to \d+ bytes/,
  },
  {
    what: 'replaced by an edited copy',
    change: (file) => {
      copyFileSync(file, `${file}~`);
      renameSync(file, join(file, '..', '..', 'original'));
      renameSync(`${file}~`, file);
    },
    left: ['a', 'b'],
    says: /was moved, or replaced/,
  },
  {
    what: 'written to by another program',
    change: (file) => appendFileSync(file, '{"_id":"theirs"}\n'),
    left: ['a', 'b', 'theirs'],
    says: /was written to by somebody else/,
  },
  {
    what: 'deleted with its folder',
    change: (file) => rmSync(join(file, '..'), { recursive: true }),
    left: [],
    says: /was deleted/,
  },
];

describe('a file that is', () => {
  test.each(changes)(
    '$what between two writes is left, and said; nothing that comes is lost',
    async (given) => {
      using folder = temporaryFolder();
      const opened = await openFileOutput(folder.path);
      await deliver(opened, 'a');
      await deliver(opened, 'b');
      const file = fileOf(opened);
      given.change(file);
      await deliver(opened, 'c');
      await deliver(opened, 'd');
      await opened.close();
      expect(idsUnder(opened.events)).toEqual([...given.left, 'c', 'd'].toSorted());
      expect(idsIn(opened.events).slice(-2)).toEqual(['c', 'd']);
      const warnings = opened.log.lines.filter((line) => line.startsWith('WARN'));
      expect(warnings).toEqual([expect.stringMatching(given.says)]);
      expect(warnings[0]).toContain('goes to a new file');
      const again = await openFileOutput(folder.path);
      const seen = await again.ledger.delivery.findSeen(['c', 'd'].map((id) => keyOf(document(id))));
      expect([...seen]).toEqual([1, 1]);
      await deliver(again, 'e');
      await again.close();
      expect(idsUnder(again.events)).toEqual([...given.left, 'c', 'd', 'e'].toSorted());
    },
  );

  test.each(changes)('$what while a write is under way holds no line twice', async (given) => {
    using folder = temporaryFolder();
    let during: (() => void) | undefined;
    const openFile: OpenFile = async (path, mode) => {
      const handle = await openOwnedFile(path, mode);
      return {
        writev: (chunks) => handle.writev(chunks),
        stat: (options) => handle.stat(options),
        truncate: (length) => handle.truncate(length),
        close: () => handle.close(),
        datasync: async () => {
          await handle.datasync();
          during?.();
          during = undefined;
        },
      };
    };
    const opened = await openFileOutput(folder.path, { openFile });
    await deliver(opened, 'a');
    await deliver(opened, 'b');
    const file = fileOf(opened);
    const size = statSync(file).size;
    during = () => {
      if (given.what === 'cut at the end of a line') truncateSync(file, size / 2);
      else given.change(file);
    };
    await deliver(opened, 'c');
    await deliver(opened, 'd');
    await opened.close();
    const found = idsUnder(opened.events);
    const fresh = found.filter((id) => id === 'c' || id === 'd');
    // A copy that somebody else makes between the write and the cut is theirs, and holds the line as well.
    expect(fresh.length - Number(given.what.startsWith('copied'))).toBe(2);
    expect(new Set(fresh)).toEqual(new Set(['c', 'd']));
    expect(found.filter((id) => id === 'a' || id === 'b')).toEqual(
      given.left.filter((id) => id !== 'theirs'),
    );
  });

  test('cut between the look at it and the write leaves no hole, and no line twice', async () => {
    using folder = temporaryFolder();
    let before: (() => void) | undefined;
    const openFile: OpenFile = async (path, mode) => {
      const handle = await openOwnedFile(path, mode);
      return {
        writev: (chunks) => {
          before?.();
          before = undefined;
          return handle.writev(chunks);
        },
        stat: (options) => handle.stat(options),
        truncate: (length) => handle.truncate(length),
        close: () => handle.close(),
        datasync: () => handle.datasync(),
      };
    };
    const opened = await openFileOutput(folder.path, { openFile });
    await deliver(opened, 'a');
    const file = fileOf(opened);
    before = () => truncateSync(file);
    await deliver(opened, 'b');
    await opened.close();
    expect(idsUnder(opened.events)).toEqual(['b']);
    expect(readFileSync(file, 'utf8')).not.toContain('\0');
  });

  test('deleted between the start and the first write is not waited for', async () => {
    using folder = temporaryFolder();
    const first = await openFileOutput(folder.path);
    await deliver(first, 'a');
    await first.close();
    const second = await openFileOutput(folder.path);
    rmSync(fileOf(second));
    await deliver(second, 'b');
    await second.close();
    expect(idsIn(second.events)).toEqual(['b']);
  });
});

test('a folder that was made again is locked again', async () => {
  using folder = temporaryFolder();
  using other = temporaryFolder();
  const opened = await openFileOutput(folder.path);
  await write(opened.output, 'a');
  rmSync(opened.events, { recursive: true });
  await write(opened.output, 'b');
  await expect(openFileOutput(other.path, { path: opened.events })).rejects.toThrow('is in use by process');
  await opened.close();
});

describe('dead letters', () => {
  const origin = { feed: scope, position: 'blob-1', createdAt: '', fetchedAt: '', backfill: false };
  const letter = (id: string) => ({
    origin,
    id,
    dataStream: undefined,
    type: 'x',
    reason: 'y',
    record: '{}',
    document: undefined,
  });
  const read = async (folder: string) => {
    const ids: (string | undefined)[] = [];
    for await (const { id } of readDeadLetters(folder)) ids.push(id);
    return ids;
  };

  test.each(['the file', 'the folder'])('are kept in a new file when %s is deleted', async (what) => {
    using folder = temporaryFolder();
    const log = recordingLog();
    const letters = await openDeadLetters({ folder: folder.path, clock: steppingClock(), log });
    await letters.append([letter('a')]);
    const kept = join(folder.path, 'dead-letters');
    rmSync(what === 'the file' ? join(kept, readdirSync(kept)[0] ?? '') : kept, { recursive: true });
    await letters.append([letter('b')]);
    await letters.close();
    expect(await read(folder.path)).toEqual(['b']);
    expect(log.lines).toEqual([expect.stringMatching(/^WARN The file .*dead-letters.* was deleted/)]);
  });

  test.each(['deleted', 'cut', 'cut before the rest came'])(
    'of an oversize record whose bytes were %s are not kept',
    async (what) => {
      using folder = temporaryFolder();
      const letters = await openDeadLetters({ folder: folder.path, clock: steppingClock() });
      const stream = await letters.stream(origin);
      await stream.write(Buffer.from('x'.repeat(1000)));
      const kept = join(folder.path, 'dead-letters');
      const [name = ''] = readdirSync(kept);
      if (what === 'deleted') rmSync(join(kept, name));
      else truncateSync(join(kept, name), 10);
      if (what === 'cut before the rest came') await stream.write(Buffer.from('x'.repeat(1000)));
      await expect(stream.finish('too large')).rejects.toThrow('was deleted, replaced or cut');
      await letters.close();
      expect(await read(folder.path)).toEqual([]);
    },
  );
});
