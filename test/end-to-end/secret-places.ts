// A program with a secret of each origin, brought to its end in every way that makes Node leave something behind, and the
// places where a secret could then be found.

import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { startEmulator } from '../../input/emulator/index.ts';
import { StandIn } from '../outputs/elasticsearch/stand-in.ts';
import { makeWorkplace, streamFor, until } from './harness.ts';

/** Where a secret is looked for. What is not there has no entry. */
interface Places {
  readonly 'what it printed': string;
  readonly 'its command line': string;
  readonly 'files in the state folder': string;
  readonly 'reports, profiles and whatever else lies where it ran': string;
}

export interface LeftBehind {
  readonly places: Places;
  /** The secrets by where they came from. */
  readonly secrets: Readonly<Record<string, string>>;
  /** The environment as the operating system shows it to the same user and to root. */
  readonly environment: string;
  /** The names of the files that lie where it ran. */
  readonly files: readonly string[];
}

export interface Ending {
  /** For NODE_OPTIONS. */
  readonly options: string;
  /** The end; none where the process comes to it by itself. */
  readonly signal?: NodeJS.Signals;
  /** A signal before the end. */
  readonly before?: NodeJS.Signals;
  /** The name of a file that it leaves where it ran. */
  readonly leaves?: RegExp;
}

/** Runs the command until it has delivered something, and then brings it to its end. */
export async function runToItsEnd(command: readonly string[], ending: Ending): Promise<LeftBehind> {
  await using closing = new AsyncDisposableStack();
  const emulator = await startEmulator({ startCooldown: 'off', tenants: [{ content: { records: 50 } }, {}] });
  closing.defer(() => emulator.close());
  const server = await new StandIn().listen();
  closing.defer(() => server.close());
  const [first, second] = emulator.tenants;
  if (!first || !second) throw new Error('the emulator lacks a tenant');
  const secrets = {
    environment: first.clientSecret,
    file: second.clientSecret,
    policy: 'cG9saWN5LWtleQ:written-into-the-policy',
    'environment, by which nothing is named': 'of-another-program-4711',
  };
  const place = await makeWorkplace({
    streams: [
      streamFor(emulator, 0, { client_secret: fromEnvironment('M365_TEST_SECRET') }),
      streamFor(emulator, 1, {
        client_secret: undefined,
        client_secret_file: fromEnvironment('M365_TEST_FILE'),
      }),
    ],
    output: { type: 'elasticsearch', hosts: [server.url], api_key: secrets.policy, proxy_disable: true },
  });
  closing.defer(() => place.remove());
  const file = join(place.folder, 'secret');
  writeFileSync(file, secrets.file, { mode: 0o600 });
  const cwd = join(place.folder, 'left');
  mkdirSync(cwd);
  const environment = {
    M365_TEST_SECRET: secrets.environment,
    M365_TEST_FILE: file,
    OTHER: secrets['environment, by which nothing is named'],
    NODE_OPTIONS: ending.options,
  };
  const words = [...command, 'run', '--policy', place.policy, '--state', place.state];
  // A core, where the system keeps one, holds the whole memory: that is forbidden from outside.
  const child = spawn('/bin/sh', ['-c', 'ulimit -c 0; exec "$@"', 'sh', ...words], {
    cwd,
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (printed += chunk));
  const ended = new Promise((resolve) => child.once('close', resolve));
  let [commandLine, shown] = ['', ''];
  const isOver = () => child.exitCode !== null || child.signalCode !== null;
  if (ending.signal) {
    await until(() => server.stored.length > 0 || isOver());
    commandLine = readFileSync(`/proc/${child.pid}/cmdline`, 'utf8');
    shown = readFileSync(`/proc/${child.pid}/environ`, 'utf8');
    if (ending.before) {
      child.kill(ending.before);
      await until(() => !ending.leaves || readdirSync(cwd).length > 0 || isOver());
    }
    child.kill(ending.signal);
  }
  await ended;
  return {
    secrets,
    environment: shown,
    files: readdirSync(cwd),
    places: {
      'what it printed': printed,
      'its command line': commandLine,
      'files in the state folder': readAll(place.state),
      'reports, profiles and whatever else lies where it ran': readAll(cwd),
    },
  };
}

/** What a policy says for a value of the environment. */
const fromEnvironment = (name: string) => ['$', '{env.', name, '}'].join('');

function readAll(folder: string): string {
  if (!existsSync(folder)) return '';
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return names
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
    .map((path) => readFileSync(path, 'latin1'))
    .join('\n');
}

/** Every end that Node can be told to leave something of. */
export const endings: Readonly<Record<string, Ending>> = {
  'it is killed by SIGABRT, as by an assertion': {
    options: '--report-on-fatalerror --no-report-exclude-env',
    signal: 'SIGABRT',
  },
  'a report is asked for by a signal': {
    options: '--report-on-signal --no-report-exclude-env',
    before: 'SIGUSR2',
    signal: 'SIGTERM',
    leaves: /^report\..*\.json$/,
  },
  'a debugger is asked for by a signal': { options: '', before: 'SIGUSR1', signal: 'SIGTERM' },
  'it runs out of memory': {
    options: '--report-on-fatalerror --no-report-exclude-env --max-old-space-size=14',
    leaves: /^report\..*\.json$/,
  },
  'it writes its profiles': {
    options: '--cpu-prof --heap-prof',
    signal: 'SIGTERM',
    leaves: /\.(cpu|heap)profile$/,
  },
};

export function expectNoSecret(
  { secrets, places, files, environment }: LeftBehind,
  { leaves }: Ending,
): void {
  if (leaves) expect(files).toContainEqual(expect.stringMatching(leaves));
  else expect(files).toEqual([]);
  for (const [place, text] of Object.entries(places))
    for (const [origin, secret] of Object.entries(secrets))
      expect([place, origin, text.includes(secret)]).toEqual([place, origin, false]);
  // Of its environment the operating system tells the same user and root, whatever a program does: no other secret is there.
  for (const origin of ['file', 'policy']) expect(environment).not.toContain(secrets[origin]);
  // A debugger gives away what is in memory to everybody on the machine.
  expect(places['what it printed']).not.toContain('Debugger');
}
