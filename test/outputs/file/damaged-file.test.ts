// Files that a crash, an editor or a bad disk has damaged, met at a start, with the ledger that knows them and without.

import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { temporaryFolder } from '../../state/state-folder.ts';
import { deliver, document, filesIn, idsIn, keyOf, type Opened, openFileOutput } from './file-fixture.ts';

interface Damage {
  readonly what: string;
  /** The lines have their line feeds. */
  readonly spoil: (lines: readonly string[]) => readonly (string | Buffer)[];
  /** The documents of a, b and c that must stay; the others were damaged themselves. */
  readonly good: readonly string[];
  /** The content of the file of damage, but for line feeds. */
  readonly aside: string;
}

const torn = '{"_id":"t","event":{"ingested":"2026-03-01T12:0';
const hole = Buffer.alloc(70_000);

const damages: readonly Damage[] = [
  { what: 'a torn line at its end', spoil: (lines) => [...lines, torn], good: ['a', 'b', 'c'], aside: torn },
  {
    what: 'a torn line in the middle',
    spoil: ([a = '', ...rest]) => [a, `${torn}\n`, ...rest],
    good: ['a', 'b', 'c'],
    aside: torn,
  },
  {
    what: 'a torn line before the next document',
    spoil: ([a = '', ...rest]) => [a, torn, ...rest],
    good: ['a', 'b', 'c'],
    aside: torn,
  },
  {
    what: 'a spoilt line at its head',
    spoil: ([, ...rest]) => ['\u0007spoilt\n', ...rest],
    good: ['b', 'c'],
    aside: '\u0007spoilt',
  },
  {
    what: 'a byte order mark',
    spoil: (lines) => ['\ufeff', ...lines],
    good: ['a', 'b', 'c'],
    aside: '\ufeff',
  },
  {
    what: 'no line feed at its end',
    spoil: (lines) => [lines.join('').slice(0, -1)],
    good: ['a', 'b', 'c'],
    aside: '',
  },
  {
    what: 'no line feeds',
    spoil: (lines) => [lines.join('').replaceAll('\n', '')],
    good: ['a', 'b', 'c'],
    aside: '',
  },
  {
    what: 'the line ends of another system',
    spoil: (lines) => [lines.join('').replaceAll('\n', '\r\n')],
    good: ['a', 'b', 'c'],
    aside: '',
  },
  {
    what: 'a hole before the next document',
    spoil: ([a = '', ...rest]) => [a, hole, ...rest],
    good: ['a', 'b', 'c'],
    aside: '',
  },
  { what: 'a hole at its end', spoil: (lines) => [...lines, hole], good: ['a', 'b', 'c'], aside: '' },
  {
    what: 'a line of another program',
    spoil: ([a = '', ...rest]) => [a, '{"theirs":1}\n', ...rest],
    good: ['a', 'b', 'c'],
    aside: '{"theirs":1}',
  },
  {
    what: 'blank lines',
    spoil: ([a = '', ...rest]) => [a, '\n\n', ...rest],
    good: ['a', 'b', 'c'],
    aside: '',
  },
  {
    what: 'nothing that is a document',
    spoil: () => [Buffer.from('no line', 'utf16le')],
    good: [],
    aside: 'n\0o\0 \0l\0i\0n\0e\0',
  },
];

const fileOf = ({ events }: Opened) => filesIn(events)[0] ?? '';

/** Delivers a, b and c, and returns the file once the output is closed. */
async function deliverThree(folder: string): Promise<string> {
  const opened = await openFileOutput(folder);
  for (const id of ['a', 'b', 'c']) await deliver(opened, id);
  await opened.close();
  return fileOf(opened);
}

function spoilFile(file: string, { spoil }: Damage): void {
  const lines = readFileSync(file, 'utf8').split(/(?<=\n)/);
  writeFileSync(file, Buffer.concat(spoil(lines).map((part) => Buffer.from(part))));
}

async function seenOf({ ledger }: Opened, ids: readonly string[]): Promise<number[]> {
  return [...(await ledger.delivery.findSeen(ids.map((id) => keyOf(document(id)))))];
}

