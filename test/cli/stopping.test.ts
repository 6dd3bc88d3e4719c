// How a run ends: by signals, while nothing can be delivered, and through npm. Real processes and real signals.

import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { type Emulator, startEmulator } from '../../input/emulator/index.ts';
import { makeWorkplace, streamFor, until } from '../end-to-end/harness.ts';
import { StandIn } from '../outputs/elasticsearch/stand-in.ts';
import { start } from './command.ts';

const root = join(import.meta.dirname, '..', '..');
const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function emulate(): Promise<Emulator> {
  const emulator = await startEmulator({
    tenants: [{ content: { records: 200, recordsPerBlob: 20, ratePerMinute: 0 } }],
  });
  closers.push(() => emulator.close());
  return emulator;
}

async function standIn(): Promise<StandIn> {
  const server = await new StandIn().listen();
  closers.push(() => server.close());
  return server;
}

async function placeFor(emulator: Emulator, server: StandIn, process: Record<string, unknown> = {}) {
  const output = { type: 'elasticsearch', hosts: [server.url], api_key: 'a:bcdef', proxy_disable: true };
  const completeness = { 'data_stream.dataset': 'm365.collection', interval: '10s' };
  const streams = [streamFor(emulator), completeness] as Parameters<typeof makeWorkplace>[0]['streams'];
  return makeWorkplace({ streams, output, process });
}

/**
 * Returns a function that gives the outcome of a case. All of them run at once, because they mostly wait, and every test
 * waits for all.
 */
function runTogether<Case, Outcome>(
  cases: readonly Case[],
  run: (each: Case) => Promise<Outcome>,
): (each: Case) => Promise<Outcome> {
  let outcomes: Map<Case, Promise<Outcome>> | undefined;
  return async (each) => {
    outcomes ??= new Map(cases.map((one) => [one, run(one)]));
    await Promise.allSettled(outcomes.values());
    const outcome = outcomes.get(each);
    if (outcome === undefined) throw new RangeError(`there is no case ${each}`);
    return outcome;
  };
}

const lastLine = (stderr: string): string => JSON.parse(stderr.trimEnd().split('\n').at(-1) ?? '{}').message;

test('the end of its terminal ends a run in order', async () => {
  const emulator = await emulate();
  const { policy } = await makeWorkplace({ streams: [streamFor(emulator)] });
  const running = start(['run', '--policy', policy]);
  await running.printed(/collecting/);
  running.child.kill('SIGHUP');
  const { code, stderr } = await running.outcome;
  expect([code, lastLine(stderr)]).toEqual([0, expect.stringMatching(/^Ended: /)]);
});

describe('a run that collects once and is ended before anything is listed exits 1 and says so', () => {
  const operations = ['token', 'list', 'content'] as const;
  const outcomeOf = runTogether(operations, async (operation) => {
    const emulator = await emulate();
    emulator.setFaults([{ match: { operation }, fault: { kind: 'hang', when: 'before-headers' } }]);
    const { policy } = await makeWorkplace({ streams: [streamFor(emulator)] });
    const running = start(['run', '--once', '--policy', policy]);
    await until(() => emulator.faults().some(({ fired }) => fired > 0));
    running.child.kill('SIGTERM');
    return running.outcome;
  });

  test.each(operations)('%s', async (operation) => {
    const { code, stderr } = await outcomeOf(operation);
    expect([code, lastLine(stderr)]).toEqual([
      1,
      expect.stringMatching(/^Ended: 0 records.* ended before everything was collected/),
    ]);
  });
});

