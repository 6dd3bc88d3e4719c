import { afterEach, describe, expect, test } from '@jest/globals';
import { type Emulator, startEmulator } from '../../input/emulator/index.ts';
import {
  chooseSeed,
  compare,
  makeWorkplace,
  nothingAmiss,
  readDelivered,
  runProgram,
  seededRandom,
  startProgram,
  streamFor,
  until,
  type Workplace,
} from './harness.ts';

const kills = 50;

let emulator: Emulator | undefined;
let place: Workplace | undefined;

afterEach(async () => {
  await emulator?.close();
  await place?.remove();
});

function expectedIds(from: Emulator): string[] {
  return [...from.distinctIds()].map(({ id }) => id);
}

/** Resolves at the nth request from now, or when the program ended by itself. */
async function untilRequest(from: Emulator, count: number, program: ReturnType<typeof startProgram>) {
  const target = from.requests.counts().total + count;
  await until(() => from.requests.counts().total >= target || program.child.exitCode !== null);
}

describe('a collector that is killed again and again', () => {
  test('delivers every record to its files exactly once', async () => {
    const seed = chooseSeed();
    console.info(`seed ${seed}`);
    const random = seededRandom(seed);
    emulator = await startEmulator({
      seed,
      tenants: [
        {
          content: {
            records: 12_000,
            recordsPerBlob: 25,
            // All within the two hours that every run lists again: older content that shows late waits for the daily listing.
            days: 1 / 16,
            habits: {
              lateBlobs: 0.05,
              repeatedRecords: 0.05,
              listedTwice: 0.05,
              emptyPages: 0.1,
              oldPaths: 0.2,
            },
          },
        },
      ],
      startCooldown: 'off',
      faults: [
        { match: { operation: 'blob', rate: 0.05 }, fault: { kind: 'reset', when: 'in-body', bytes: 9_000 } },
        {
          match: { operation: 'blob', rate: 0.05 },
          fault: { kind: 'truncate', bytes: 7_000, declares: 'what-comes' },
        },
        { match: { operation: 'content', rate: 0.05 }, fault: { kind: 'af', code: 'AF50000', status: 500 } },
      ],
    });
    place = await makeWorkplace({ streams: [streamFor(emulator, 0, { requests_per_minute: 100_000 })] });
    const run = ['run', '--policy', place.policy, '--once'];
    for (let kill = 0; kill < kills; kill += 1) {
      const program = startProgram(run);
      await untilRequest(emulator, 1 + Math.floor(random() * 40), program);
      program.child.kill('SIGKILL');
      await program.exit;
    }
    // Late content may show while the last run is on: it may be there, what showed before must be.
    const before = expectedIds(emulator);
    const last = await runProgram(run);
    expect({ code: last.code, printed: last.code === 0 ? '' : last.printed }).toEqual({
      code: 0,
      printed: '',
    });
    const delivered = await readDelivered(place.output);
    expect(compare(before, delivered).missing).toEqual([]);
    expect({ ...compare(expectedIds(emulator), delivered), missing: [] }).toEqual(nothingAmiss);
  }, 240_000);
});
