import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import { showDocuments } from '../../input/cli/commands/show.ts';
import { openPrinter } from '../../input/cli/show/document-printer.ts';
import { writeFileName } from '../../input/files/file-name.ts';
import { runHere, start } from './command.ts';

const newFolder = () => mkdtempSync(join(tmpdir(), 'm365-show-'));
const begun = Date.parse('2026-11-20T08:00:00Z');
const series = 'logs-o365.audit-default';
const fileIn = (folder: string, number = 1, name = series) =>
  join(folder, writeFileName({ series: name, begun: begun + number * 60_000, number }));

interface Facts {
  readonly at?: string;
  readonly user?: string;
  readonly outcome?: string;
  readonly message?: string;
  readonly [field: string]: unknown;
}

const document = ({ at = '2026-11-20T07:00:00Z', user, outcome, message, ...more }: Facts) => ({
  _id: `t:${message}`,
  event: { ingested: at, dataset: 'o365.audit', ...(outcome && { outcome }) },
  '@timestamp': at,
  ...(user && { user: { name: user } }),
  ...(message && { message }),
  ...more,
});
const line = (facts: Facts) => `${JSON.stringify(document(facts))}\n`;
const lines = (...messages: readonly string[]) => messages.map((message) => line({ message })).join('');

/** What a program that reads the pipe gets, but for the columns before the message. */
const messagesOf = (text: string) =>
  text
    .split('\n')
    .filter(Boolean)
    .map((each) => each.split(/ {2,}/).at(-1));

describe('the newest documents', () => {
  test('are of the youngest files, in the order in which they came', async () => {
    const folder = newFolder();
    writeFileSync(fileIn(folder, 1), lines('one', 'two'));
    writeFileSync(fileIn(folder, 2), lines('three', 'four'));
    writeFileSync(join(folder, 'notes.txt'), lines('no document of ours'));
    const { code, stdout, stderr } = await runHere(['show', '--data', folder, '-n', '3']);
    expect([code, messagesOf(stdout), stderr]).toEqual([0, ['two', 'three', 'four'], '']);
    const all = await runHere(['show', '--data', folder, '--all']);
    expect(messagesOf(all.stdout)).toEqual(['one', 'two', 'three', 'four']);
  });

  test('of several data streams are merged by when they were collected', async () => {
    const folder = newFolder();
    writeFileSync(
      fileIn(folder, 1),
      line({ at: '2026-11-20T07:00:00Z', message: 'a' }) + line({ at: '2026-11-20T09:00:00Z', message: 'c' }),
    );
    writeFileSync(
      fileIn(folder, 1, 'logs-o365.audit-other'),
      line({ at: '2026-11-20T08:00:00Z', message: 'b' }),
    );
    expect(messagesOf((await runHere(['show', '--data', folder])).stdout)).toEqual(['a', 'b', 'c']);
  });

  test('say when, how it ended, who and what', async () => {
    const folder = newFolder();
    writeFileSync(
      fileIn(folder),
      line({ user: 'ann', outcome: 'failure', message: 'ann could not sign in' }) +
        `${JSON.stringify({ _id: 'x', o365audit: { CreationTime: '2026-11-20T07:01:00', UserId: 'bob', Operation: 'Send' } })}\n`,
    );
    expect((await runHere(['show', '--data', folder])).stdout).toBe(
      '2026-11-20 07:00:00  failed  ann                     ann could not sign in\n' +
        '2026-11-20 07:01:00  -       bob                     Send\n',
    );
  });

  test('are shown whole where that is asked for', async () => {
    const folder = newFolder();
    writeFileSync(fileIn(folder), lines('one', 'two'));
    const json = await runHere(['show', '--data', folder, '--json', '-n', '1']);
    expect(json.stdout).toBe(lines('two'));
    const full = await runHere(['show', '--data', folder, '--full', '-n', '1']);
    expect(full.stdout).toBe(`${JSON.stringify(document({ message: 'two' }), undefined, 2)}\n`);
  });

  test('one file by itself, without a line feed at its end', async () => {
    const folder = newFolder();
    writeFileSync(join(folder, 'moved.json'), lines('one', 'two').trimEnd());
    const { stdout, stderr } = await runHere(['show', '--data', join(folder, 'moved.json')]);
    expect([messagesOf(stdout), stderr]).toEqual([['one', 'two'], '']);
  });

  test("a policy's file output is found", async () => {
    const folder = newFolder();
    mkdirSync(join(folder, 'documents'));
    writeFileSync(fileIn(join(folder, 'documents')), lines('one'));
    const policy = (output: object) => ({
      m365: { state_folder: join(folder, 'state') },
      outputs: { default: output },
      inputs: [
        {
          type: 'm365',
          streams: [
            {
              tenant_id: '0b1c2d3e-4f50-4617-8291-a2b3c4d5e6f7',
              client_id: '0b1c2d3e-4f50-4617-8291-a2b3c4d5e6f8',
              client_secret: 'secret',
            },
          ],
        },
      ],
    });
    const file = join(folder, 'my.yml');
    writeFileSync(file, JSON.stringify(policy({ type: 'file', path: join(folder, 'documents') })));
    expect(messagesOf((await runHere(['show', '--policy', file])).stdout)).toEqual(['one']);
    writeFileSync(
      file,
      JSON.stringify(policy({ type: 'elasticsearch', hosts: ['http://127.0.0.1:9'], api_key: 'a:b' })),
    );
    const { code, stderr } = await runHere(['show', '--policy', file]);
    expect([code, stderr]).toEqual([2, expect.stringContaining('its documents go to elasticsearch')]);
  });
});

