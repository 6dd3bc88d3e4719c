// What `replay` and `state` say of a folder that is not there, cannot be read, or holds damaged letters.

import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type Emulator, startEmulator } from '../../input/emulator/index.ts';
import { openDeadLetters } from '../../input/state/dead-letters/dead-letters.ts';
import { leaveClosingNote } from '../../input/state/sqlite/closing-note.ts';
import { makeWorkplace, streamFor, type Workplace } from '../end-to-end/harness.ts';
import { fillEverything, ledgerIn, pagesByName, spoilPages } from '../state/spoil-ledger.ts';
import { openTestLedger, scope, steppingClock } from '../state/state-folder.ts';
import { runHere as run } from './command.ts';

let emulator: Emulator;
let place: Workplace;

beforeAll(async () => {
  emulator = await startEmulator({ tenants: [{}] });
});
afterAll(() => emulator.close());
beforeEach(async () => {
  place = await makeWorkplace({ streams: [streamFor(emulator, 0)] });
});
afterEach(() => place.remove());

const withPolicy = (...words: string[]) => run([...words, '--policy', place.policy]);

const commands = [
  ['state', 'show'],
  ['state', 'export', '/nowhere/export.ndjson'],
  ['replay', 'dead-letters'],
  ['replay', 'dead-letters', '--dry-run'],
  ['replay', 'content', 'x'],
  ['replay', 'window', '--from', '1h'],
];

describe.each(commands)('m365 %s %s %s', (...words) => {
  const command = words.filter((word) => typeof word === 'string');

  test('says that the state folder is not there, and does not make it', async () => {
    const { code, stdout, stderr } = await withPolicy(...command);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain(`The state folder ${place.state} is not there.`);
    expect(existsSync(place.state)).toBe(false);
  });

  test('says that the state folder is none', async () => {
    writeFileSync(place.state, '');
    const { code, stdout, stderr } = await withPolicy(...command);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain(`The state folder ${place.state} cannot be read: `);
  });
});

/** To the superuser, everything is readable: what it runs is told so by giving up its rights for the while. */
async function asAnother<T>(work: () => Promise<T>): Promise<T> {
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) process.seteuid?.(65_534);
  try {
    return await work();
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
}

describe('what this user may not read', () => {
  test.each([
    ['the state folder', '', ['state', 'show']],
    ['the state folder', '', ['replay', 'dead-letters']],
    ['the ledger', 'ledger.db', ['state', 'show']],
    ['the folder of dead letters', 'dead-letters', ['replay', 'dead-letters']],
  ])('%s (%s) is told as such by m365 %p', async (_, name, command) => {
    await (await openTestLedger(place.state)).close();
    mkdirSync(join(place.state, 'dead-letters'));
    chmodSync(place.folder, 0o755);
    chmodSync(place.policy, 0o644);
    chmodSync(place.state, 0o755);
    chmodSync(join(place.state, name), 0o000);
    const { code, stdout, stderr } = await asAnother(() => withPolicy(...command));
    chmodSync(join(place.state, name), 0o700);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain(`${join(place.state, name)} cannot be read: permission denied.`);
  });
});

test('m365 state rebuild says that it begins a new ledger', async () => {
  const { code, stdout } = await withPolicy('state', 'rebuild');
  expect([code, stdout]).toEqual([
    0,
    expect.stringContaining(`There was no ledger in ${place.state}: a new one is begun.`),
  ]);
});

describe('dead letters', () => {
  const letter = (id: string) => ({
    origin: { feed: scope, position: 'blob-1', createdAt: '', fetchedAt: '', backfill: false },
    id,
    dataStream: undefined,
    type: 'x',
    reason: 'y',
    record: '{}',
    document: undefined,
  });

  async function keepLetters(): Promise<string> {
    const letters = await openDeadLetters({ folder: place.state, clock: steppingClock() });
    await letters.append([letter('a'), letter('b')]);
    await letters.close();
    const folder = join(place.state, 'dead-letters');
    return join(folder, readdirSync(folder)[0] ?? '');
  }

  test('that an editor left without a line feed, behind a byte order mark, are all there', async () => {
    const file = await keepLetters();
    writeFileSync(file, `\ufeff${readFileSync(file, 'utf8').trimEnd()}`);
    const { stdout } = await withPolicy('replay', 'dead-letters', '--dry-run');
    expect(stdout).toContain('      2  Audit.Exchange: x: y');
  });

  test('that are damaged are told, and kept', async () => {
    const file = await keepLetters();
    appendFileSync(file, '{"damaged\n');
    const { code, stdout } = await withPolicy('replay', 'dead-letters');
    expect([code, stdout]).toEqual([
      1,
      expect.stringContaining(`${file}: damaged and not replayed, but kept: line 3.`),
    ]);
    expect(readFileSync(file, 'utf8')).toContain('{"damaged\n');
  });

  test('that are all damaged are not passed off as none', async () => {
    const file = await keepLetters();
    writeFileSync(file, 'spoilt\n');
    const { code, stdout } = await withPolicy('replay', 'dead-letters', '--dry-run');
    expect([code, stdout]).toEqual([1, expect.stringContaining('kept: line 1.')]);
  });

  test('without any, says so', async () => {
    await (await openTestLedger(place.state)).close();
    rmSync(join(place.state, 'dead-letters'), { recursive: true, force: true });
    expect(await withPolicy('replay', 'dead-letters')).toMatchObject({
      code: 0,
      stdout: 'There are no dead letters.\n',
    });
  });
});

describe('a ledger with a damaged page of recent Ids', () => {
  beforeEach(async () => {
    await fillEverything(place.state);
    const ledger = ledgerIn(place.state);
    spoilPages(ledger, pagesByName(ledger).get('seen_recent') ?? []);
    leaveClosingNote(ledger);
  });

  test('is shown as far as it is sound', async () => {
    const { code, stdout } = await withPolicy('state', 'show');
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^Audit\.Exchange +400 +200 /m)]);
  });

  test('is not exported, and the reason is told', async () => {
    const file = join(place.folder, 'export.ndjson');
    const { code, stderr } = await withPolicy('state', 'export', file);
    expect([code, existsSync(file)]).toEqual([1, false]);
    expect(stderr).toMatch(
      /The ledger .*ledger\.db is damaged: .*Start again: the damaged file is set aside/s,
    );
  });

  test.each([[['state', 'rebuild']], [['run', '--once']]])('is set aside by m365 %p', async (command) => {
    const { code, stderr } = await withPolicy(...command);
    expect([code, stderr]).toEqual([0, expect.stringContaining('was set aside as')]);
    expect(readdirSync(place.state).filter((name) => /^ledger\.damaged-\w+$/.test(name))).toHaveLength(1);
    expect((await withPolicy('state', 'show')).code).toBe(0);
  });
});
