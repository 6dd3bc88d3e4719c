// The command `m365 state rebuild`: after the ledger was lost, it reads the Ids of delivered records back from where
// they went.

import { systemClock } from '../../contract/clock.ts';
import type { Logger } from '../../contract/logger.ts';
import type { RecordKey, State } from '../../contract/state.ts';
import { createOutput } from '../../outputs/create-output.ts';
import { connect } from '../../outputs/elasticsearch/connect/connection.ts';
import type { ElasticsearchOptions } from '../../outputs/elasticsearch/connect/options.ts';
import { recentIds } from '../../outputs/elasticsearch/stored/stored-ids.ts';
import type { OutputPolicy } from '../../outputs/output-policy.ts';
import { openState } from '../../runtime/open-state.ts';
import type { Policy } from '../../settings/policy/policy.ts';
import { withReadingKeys } from '../../settings/policy/reading-key.ts';
import { explainUnreadable } from '../../setup/api-key.ts';
import { dataStreamsOf, tenantsOf } from '../choose-streams.ts';
import { loadCollectedPolicy, type PolicyFlags } from '../policy-flag.ts';
import { openCommandLog } from '../terminal/command-log.ts';
import { listenForInterruption } from '../terminal/interruption.ts';
import { printText } from '../terminal/terminal.ts';
import { printWhetherNew } from './move-state.ts';

export async function rebuildState(flags: PolicyFlags): Promise<void> {
  const policy = withReadingKeys(await loadCollectedPolicy(flags));
  const log = openCommandLog(policy.process.logLevel);
  using signals = listenForInterruption();
  printWhetherNew(policy.process.stateFolder);
  const folder = policy.process.stateFolder;
  const state = await openState({ folder, clock: systemClock, log });
  // Some documents cannot be read back, such as one with another time than its record: the next start must doubt.
  state.doubtNextStart();
  try {
    for (const output of policy.outputs)
      await rebuildFrom(output, { policy, state, log, signal: signals.stop });
  } finally {
    await state.close();
  }
}

interface Rebuilding {
  readonly policy: Policy;
  readonly state: State;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

async function rebuildFrom(output: OutputPolicy, rebuilding: Rebuilding): Promise<void> {
  switch (output.type) {
    case 'elasticsearch':
      return rebuildFromElasticsearch(output, output.options, rebuilding);
    case 'file':
      return rebuildFromFiles(output, rebuilding);
    case 'console':
      return printText(`${output.name}: what was printed cannot be read back.`);
  }
}

async function rebuildFromElasticsearch(
  output: OutputPolicy,
  options: ElasticsearchOptions,
  { policy, state, signal }: Rebuilding,
): Promise<void> {
  const connection = await connect(options);
  const sinceMs = state.rememberedSince(systemClock.now());
  try {
    for (const dataStream of dataStreamsOf(policy, output)) {
      const recent = { sinceMs, tenants: tenantsOf(policy, dataStream) };
      const found = countAlong(recentIds(connection, dataStream, recent, signal), dataStream);
      const read = await state.delivery.remember(found).catch((error: unknown) => {
        throw explainUnreadable(error, dataStream);
      });
      printText(`${dataStream}: ${read} recent Ids were read back.`);
    }
  } finally {
    await connection.close();
  }
}

async function* countAlong(keys: AsyncIterable<RecordKey>, dataStream: string): AsyncGenerator<RecordKey> {
  let count = 0;
  for await (const key of keys) {
    yield key;
    count += 1;
    if (count % 1_000_000 === 0) process.stderr.write(`${dataStream}: ${count} Ids …\n`);
  }
}

/** Opening the output does it: whatever stands in its files and not in the ledger is taken over. */
async function rebuildFromFiles(policy: OutputPolicy, { state, log, signal }: Rebuilding): Promise<void> {
  const ledger = state.delivery;
  const telemetry = { report: () => undefined, count: () => undefined, lag: () => undefined };
  const output = createOutput(policy, {
    ...{ clock: systemClock, random: Math.random, ledger, log, telemetry },
    rememberedSince: (now) => state.rememberedSince(now),
  });
  await output.open(signal);
  await output.close();
  printText(`${policy.name}: the Ids in its files are in the ledger.`);
}