describe('what is asked for', () => {
  const folder = newFolder();
  writeFileSync(
    fileIn(folder),
    line({ user: 'ann', outcome: 'failure', message: 'first Failure of ann' }) +
      line({ user: 'bob', outcome: 'success', message: 'second', source: { ip: '10.1.2.3' } }) +
      line({ user: 'ann', outcome: 'success', message: 'third', failure: 1 }),
  );
  const found = async (...words: readonly string[]) =>
    messagesOf((await runHere(['show', '--data', folder, ...words])).stdout);

  test('by words in values, whatever their case, and not in names of fields', async () => {
    expect(await found('FAILURE')).toEqual(['first Failure of ann']);
    expect(await found('ann', 'third')).toEqual(['third']);
  });

  test('by KQL, with the types that an index would have', async () => {
    expect(await found('--filter', 'event.outcome: failure or source.ip: "10.0.0.0/8"')).toEqual([
      'first Failure of ann',
      'second',
    ]);
    expect(await found('third', '--filter', 'user.name: a*')).toEqual(['third']);
    expect(await found('--filter', '@timestamp >= "2026-11-21"')).toEqual([]);
  });

  test.each([
    ['event.outcome failure', 2, /--filter is no KQL: expected ":"/],
    ['source.ip: house', 2, /source\.ip: "house" is no IP address/],
    ['user.nme: ann', 0, /No field "user\.nme" is mapped; did you mean "user\.name"\?[\s\S]*No document in/],
  ])('%s is answered with what is wrong', async (filter, code, said) => {
    const outcome = await runHere(['show', '--data', folder, '--filter', filter]);
    expect([outcome.code, outcome.stdout]).toEqual([code, '']);
    expect(outcome.stderr.replace(/\s+/g, ' ')).toMatch(said);
  });
});

describe('a folder that is not as it should be', () => {
  test('damaged lines are left out and said; what stands whole in them is shown', async () => {
    const folder = newFolder();
    const torn = lines('torn').slice(0, 30);
    writeFileSync(
      fileIn(folder),
      `\0\0\0\n${lines('one')}${torn}${lines('two')}[1]\n${lines('three')}${torn}`,
    );
    for (const words of [[], ['--all']]) {
      const { code, stdout, stderr } = await runHere(['show', '--data', folder, ...words]);
      expect([code, messagesOf(stdout)]).toEqual([0, ['one', 'two', 'three']]);
      expect(stderr.replace(/\s+/g, ' ')).toMatch(
        /3 damaged lines are left out.* the last line is not whole/,
      );
    }
  });

  test('an empty one says what to do', async () => {
    const { code, stdout, stderr } = await runHere(['show', '--data', newFolder()]);
    expect([code, stdout]).toEqual([0, '']);
    expect(stderr.replace(/\s+/g, ' ')).toMatch(/There are no documents in .* yet; m365 start/);
  });

  test('one that is not there is an error', async () => {
    const { code, stderr } = await runHere(['show', '--data', join(newFolder(), 'nothing')]);
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/There is nothing at .*nothing\. m365 start writes/),
    ]);
  });
});

/** A terminal that keeps what is written, and tells those who wait for it. */
function terminal(columns: number | undefined) {
  let text = '';
  let watch: () => void = () => undefined;
  const stream = new Writable({
    write(chunk, _encoding, done) {
      text += chunk;
      watch();
      done();
    },
  });
  const screen = Object.assign(stream, {
    ...(columns !== undefined && { isTTY: true, columns, hasColors: () => false }),
  });
  return {
    screen,
    text: () => text,
    has: (pattern: RegExp) =>
      new Promise<void>((resolve) => {
        watch = () => {
          if (pattern.test(text)) resolve();
        };
        watch();
      }),
  };
}

