// A campaign of every log type of Graph into files: the program is killed at random requests while answers break off, tokens
// and pages expire, records show late, listings are unstable, and time goes on.

import { type Emulator, startEmulator } from '../../input/emulator/index.ts';
import { compare, seededRandom, until } from '../end-to-end/harness.ts';
import {
  everyLog,
  everyStream,
  makeGraphWorkplace,
  readIds,
  runGraph,
  startGraph,
  statesOf,
  truthOf,
} from '../sources/graph/harness.ts';
import type { Campaign, CampaignOptions, CampaignResult } from './campaign.ts';

export const killGraph: Campaign = {
  about:
    'every log type of Graph, killed at random while pages die and records show late: every record there once',
  rounds: { long: 100, short: 4 },
  run: killAgainAndAgain,
};

const minute = 60_000;

async function killAgainAndAgain({ seed, rounds: kills }: CampaignOptions): Promise<CampaignResult> {
  const emulator = await startFaulty(seed);
  const place = await makeGraphWorkplace(everyStream(emulator));
  const run = ['run', '--once', '--policy', place.policy];
  const random = seededRandom(seed);
  const seen = new Set<string>();
  try {
    for (let kill = 0; kill < kills; kill += 1) {
      const program = startGraph(...run);
      const target = emulator.requests.counts().total + 2 + Math.floor(random() * 120);
      await until(() => emulator.requests.counts().total >= target || program.child.exitCode !== null);
      program.child.kill('SIGKILL');
      await program.exit;
      emulator.advance(Math.floor(random() * 20) * minute);
    }
    await runGraph(...run);
    // By then even the second look at what is new is over, and all that is late has shown.
    emulator.advance(26 * 60 * minute);
    const { code, printed } = await runGraph(...run);
    const wanted = truthOf(emulator);
    const delivered = readIds(place.output);
    const states = statesOf(emulator);
    for (const id of delivered) if (!states.has(id)) seen.add(id);
    const { missing, doubled } = compare(wanted, delivered);
    const requests = emulator.requests.counts().total;
    return {
      ...{ missing, doubled, unknown: [...seen], code },
      printed: code === 0 ? '' : printed,
      figures: [`${kills} kills`, `${delivered.length} documents`, `${requests} requests`],
    };
  } finally {
    await emulator.close();
    await place.remove();
  }
}

function startFaulty(seed: number): Promise<Emulator> {
  return startEmulator({
    seed,
    frozen: true,
    graph: { pageSize: 40 },
    tokenLifetimeSeconds: 1800,
    tenants: [
      {
        graph: everyLog({
          records: 600,
          days: 1,
          ratePerMinute: 0.2,
          latencyMs: 10 * minute,
          late: 0.1,
          unstable: 0.1,
        }),
      },
    ],
    faults: [
      {
        match: { operation: 'graph', path: 'skiptoken', rate: 0.01, seed },
        fault: {
          kind: 'status',
          status: 400,
          body: '{"error":{"code":"BadRequest","message":"Skip token is null."}}',
        },
      },
      {
        match: { operation: 'graph', rate: 0.02, seed },
        fault: { kind: 'reset', when: 'in-body', bytes: 9_000 },
      },
      {
        match: { operation: 'graph', rate: 0.02, seed: seed + 1 },
        fault: { kind: 'truncate', bytes: 7_000, declares: 'what-comes' },
      },
      { match: { operation: 'graph', every: 397 }, fault: { kind: 'expired-token' } },
      {
        match: { operation: 'graph', rate: 0.002, seed: seed + 3 },
        fault: { kind: 'status', status: 429, headers: { 'Retry-After': '1' } },
      },
      { match: { operation: 'graph', rate: 0.005, seed: seed + 4 }, fault: { kind: 'status', status: 503 } },
    ],
  });
}
