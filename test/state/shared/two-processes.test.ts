// Two real processes over one state: what one holds the other leaves alone, takes over once the lease has ended, and is
// then the only one whose word counts.

import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { SqliteLedger } from '../../../input/state/sqlite/sqlite-ledger.ts';
import { compiledScripts } from '../../compiled-scripts.ts';
import {
  blob,
  noon,
  openTestLedger,
  readAll,
  recordingLog,
  scope,
  steppingClock,
  temporaryFolder,
} from '../state-folder.ts';
import { StateServer } from './state-server.ts';

const leaseMs = 60_000;
const window = ['2026-01-01T00:00:00Z', '2027-01-01T00:00:00Z'] as const;

let folder: ReturnType<typeof temporaryFolder>;
let clock: ReturnType<typeof steppingClock>;
let ledger: SqliteLedger;
let server: StateServer;
let url: string;
let workers: Worker[];

type ItemOutcome = readonly [id: string, is: boolean];

class Worker {
  readonly #process: ChildProcessByStdio<Writable, Readable, null>;
  readonly #answers: AsyncIterator<string>;

  constructor(owner: string) {
    const script = join(import.meta.dirname, 'leasing-worker.ts');
    this.#process = spawn(process.execPath, [script, url, owner], {
      env: { ...process.env, ...compiledScripts },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#answers = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]();
    workers.push(this);
  }

  /** What became of each item. */
  async do(step: string): Promise<readonly ItemOutcome[]> {
    this.#process.stdin.write(`${step}\n`);
    const { value } = await this.#answers.next();
    return JSON.parse(value ?? 'null');
  }

  /** As `kill -9` does. */
  async kill(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    this.#process.kill('SIGKILL');
    await once(this.#process, 'exit');
  }
}

beforeEach(async () => {
  folder = temporaryFolder();
  clock = steppingClock();
  ledger = await openTestLedger(folder.path, recordingLog(), clock);
  server = new StateServer(ledger);
  url = await server.listen();
  workers = [];
  await ledger.work.list(scope, [blob('a'), blob('b')], { late: false, backfill: false, listedAt: noon });
});

afterEach(async () => {
  for (const worker of workers) await worker.kill();
  await server.close();
  await ledger.close();
  folder[Symbol.dispose]();
});

const itemsNow = () => readAll(ledger.work.between(scope, ...window));

async function stateOfAll(): Promise<string[]> {
  return (await itemsNow()).map(({ state, delivered }) => `${state} ${delivered}`);
}

describe('two processes over one state', () => {
  test('share the work, and neither takes what the other holds', async () => {
    const [one, other] = [new Worker('one'), new Worker('other')];
    await ledger.work.list(scope, [blob('c')], { late: false, backfill: false, listedAt: noon });
    const [first, second] = await Promise.all([one.do('take'), other.do('take')]);
    expect([...first, ...second].toSorted()).toEqual([
      ['a', false],
      ['b', false],
      ['c', false],
    ]);
    for (const worker of [one, other]) await worker.do('settle');
    expect(await stateOfAll()).toEqual(['acknowledged 1', 'acknowledged 1', 'acknowledged 1']);
  });

  test.each(['settle', 'giveUp', 'retryLater', 'begin'])(
    'one whose lease was taken over changes nothing by %s, and is told',
    async (step) => {
      const [slow, quick] = [new Worker('slow'), new Worker('quick')];
      await slow.do('take');
      await slow.do('begin');
      expect(await quick.do('take')).toEqual([]);
      clock.set(noon + leaseMs);
      expect(await quick.do('take')).toEqual([
        ['a', true],
        ['b', true],
      ]);
      const before = await itemsNow();
      const refused = [
        ['a', false],
        ['b', false],
      ];
      expect(await slow.do(step)).toEqual(refused);
      expect(await itemsNow()).toEqual(before);
      expect(await quick.do('settle')).toEqual([
        ['a', true],
        ['b', true],
      ]);
      expect(await slow.do(step)).toEqual(refused);
      expect(await stateOfAll()).toEqual(['acknowledged 1', 'acknowledged 1']);
    },
  );

  test('one that renews its lease keeps its work', async () => {
    const [one, other] = [new Worker('one'), new Worker('other')];
    await one.do('take');
    for (let elapsed = 40_000; elapsed <= 200_000; elapsed += 40_000) {
      clock.set(noon + elapsed);
      await one.do('renew');
      expect(await other.do('take')).toEqual([]);
    }
    expect(await one.do('settle')).toEqual([
      ['a', true],
      ['b', true],
    ]);
  });

  test('what a killed one was working on is taken over when its lease has ended, and is uncertain', async () => {
    const [killed, other] = [new Worker('killed'), new Worker('other')];
    await killed.do('take');
    await killed.do('begin');
    await killed.kill();
    clock.set(noon + leaseMs - 1);
    expect(await other.do('take')).toEqual([]);
    clock.set(noon + leaseMs);
    expect(await other.do('take')).toEqual([
      ['a', true],
      ['b', true],
    ]);
    await other.do('settle');
    expect(await stateOfAll()).toEqual(['acknowledged 1', 'acknowledged 1']);
  });
});