describe('on a terminal', () => {
  const printed = async (columns: number, facts: Facts, form = {}) => {
    const folder = newFolder();
    writeFileSync(fileIn(folder), line(facts));
    const { screen, text } = terminal(columns);
    await using printer = openPrinter(screen, form);
    const stop = new AbortController().signal;
    const clock = { now: () => begun, sleep: async () => undefined };
    await showDocuments({ words: [], flags: { data: folder, lines: 20, ...form }, printer, stop, clock });
    return text();
  };

  test.each([40, 80, 120])('a document is one line within %i columns', async (columns) => {
    const text = await printed(columns, {
      user: 'ann',
      outcome: 'success',
      message: `ann read ${'漢字'.repeat(80)}`,
    });
    const [only = '', ...others] = text.split('\n');
    expect(others).toEqual(['']);
    expect(only).toMatch(/ann read .*…$/);
    const cells = [...only].reduce((sum, character) => sum + (/\p{Script=Han}/u.test(character) ? 2 : 1), 0);
    expect([columns, columns - 1]).toContain(cells);
  });

  test('who it was is said where the message does not', async () => {
    expect(await printed(80, { user: 'ann', message: 'signed in' })).toMatch(/ann: signed in\n$/);
  });

  const hostile = { user: 'ann', message: 'a\u001b[2Jb\u009bc\u202ed\r\ne' };

  test('nothing in a document can steer it', async () => {
    expect(await printed(80, hostile)).toMatch(/ann: a \[2Jb c d e\n$/);
    for (const form of [{ json: true }, { full: true }]) {
      const text = await printed(80, hostile, form);
      for (const character of ['\u001b', '\u009b', '\u202e']) expect(text).not.toContain(character);
      expect(JSON.parse(text).message).toBe(hostile.message);
    }
  });
});

describe('following', () => {
  async function follow(folder: string, steps: readonly (readonly [RegExp, () => void])[]) {
    const { screen, text, has } = terminal(undefined);
    await using printer = openPrinter(screen, {});
    const stop = new AbortController();
    const clock = { now: () => begun, sleep: () => new Promise<void>((resolve) => setImmediate(resolve)) };
    const showing = showDocuments({
      words: [],
      flags: { data: folder, lines: 20, follow: true },
      printer,
      stop: stop.signal,
      clock,
    });
    for (const [seen, act] of steps) {
      await has(seen);
      act();
    }
    stop.abort();
    await showing;
    return messagesOf(text());
  }

  test('goes on over rotation, moved, deleted and cut files, and prints each document once', async () => {
    const folder = newFolder();
    const elsewhere = newFolder();
    writeFileSync(fileIn(folder, 1), lines('one'));
    const shown = await follow(folder, [
      [/one/, () => appendFileSync(fileIn(folder, 1), lines('two').slice(0, 20))],
      [/one/, () => appendFileSync(fileIn(folder, 1), lines('two').slice(20))],
      [
        /two/,
        () => {
          renameSync(fileIn(folder, 1), join(elsewhere, 'moved'));
          appendFileSync(join(elsewhere, 'moved'), lines('three'));
        },
      ],
      [/three/, () => writeFileSync(fileIn(folder, 2), lines('four'))],
      [
        /four/,
        () => {
          appendFileSync(fileIn(folder, 2), lines('five'));
          rmSync(fileIn(folder, 2));
          writeFileSync(fileIn(folder, 3), lines('six and more'));
        },
      ],
      [
        /five[\s\S]*six/,
        () => {
          truncateSync(fileIn(folder, 3), 0);
          appendFileSync(fileIn(folder, 3), lines('7'));
        },
      ],
      [/ {2}7\n/, () => undefined],
    ]);
    expect(shown).toEqual(['one', 'two', 'three', 'four', 'five', 'six and more', '7']);
  });

  test('waits in an empty folder', async () => {
    const folder = newFolder();
    expect(
      await follow(folder, [
        [/^$/, () => writeFileSync(fileIn(folder), lines('one'))],
        [/one/, () => undefined],
      ]),
    ).toEqual(['one']);
  });

  test.each(['SIGINT', 'SIGTERM'] as const)('ends in order by %s', async (signal) => {
    const folder = newFolder();
    const running = start(['show', '--follow', '--data', folder]);
    await running.printed(/Waiting/);
    running.child.kill(signal);
    const { code, stderr } = await running.outcome;
    expect([code, stderr]).toEqual([0, expect.not.stringContaining('Error')]);
  });

  test('ends when nobody reads any more', async () => {
    const folder = newFolder();
    writeFileSync(fileIn(folder), lines(...Array.from({ length: 5000 }, (_, index) => `${index}`)));
    const running = start(['show', '--follow', '--all', '--data', folder], {}, { closed: 'stdout' });
    expect(await running.outcome).toMatchObject({ code: 0, stderr: '' });
  });
});
