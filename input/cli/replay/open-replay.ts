// Opens everything that a replay needs: the state folder for itself, the outputs, and the parts that a collector
// delivers with.

import type { BatchCounts } from '../../contract/batch-counts.ts';
import { addCounts } from '../../contract/batch-counts.ts';
import { systemClock } from '../../contract/clock.ts';
import type { Batch, Source } from '../../contract/source.ts';
import type { DeliveryLedger, WorkLedger } from '../../contract/state.ts';
import { requireFolder } from '../../files/owned-files.ts';
import { deliverStream, openParts } from '../../runtime/open-parts.ts';
import { openState } from '../../runtime/open-state.ts';
import type { Policy, StreamPolicy } from '../../settings/policy/policy.ts';
import { bringReadingKey } from '../../settings/policy/reading-key.ts';
import type { OpeningEnvironment } from '../../sources/source-kind.ts';
import { createTelemetry } from '../../telemetry/telemetry.ts';
import { openCommandLog } from '../terminal/command-log.ts';
import { type Interruption, listenForInterruption } from '../terminal/interruption.ts';
import { readVersion } from '../version.ts';

export interface Replay extends AsyncDisposable {
  readonly work: WorkLedger;
  readonly signals: Interruption;
  /** Delivers everything the source yields to the output of the stream. */
  deliver(
    stream: StreamPolicy,
    open: (environment: OpeningEnvironment) => Source,
    options: DeliverOptions,
  ): Promise<BatchCounts>;
}

interface DeliverOptions {
  /** Delivers also what the ledger knows as delivered. An Elasticsearch is asked first what it has. */
  readonly again: boolean;
}

/** Throws an OperatorError where there is no state folder, while a collector has it, or where no output can be opened. */
export async function openReplay(policy: Policy, streams: readonly StreamPolicy[]): Promise<Replay> {
  const folder = policy.process.stateFolder;
  requireFolder(folder, 'state folder');
  const log = openCommandLog(policy.process.logLevel);
  const clock = systemClock;
  await using opening = new AsyncDisposableStack();
  const signals = opening.use(listenForInterruption());
  const giveUp = signals.abandon;
  const state = await openState({ folder, clock, log, giveUp });
  opening.defer(() => state.close());
  const telemetry = createTelemetry({ clock, version: readVersion() });
  const { process } = policy;
  const options = {
    process,
    version: readVersion(),
    once: policy.once,
    needsOutput: true,
    looksWithReadingKey: true,
    signals,
    telemetry,
    log,
    clock,
  };
  const { outputs, shared } = await openParts({ ...options, random: Math.random }, state, opening);
  const wanted = new Set(streams.map(({ output }) => output));
  const keyed = [...wanted].map((output) => bringReadingKey(output, policy));
  await outputs.open(keyed, signals.stop);
  const open = opening.move();
  return {
    work: state.work,
    signals,
    async deliver(stream, openSource, { again }) {
      const totals = new Totals();
      const held = outputs.get(stream.output.name);
      if (!held) throw new Error(`no output was opened for the stream at ${stream.definedAt}`);
      await deliverStream(stream, held, shared, {
        signals,
        open: (given) => totals.count(openSource(given)),
        memory: again ? withoutMemory(state.delivery) : undefined,
      });
      return totals.counts;
    },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}

/** Remembers what is delivered, and has never seen anything. */
function withoutMemory(ledger: DeliveryLedger): DeliveryLedger {
  return {
    findSeen: async (keys) => new Uint8Array(keys.length),
    commit: (entry) => ledger.commit(entry),
    fileLengths: () => ledger.fileLengths(),
    forgetFiles: (files) => ledger.forgetFiles(files),
    remember: (keys) => ledger.remember(keys),
    identity: ledger.identity,
    doubtfulDocuments: () => ledger.doubtfulDocuments(),
    noteIndex: (stream, index) => ledger.noteIndex(stream, index),
    lastIndex: (stream) => ledger.lastIndex(stream),
    indexBefore: (stream, mark) => ledger.indexBefore(stream, mark),
    findOpen: (ids) => ledger.findOpen(ids),
    beginAttempt: (ids) => ledger.beginAttempt(ids),
    unrecorded: ledger.unrecorded,
    uncleanStart: ledger.uncleanStart,
  };
}

class Totals {
  counts: BatchCounts = { delivered: 0, duplicate: 0, deadLettered: 0 };

  count(source: Source): Source {
    const each = (batch: Batch) => this.#countBatch(batch);
    return {
      async *batches(signal) {
        for await (const batch of source.batches(signal)) yield each(batch);
      },
    };
  }

  #countBatch(batch: Batch): Batch {
    return {
      ...batch,
      settle: async (counts) => {
        this.counts = addCounts(this.counts, counts);
        await batch.settle(counts);
      },
    };
  }
}
