// A campaign of the whole program into files: it is killed at a random request again and again while the emulator
// breaks answers.

import { type Emulator, startEmulator } from '../../input/emulator/index.ts';
import {
  compare,
  makeWorkplace,
  readDelivered,
  runProgram,
  seededRandom,
  startProgram,
  streamFor,
  until,
} from '../end-to-end/harness.ts';
import type { Campaign, CampaignOptions, CampaignResult } from './campaign.ts';

export const killFiles: Campaign = {
  about: 'to local files, killed at random while answers break off: every record there once',
  rounds: { long: 200, short: 15 },
  run: killAgainAndAgain,
};

async function killAgainAndAgain({ seed, rounds: kills }: CampaignOptions): Promise<CampaignResult> {
  const emulator = await startFaultyEmulator(seed, kills);
  const workplace = await makeWorkplace({
    streams: [streamFor(emulator, 0, { requests_per_minute: 100_000 })],
  });
  try {
    const run = ['run', '--policy', workplace.policy, '--once'];
    const random = seededRandom(seed);
    for (let kill = 0; kill < kills; kill += 1) {
      const program = startProgram(run);
      await untilRequest(emulator, 1 + Math.floor(random() * 40), program);
      program.child.kill('SIGKILL');
      await program.exit;
    }
    // Late content may become available during the last run: it may be delivered, and what was available before must
    // be.
    const before = expectedIds(emulator);
    const { code, printed } = await runProgram(run);
    const delivered = await readDelivered(workplace.output);
    const { missing } = compare(before, delivered);
    return {
      ...compare(expectedIds(emulator), delivered),
      missing,
      code,
      printed: code === 0 ? '' : printed,
      figures: [`${kills} kills`, `${delivered.length} documents`],
    };
  } finally {
    await emulator.close();
    await workplace.remove();
  }
}

/** There are enough records for work to be left after each kill. */
function startFaultyEmulator(seed: number, kills: number): Promise<Emulator> {
  return startEmulator({
    seed,
    tenants: [
      {
        content: {
          records: 240 * kills,
          recordsPerBlob: 25,
          // All content is within the two hours that every run lists again: older content that becomes available late
          // waits for the daily listing.
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
}

function expectedIds(from: Emulator): string[] {
  return [...from.distinctIds()].map(({ id }) => id);
}

/** Resolves at the nth request from now, or when the program ended by itself. */
async function untilRequest(from: Emulator, count: number, program: ReturnType<typeof startProgram>) {
  const target = from.requests.counts().total + count;
  await until(() => from.requests.counts().total >= target || program.child.exitCode !== null);
}
