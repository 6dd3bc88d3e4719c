// Measures whether Microsoft's budgets or the collector bound a collection: the emulator keeps the published limits, and both
// run on one clock that goes on only when nothing is left to do. So its time is spent by waiting for the budgets alone, and the
// CPU time beside it, the emulator's included, says how much faster the collector could be.

import type { LoggedRequest } from '../../input/emulator/server/request-log.ts';
import { logTypes } from '../../input/sources/graph/log-types/index.ts';
import { compare } from '../end-to-end/harness.ts';
import { everyLog, readIds, truthOf } from '../sources/graph/harness.ts';
import { openPacedRun } from '../sources/graph/paced-run.ts';

const minuteMs = 60_000;
const steadyMs = 60 * minuteMs;
const kinds = logTypes.map(({ kind }) => kind);

/** As Microsoft publishes them for a tenant; of several, the one that is reached first. */
const published: Readonly<Record<string, { readonly requests: number; readonly inMs: number }>> = {
  reports: { requests: 5, inMs: 10_000 },
  'identity protection': { requests: 1, inMs: 1_000 },
  security: { requests: 150, inMs: minuteMs },
  'service communications': { requests: 800, inMs: 60 * minuteMs },
  'message trace': { requests: 100, inMs: 5 * minuteMs },
};

/** All log types of one tenant, as far back as thirty days. */
export async function measureBacklog(records: number): Promise<void> {
  await using bench = await openPacedRun({
    graph: everyLog({ records, days: 29.9, latencyMs: 10 * minuteMs }),
    kinds,
  });
  const used = process.cpuUsage();
  const begun = bench.clock.now();
  await bench.collectOnce();
  const { user, system } = process.cpuUsage(used);
  const minutes = (bench.clock.now() - begun) / minuteMs;
  const asked = [...bench.emulator.requests.entries()];
  // What changed meanwhile is for the next poll.
  bench.clock.advance(180 * minuteMs);
  await bench.collectOnce();
  const { missing, doubled } = compare(truthOf(bench.emulator), readIds(bench.place.output));
  console.log(
    `backlog of 30 days: ${records} records of each log in ${minutes.toFixed(0)} minutes of the budgets' time and ${((user + system) / 1e6).toFixed(0)} CPU s, the emulator's included; ${missing.length} missing, ${doubled.length} doubled`,
  );
  describeBudgets(asked);
}

/** What the default interval asks for, over an hour, once the first polls are over. */
export async function measureSteadyState(): Promise<void> {
  await using bench = await openPacedRun({ graph: everyLog({ records: 0, ratePerMinute: 10 }), kinds });
  await bench.follow(async () => {
    await bench.clock.pass(20 * minuteMs);
    bench.emulator.requests.reset();
    await bench.clock.pass(steadyMs);
  });
  console.log('steady state, at the default interval, 10 records a minute of each log:');
  describeBudgets(bench.emulator.requests.entries(), steadyMs);
}

/** `lastsMs` is how long the requests were counted; without it, from the first of a budget to its last. */
function describeBudgets(entries: readonly LoggedRequest[], lastsMs?: number): void {
  for (const [budget, { requests, inMs }] of Object.entries(published)) {
    const names = new Set(
      logTypes.filter((each) => each.budget === budget).flatMap((each) => each.feedNames),
    );
    const asked = entries.filter(({ contentType }) => names.has(contentType ?? ''));
    const times = asked.map(({ at }) => Date.parse(at));
    const lasted = Math.max(lastsMs ?? (times.at(-1) ?? 0) - (times[0] ?? 0), 1000);
    const refused = asked.filter(({ status }) => status === 429).length;
    const share = (times.length / ((lasted / inMs) * requests)) * 100;
    console.log(
      `  ${budget.padEnd(23)} ${String(times.length).padStart(5)} requests in ${(lasted / minuteMs).toFixed(1)} min, ${share.toFixed(0)} % of what the budget allows in that time; at most ${mostWithin(times, inMs)} of ${requests} in ${inMs / 1000} s; ${refused} refused`,
    );
  }
}

function mostWithin(times: readonly number[], ms: number): number {
  let [most, first] = [0, 0];
  for (const [last, time] of times.entries()) {
    while ((times[first] ?? time) <= time - ms) first += 1;
    most = Math.max(most, last - first + 1);
  }
  return most;
}
