import { Writable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { consoleOutput } from '../../../input/outputs/console/console-output.ts';
import { steppingClock } from '../../state/state-folder.ts';
import { document, never } from '../file/file-fixture.ts';

describe('the console output', () => {
  test('writes a line for each document and waits for its reader', async () => {
    let taken = '';
    let take = () => {};
    const sink = new Writable({
      decodeStrings: false,
      write(chunk, _encoding, done) {
        take = () => {
          taken += chunk;
          done();
        };
      },
    });
    const output = consoleOutput({ clock: steppingClock(), sink });
    await output.open(never);
    let resolved = false;
    const write = output
      .write([document('a'), document('b')], { signal: never, uncertain: false })
      .then((report) => {
        resolved = true;
        return report;
      });
    await nextTurn();
    expect(resolved).toBe(false);
    take();
    expect(await write).toEqual({ delivered: 2, duplicate: 0, possiblyDuplicate: 0, rejected: [] });
    expect(
      taken
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)._id),
    ).toEqual(['a', 'b']);
    await output.close();
  });

  test('stops the run, without a crash, when its reader goes away', async () => {
    const broken = Object.assign(new Error('write EPIPE'), { code: 'EPIPE' });
    const sink = new Writable({ write: (_chunk, _encoding, done) => done(broken) });
    let gone = 0;
    const onReaderGone = () => {
      gone += 1;
    };
    const output = consoleOutput({ clock: steppingClock(), sink, onReaderGone });
    await output.open(never);
    const write = () => output.write([document('a')], { signal: never, uncertain: false });
    await expect(write()).rejects.toThrow('closed by its reader');
    await expect(write()).rejects.toThrow('closed by its reader');
    expect(gone).toBe(1);
    await output.close();
  });

  test('fails, and does not call it the end of its reader, when the disk is full', async () => {
    const full = Object.assign(new Error('write ENOSPC'), { code: 'ENOSPC' });
    const sink = new Writable({ write: (_chunk, _encoding, done) => done(full) });
    let gone = false;
    const onReaderGone = () => {
      gone = true;
    };
    const output = consoleOutput({ clock: steppingClock(), sink, onReaderGone });
    await output.open(never);
    const write = output.write([document('a')], { signal: never, uncertain: false });
    await expect(write).rejects.toThrow('Standard output cannot be written: the disk is full.');
    expect(gone).toBe(false);
  });

  test('lets go of a write that its reader never takes, on abort', async () => {
    const sink = new Writable({ write: () => {} });
    const output = consoleOutput({ clock: steppingClock(), sink });
    await output.open(never);
    const abort = new AbortController();
    const write = output.write([document('a')], { signal: abort.signal, uncertain: false });
    abort.abort(new Error('stopping'));
    await expect(write).rejects.toThrow('stopping');
    await output.close();
  });
});