describe('while an Elasticsearch takes nothing', () => {
  const flags = ['', '--once'];
  const outcomeOf = runTogether(flags, async (flag) => {
    const emulator = await emulate();
    const server = await standIn();
    server.answers.set('/_bulk', (_, { reply }) => reply(503, { error: { type: 'x', reason: 'not now' } }));
    const { policy, state } = await placeFor(emulator, server, { stop_timeout: '8s' });
    const running = start(['run', '--policy', policy, ...flag.split(' ').filter(Boolean)]);
    await running.printed(/takes no documents|answered 503/);
    running.child.kill('SIGTERM');
    return { ...(await running.outcome), state };
  });

  test.each(flags)('a stop ends within its bound, says what is left, and exits 1: run %s', async (flag) => {
    const { code, stderr, state } = await outcomeOf(flag);
    expect(code).toBe(1);
    expect(stderr).toContain('It takes 8 s at most');
    expect(stderr).toContain('could not be delivered in time');
    expect(stderr).not.toContain('did not end within');
    expect(lastLine(stderr)).toMatch(/^Ended: 0 records delivered.* [1-9]\d* content blobs are still open/);
    expect(JSON.parse(readFileSync(join(state, 'status.json'), 'utf8')).components).not.toEqual([]);
  });

  test('of some documents, whatever is left, --once refuses them and ends', async () => {
    const emulator = await emulate();
    const server = await standIn();
    server.judgeItem = () => ({ status: 500, error: { type: 'null_pointer_exception', reason: 'oops' } });
    const { policy } = await makeWorkplace({
      streams: [streamFor(emulator)],
      output: {
        type: 'elasticsearch',
        hosts: [server.url],
        api_key: 'a:bcdef',
        proxy_disable: true,
        'backoff.init': '10ms',
        'backoff.max': '20ms',
      },
    });
    const { code, stderr } = await start(['run', '--policy', policy, '--once']).outcome;
    expect(lastLine(stderr)).toMatch(
      /^Ended: 0 records delivered, 0 duplicates, 200 dead letters, 0 content/,
    );
    expect(code).toBe(0);
  });
});

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Of a process, at any depth. */
function descendantsOf(pid: number): number[] {
  const { stdout } = spawnSync('ps', ['-eo', 'pid=,ppid='], { encoding: 'utf8' });
  const pairs = stdout
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number));
  const childrenOf = (parent: number): number[] =>
    pairs.filter(([, ppid]) => ppid === parent).flatMap(([child = 0]) => [child, ...childrenOf(child)]);
  return childrenOf(pid);
}

const starting = ['start', '--', '--data', 'DATA'];
const emulating = ['run', 'm365', '--', 'emulate', '--json', '--port', '0'];
/** Only Linux tells that the npm around the shell is gone. */
const deafShell = process.platform === 'linux' ? (['SIGHUP', 'SIGKILL'] as const) : [];

describe('a signal to npm leaves nothing behind', () => {
  const cases = [
    ...(['SIGTERM', ...deafShell] as const).map(
      (signal) => [signal, starting, /collecting/, /Ended: \d+ records delivered/] as const,
    ),
    ['SIGTERM', emulating, /"url"/, /"url"/] as const,
  ];

  /** npm runs a shell, which runs Node. */
  const outcomeOf = runTogether(cases, async ([signal, words, running]) => {
    const { folder } = await makeWorkplace({ streams: [] });
    const npm = spawn(
      'npm',
      words.map((word) => (word === 'DATA' ? join(folder, 'data') : word)),
      { cwd: root, env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '' } },
    );
    let printed = '';
    for (const stream of [npm.stdout, npm.stderr])
      stream.on('data', (chunk) => {
        printed += chunk;
      });
    await until(() => running.test(printed));
    const descendants = descendantsOf(npm.pid ?? 0);
    closers.push(async () => {
      for (const pid of descendants.filter(isRunning)) process.kill(pid, 'SIGKILL');
    });
    npm.kill(signal);
    await until(() => !descendants.some(isRunning));
    return { descendants, printed };
  });

  test.each(cases.map((each) => [each[0], each[1], each] as const))('%s to npm %j', async (_, __, each) => {
    const { descendants, printed } = await outcomeOf(each);
    expect(descendants).not.toEqual([]);
    expect(printed).toMatch(each[3]);
  });
});