describe('without its ledger, a file with', () => {
  test.each(damages)('$what keeps all good lines, and the rest is set aside', async (damage) => {
    using folder = temporaryFolder();
    const file = await deliverThree(folder.path);
    spoilFile(file, damage);
    rmSync(join(folder.path, 'state'), { recursive: true });
    const opened = await openFileOutput(folder.path);
    expect(idsIn(opened.events)).toEqual(damage.good);
    expect(await seenOf(opened, ['a', 'b', 'c'])).toEqual(
      ['a', 'b', 'c'].map((id) => Number(damage.good.includes(id))),
    );
    await deliver(opened, 'd');
    await opened.close();
    expect(idsIn(opened.events)).toEqual([...damage.good, 'd']);
    const aside = `${file}.damaged`;
    const text = existsSync(aside) ? readFileSync(aside, 'utf8').replaceAll('\n', '') : '';
    expect(text).toBe(damage.aside);
    const warnings = opened.log.lines.filter((line) => line.startsWith('WARN'));
    if (damage.aside !== '')
      expect(warnings).toEqual([
        expect.stringMatching(/damaged parts, the first at byte \d+, were set aside in .*\.damaged/),
      ]);
    const again = await openFileOutput(folder.path);
    expect(again.log.lines).toEqual([]);
    await again.close();
  });

  test('damage is kept to its owner, and no file is left half mended', async () => {
    using folder = temporaryFolder();
    const file = await deliverThree(folder.path);
    spoilFile(file, { what: '', spoil: ([a = '', ...rest]) => [a, torn, ...rest], good: [], aside: '' });
    rmSync(join(folder.path, 'state'), { recursive: true });
    const opened = await openFileOutput(folder.path);
    await opened.close();
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(`${file}.damaged`).mode & 0o777).toBe(0o600);
    expect(readdirSync(opened.events).filter((name) => name.endsWith('.repaired'))).toEqual([]);
  });
});

describe('with its ledger, a file that', () => {
  test('was torn by a crash is cut, and stays the file that others read', async () => {
    using folder = temporaryFolder();
    const file = await deliverThree(folder.path);
    const { ino } = statSync(file);
    writeFileSync(file, torn, { flag: 'a' });
    const opened = await openFileOutput(folder.path);
    await deliver(opened, 'd');
    await opened.close();
    expect(idsIn(opened.events)).toEqual(['a', 'b', 'c', 'd']);
    expect(statSync(file).ino).toBe(ino);
  });

  test('was cut within a line does not glue the next document to the rest of it', async () => {
    using folder = temporaryFolder();
    const file = await deliverThree(folder.path);
    truncateSync(file, statSync(file).size - 20);
    const opened = await openFileOutput(folder.path);
    await deliver(opened, 'd');
    await opened.close();
    expect(idsIn(opened.events)).toEqual(['a', 'b', 'd']);
    expect(readFileSync(`${file}.damaged`, 'utf8')).toContain('{"_id":"c"');
    expect(opened.log.lines[0]).toMatch(
      /WARN .* bytes, and \d+ had been written to it.*m365 replay window --again/,
    );
  });

  test('was replaced by a longer one is read from its beginning', async () => {
    using folder = temporaryFolder();
    const file = await deliverThree(folder.path);
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, `${text.replaceAll('"_id":"', '"_id":"other-')}${torn}`);
    const opened = await openFileOutput(folder.path);
    expect(await seenOf(opened, ['other-a', 'other-b', 'other-c'])).toEqual([1, 1, 1]);
    await opened.close();
    expect(idsIn(opened.events)).toEqual(['other-a', 'other-b', 'other-c']);
  });

  test('cannot be mended is left as it is, and a new one is begun', async () => {
    using folder = temporaryFolder();
    const file = await deliverThree(folder.path);
    writeFileSync(file, torn, { flag: 'a' });
    const text = readFileSync(file, 'utf8');
    // Nothing can be written where the damage would go, as on a full disk.
    mkdirSync(`${file}.damaged`);
    const opened = await openFileOutput(folder.path);
    await deliver(opened, 'd');
    await opened.close();
    expect(readFileSync(file, 'utf8')).toBe(text);
    expect(filesIn(opened.events)).toHaveLength(2);
    expect(opened.log.lines.at(-1)).toMatch(/cannot be set aside .* and a new one begun/);
    rmdirSync(`${file}.damaged`);
    const again = await openFileOutput(folder.path);
    await again.close();
    expect(idsIn(again.events)).toEqual(['a', 'b', 'c', 'd']);
  });
});
