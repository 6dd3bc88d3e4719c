import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { systemClock } from '../../../input/contract/clock.ts';
import { fileOutput } from '../../../input/outputs/file/file-output.ts';
import { openState } from '../../../input/runtime/open-state.ts';
import { compiledScripts } from '../../compiled-scripts.ts';
import { recordingLog, seededRandom, temporaryFolder } from '../../state/state-folder.ts';
import { documentOf, keyOf } from './crash-records.ts';
import { filesIn, idsIn } from './file-fixture.ts';

const count = 12_000;
const kills = 15;
const documents = Array.from({ length: count }, (_, n) => documentOf(n));
const seed = Math.trunc(Math.random() * 2 ** 31);

interface Kill {
  readonly afterMs: number;
  /** The event from which time is counted: the first acknowledgement, or the start of the process. */
  readonly from: 'acknowledgement' | 'start';
}

/** Runs the writer, for a while or to its end; returns the Ids that it reported as acknowledged. */
async function runWriter(
  folder: string,
  run: number,
  kill?: Kill,
  onAcknowledged = () => {},
): Promise<string[]> {
  const script = join(import.meta.dirname, 'crash-writer.ts');
  const child = spawn(process.execPath, [script, folder, String(count), String(seed + run)], {
    env: { ...process.env, ...compiledScripts },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let acknowledged = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    acknowledged += text;
    onAcknowledged();
  });
  const exited = once(child, 'close');
  if (kill) {
    if (kill.from === 'acknowledgement') await Promise.race([once(child.stdout, 'data'), exited]);
    await delay(kill.afterMs);
    child.kill('SIGKILL');
  }
  await exited;
  if (!kill) expect(child.exitCode).toBe(0);
  return acknowledged.split('\n').slice(0, -1);
}

/** Opens ledger and files again, which repairs them, and returns what they hold. */
async function readStore(folder: string): Promise<{ inFiles: string[]; inLedger: string[] }> {
  const log = recordingLog();
  const ledger = await openState({ folder: join(folder, 'state'), clock: systemClock, log });
  const output = fileOutput(
    { path: join(folder, 'events') },
    { ledger: ledger.delivery, clock: systemClock, log },
  );
  await output.open(new AbortController().signal);
  const seen = await ledger.delivery.findSeen(documents.map(keyOf));
  await output.close();
  await ledger.close();
  const inLedger = documents.filter((_, index) => seen[index] === 1).map(({ id }) => id);
  return { inFiles: idsIn(join(folder, 'events')).toSorted(), inLedger: inLedger.toSorted() };
}

test(`ledger and files agree after ${kills} kills at random instants, once with the ledger lost (seed ${seed})`, async () => {
  using folder = temporaryFolder();
  const random = seededRandom(seed);
  const acknowledged = new Set<string>();
  let partial = 0;
  for (let run = 0; run < kills; run += 1) {
    const kill: Kill =
      random() < 0.3
        ? { from: 'start', afterMs: random() * 400 }
        : { from: 'acknowledgement', afterMs: random() * 70 };
    for (const id of await runWriter(folder.path, run, kill)) {
      expect(acknowledged.has(id)).toBe(false);
      acknowledged.add(id);
    }
    if (run === 7) rmSync(join(folder.path, 'state'), { recursive: true });
    const { inFiles, inLedger } = await readStore(folder.path);
    expect(new Set(inFiles).size).toBe(inFiles.length);
    expect(inLedger).toEqual(inFiles);
    const kept = new Set(inFiles);
    expect([...acknowledged].filter((id) => !kept.has(id))).toEqual([]);
    if (inFiles.length > acknowledged.size) partial += 1;
  }
  await runWriter(folder.path, kills);
  const { inFiles } = await readStore(folder.path);
  expect(inFiles).toEqual(documents.map(({ id }) => id).toSorted());
  // The test shows something only when a kill hit the time between a write and its acknowledgement.
  expect(partial).toBeGreaterThan(0);
});

test('files that another process moves away while they are written hold every acknowledged document, once', async () => {
  using folder = temporaryFolder();
  const events = join(folder.path, 'events');
  let moves = 0;
  const acknowledged = await runWriter(folder.path, 100, undefined, () => {
    const [file] = existsSync(events) ? filesIn(events) : [];
    if (file === undefined) return;
    moves += 1;
    renameSync(file, `${file}.${moves}`);
  });
  const found = readdirSync(events)
    .filter((name) => name.includes('.ndjson'))
    .flatMap((name) => readFileSync(join(events, name), 'utf8').split('\n').slice(0, -1))
    .map((line) => String(JSON.parse(line)._id));
  expect(found.toSorted()).toEqual(documents.map(({ id }) => id).toSorted());
  expect(acknowledged.toSorted()).toEqual(found.toSorted());
  expect(moves).toBeGreaterThan(0);
});
