// A campaign of every log type of Graph into files: the program is killed at random requests for each log in turn, while
// answers break off, tokens and pages expire, records show late, listings are unstable, and time goes on.

import { logKinds } from '../../input/emulator/apis/graph/records/index.ts';
import { type Emulator, startEmulator } from '../../input/emulator/index.ts';
import { compare, type Difference, seededRandom, until, type Workplace } from '../end-to-end/harness.ts';
import {
  compareOverviews,
  countOverviews,
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
/** A run may end before it comes to the request that it was to be killed at; it is begun again, but not for ever. */
const runsForAKill = 5;

async function killAgainAndAgain({ seed, rounds: kills }: CampaignOptions): Promise<CampaignResult> {
  const emulator = await startFaulty(seed);
  const place = await makeGraphWorkplace(everyStream(emulator));
  const run = ['run', '--once', '--policy', place.policy];
  const random = seededRandom(seed);
  const killed = new Map<string, number>();
  try {
    for (let kill = 0; kill < kills; kill += 1) {
      const { name: log = '', objects } = logKinds[kill % logKinds.length] ?? {};
      for (let runs = 0; runs < runsForAKill; runs += 1) {
        // A list without times is asked for once in a run: what it is killed in comes after that.
        const [request, later] =
          objects === undefined ? [1 + Math.floor(random() * 8), 0] : [1, random() * 12];
        const isKilled = await killAt(emulator, { log, request, later }, run);
        emulator.advance(Math.floor(random() * 20) * minute);
        if (!isKilled) continue;
        killed.set(log, (killed.get(log) ?? 0) + 1);
        break;
      }
    }
    await runGraph(...run);
    // By then even the second look at what is new is over, and all that is late has shown.
    emulator.advance(26 * 60 * minute);
    const { code, printed } = await runGraph(...run);
    return {
      ...judge(emulator, place),
      code,
      printed: code === 0 ? '' : printed,
      figures: figuresOf(killed),
    };
  } finally {
    await emulator.close();
    await place.remove();
  }

  function figuresOf(counts: ReadonlyMap<string, number>): string[] {
    const all = [...counts.values()].reduce((sum, each) => sum + each, 0);
    const each = [...counts].map(([log, count]) => `${log} ${count}`).join(', ');
    const documents = readIds(place.output).length + countOverviews(place.output);
    const requests = emulator.requests.counts().total;
    return [`${all} kills (${each})`, `${documents} documents`, `${requests} requests`];
  }
}

/** So many requests for a log, and then so many of any. */
interface KillPoint {
  readonly log: string;
  readonly request: number;
  readonly later: number;
}

/** False where the program ended before it. */
async function killAt(emulator: Emulator, { log, request, later }: KillPoint, run: readonly string[]) {
  const countOf = () => emulator.requests.counts().byContentType[log] ?? 0;
  const countAll = () => emulator.requests.counts().total;
  const target = countOf() + request;
  const program = startGraph(...run);
  const hasEnded = () => program.child.exitCode !== null;
  await until(() => countOf() >= target || hasEnded());
  const all = countAll() + later;
  await until(() => countAll() >= all || hasEnded());
  const isKilled = program.child.exitCode === null;
  program.child.kill('SIGKILL');
  await program.exit;
  return isKilled;
}

function judge(emulator: Emulator, place: Workplace): Difference {
  const delivered = readIds(place.output);
  const states = statesOf(emulator);
  const { missing, doubled } = compare(truthOf(emulator), delivered);
  const overviews = compareOverviews(emulator, place.output);
  return {
    missing: [...missing, ...overviews.missing],
    doubled: [...doubled, ...overviews.doubled],
    // Of an object that changes, every state that a poll saw is there.
    unknown: [...new Set(delivered.filter((id) => !states.has(id))), ...overviews.unknown],
  };
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
