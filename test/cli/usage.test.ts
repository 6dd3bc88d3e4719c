import { existsSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { type Command, CommanderError } from 'commander';
import { createProgram } from '../../input/cli/main.ts';
import { describeError, OperatorError } from '../../input/contract/errors.ts';
import { run } from './command.ts';

const commands = [
  'start',
  'run',
  'check',
  'setup',
  'prove',
  'deduplicate',
  'replay',
  'state',
  'show',
  'map',
  'emulate',
];
const columns = 80;

/** In this process: what is printed, and what is thrown. */
async function attempt(words: readonly string[]) {
  let printed = '';
  const write = (text: string) => {
    printed += text;
  };
  const program = await createProgram(words, {
    writeOut: write,
    writeErr: write,
    getOutHelpWidth: () => columns,
  });
  try {
    await program.parseAsync(words, { from: 'user' });
    return { printed, error: undefined };
  } catch (error) {
    if (error instanceof OperatorError) printed += describeError(error);
    else if (!(error instanceof CommanderError)) throw error;
    return { printed, error };
  }
}

/** The words of each, the program itself first. */
async function findCommands(): Promise<string[][]> {
  const walk = (command: Command, path: string[]): string[][] => [
    path,
    ...command.commands.flatMap((each) => walk(each, [...path, each.name()])),
  ];
  const { commands: known } = await createProgram([]);
  const loaded = known.map(async (command) => {
    const program = await createProgram([command.name()]);
    return program.commands
      .filter((each) => each.name() === command.name())
      .flatMap((each) => walk(each, [each.name()]));
  });
  return [[], ...(await Promise.all(loaded)).flat()];
}

function writePolicy(text: string): string {
  const file = join(mkdtempSync(join(tmpdir(), 'm365-')), 'p.yml');
  writeFileSync(file, text);
  return file;
}

const good = `
outputs: {default: {type: console}}
inputs:
  - type: m365
    streams:
      - tenant_id: 0b1c2d3e-4f50-4617-8291-a2b3c4d5e6f7
        client_id: 1c2d3e4f-5061-4728-93a4-b5c6d7e8f901
        client_secret: \${SECRET}
`;

describe('help', () => {
  test('names every command and explains the exit codes', async () => {
    const { printed } = await attempt(['--help']);
    for (const command of commands) expect(printed).toMatch(new RegExp(`^ {2}${command} +[a-z]`, 'm'));
    expect(printed).toContain('Exit codes:');
  });

  test('of the program, of every command and of every subcommand fits 80 columns', async () => {
    const tooLong: Record<string, string[]> = {};
    const paths = await findCommands();
    for (const path of paths) {
      const { printed } = await attempt([...path, '--help']);
      expect(printed).toMatch(new RegExp(`^Usage: ${['m365', ...path].join(' ')} `));
      const lines = printed.split('\n').filter((line) => line.length > columns);
      if (lines.length > 0) tooLong[path.join(' ')] = lines;
    }
    expect(paths.length).toBeGreaterThan(commands.length);
    expect(tooLong).toEqual({});
  });

  test.each(['start', 'run', 'check', 'prove', 'deduplicate', 'replay', 'state', 'map', 'emulate'])(
    'of %s teaches by examples and says its exit codes',
    async (command) => {
      const { printed } = await attempt([command, '--help']);
      expect(printed).toMatch(/^Examples:\n {2}m365 /m);
      expect(printed).toMatch(/^Exit codes: 0 /m);
    },
  );
});

test.each([
  ['replay', 'dead-letters'],
  ['replay', 'content'],
  ['replay', 'window'],
  ['state', 'export'],
  ['state', 'import'],
  ['state', 'rebuild'],
])('help of %s %s has an example', async (...words) => {
  const { printed } = await attempt([...words, '--help']);
  expect(printed).toMatch(new RegExp(`^ {2}m365 ${words.join(' ')} `, 'm'));
});

describe('what the user got wrong is said in one line that helps', () => {
  test.each([
    ['an unknown command', ['chekc'], "unknown command 'chekc'\n(Did you mean check?)"],
    ['an unknown subcommand', ['state', 'shwo'], "unknown command 'shwo'\n(Did you mean show?)"],
    ['an unknown option', ['run', '--polcy', 'x'], "unknown option '--polcy'\n(Did you mean --policy?)"],
    ['no policy', ['run'], 'There is no policy. Give --policy FILE'],
    ['no such output', ['run', '-p', 'x', '-o', 'fil'], 'Allowed choices are elasticsearch, file, console.'],
    [
      'no such file',
      ['run', '-p', '/nowhere.yml'],
      'Cannot read the policy /nowhere.yml: there is no such file.',
    ],
    ['no time', ['prove', '-p', 'x', '--from', 'soon'], 'Write 2026-11-20, 2026-11-20T08:00Z'],
    ['no window', ['replay', 'window', '-p', 'x'], 'The window has no beginning. Give --from'],
    ['no state folder', ['state', 'show'], 'Which ledger is meant was not said.'],
  ])('%s', async (_, words, line) => {
    const { printed, error } = await attempt(words);
    expect(error).toBeInstanceOf(Error);
    expect(printed).toContain(line);
  });
});

describe('a command, as a process,', () => {
  test('given a bad policy says every mistake with its line, exits 2, and makes nothing on disk', async () => {
    const policy = writePolicy(`${good}        interval: 5\n        intervall: 5m\n`);
    const folder = mkdtempSync(join(tmpdir(), 'm365-'));
    const words = ['run', '-p', policy, '--state', join(folder, 'state')];
    const { code, stdout, stderr } = await run(words, { SECRET: 'x' });
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr.split('\n')).toEqual([
      expect.stringMatching(/^m365: .*p\.yml:9:19: interval must be a duration/),
      expect.stringMatching(
        /^m365: .*p\.yml:10:9: unknown setting "intervall" .*; did you mean "interval"\?$/,
      ),
      '',
    ]);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('exits 2 for a usage error, without a stack trace unless one is asked for', async () => {
    const [plain, debug, slip] = await Promise.all([
      run(['run', '-p', writePolicy(good)]),
      run(['run', '-p', writePolicy(good)], { M365_DEBUG: '1' }),
      run(['run', '--polcy', 'x']),
    ]);
    expect([plain.code, debug.code, slip.code]).toEqual([2, 2, 2]);
    expect(plain.stderr).toMatch(/^m365: .*p\.yml:8:24: the environment variable SECRET is not set.*\n$/);
    expect(debug.stderr).toMatch(/^ {4}at /m);
  });

  test('given a policy as a word of its own says where it belongs', async () => {
    const { code, stderr } = await run(['run', 'my.yml']);
    expect(code).toBe(2);
    expect(stderr).toContain('(Did you mean --policy my.yml?)');
  });

  test('says where a quote opens that is not closed', async () => {
    const open = good.replace('{type: console}}', '{type: "console}}');
    const { code, stderr } = await run(['run', '-p', writePolicy(open)]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^m365: .*p\.yml:2:27: not YAML: the quote that opens here is not closed/m);
  });

  test('prints the settings in force, without secrets', async () => {
    const words = ['run', '-p', writePolicy(good), '--show-settings'];
    const { code, stdout } = await run(words, { SECRET: 'my-secret-value' });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ {4}interval: 1m$/m);
    expect(stdout).toContain('client_secret: "[secret]"');
    expect(stdout).not.toContain('my-secret-value');
  });

  test('goes on quietly when nobody reads what it prints', async () => {
    const [help, refused] = await Promise.all([
      run(['run', '--help'], {}, { closed: 'stdout' }),
      run(['run', '--polcy', 'x'], {}, { closed: 'stderr' }),
    ]);
    expect([help.code, help.stderr]).toEqual([0, '']);
    expect([refused.code, refused.stdout]).toEqual([2, '']);
  });

  const full = '/dev/full';
  (existsSync(full) ? test : test.skip)('that prints to a full disk says so and exits 1', async () => {
    const { code, stderr } = await run(['run', '--help'], {}, { stdout: full });
    expect([code, stderr]).toEqual([1, 'm365: Standard output cannot be written: the disk is full.\n']);
  });
});
