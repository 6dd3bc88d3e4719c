// What every replay needs: the state folder for itself, the outputs open, and a collector that is fed with what is to
// be delivered again.

import { openMappers } from '../../../pipelines/index.ts';
import { byteBudget } from '../../concurrency/byte-budget.ts';
import { documentBuffers } from '../../concurrency/document-buffers.ts';
import { IdClaims } from '../../concurrency/id-claims.ts';
import { systemClock } from '../../contract/clock.ts';
import type { Logger } from '../../contract/logger.ts';
import type { Output } from '../../contract/output.ts';
import type { Batch, Source, SourceEnvironment } from '../../contract/source.ts';
import type { DeliveryLedger, Ledger } from '../../contract/state.ts';
import { requireFolder } from '../../files/owned-files.ts';
import { createOutput } from '../../outputs/create-output.ts';
import type { OutputPolicy } from '../../outputs/output-policy.ts';
import { carriedFacts } from '../../runtime/carried-facts.ts';
import { collect, slotsOf } from '../../runtime/collector.ts';
import type { Policy, StreamPolicy } from '../../settings/policy/policy.ts';
import { CommitQueue } from '../../state/commit-queue.ts';
import { openDeadLetters } from '../../state/dead-letters/dead-letters.ts';
import { openLedger } from '../../state/sqlite/sqlite-ledger.ts';
import { createTelemetry } from '../../telemetry/telemetry.ts';
import { openCommandLog } from '../terminal/command-log.ts';
import { type Interruption, listenForInterruption } from '../terminal/interruption.ts';
import { readVersion } from '../version.ts';

interface Totals {
  delivered: number;
  duplicate: number;
  deadLettered: number;
}

export interface ReplaySession extends AsyncDisposable {
  readonly environment: SourceEnvironment & { readonly ledger: Ledger };
  readonly signals: Interruption;
  /** Delivers everything the source yields to the output of the stream. */
  deliver(stream: StreamPolicy, source: Source, options: DeliverOptions): Promise<Totals>;
}

interface DeliverOptions {
  /** Delivers also what the ledger knows as delivered. An Elasticsearch is asked first what it has. */
  readonly again: boolean;
}

/** Throws an OperatorError where there is no state folder, or while a collector has it. */
export async function openReplay(policy: Policy): Promise<ReplaySession> {
  requireFolder(policy.process.stateFolder, 'state folder');
  const mapperOf = openMappers();
  const log = openCommandLog(policy.process.logLevel);
  const clock = systemClock;
  await using opening = new AsyncDisposableStack();
  const signals = opening.use(listenForInterruption());
  const kept = { folder: policy.process.stateFolder, clock, log, giveUp: signals.abandon };
  const ledger = await openLedger({ ...kept, carried: carriedFacts });
  opening.defer(() => ledger.close());
  const deadLetters = await openDeadLetters(kept);
  opening.defer(() => deadLetters.close());
  const telemetry = createTelemetry({ clock, version: readVersion() });
  const environment = {
    clock,
    random: Math.random,
    ledger,
    uncleanStart: ledger.uncleanStart,
    budget: byteBudget(policy.process.memoryBytes),
    deadLetters,
    telemetry,
    log,
  };
  const outputs = new OpenOutputs(environment, log, signals.stop);
  opening.defer(() => outputs.close());
  const openBuffer = documentBuffers(2 * policy.process.memoryBytes);
  const shared = { claims: new IdClaims(), deadLetters, openBuffer, telemetry, log, clock };
  const open = opening.move();
  return {
    environment,
    signals,
    async deliver(stream, source, { again }) {
      const totals: Totals = { delivered: 0, duplicate: 0, deadLettered: 0 };
      const delivery = again ? withoutMemory(ledger) : ledger;
      const output = await outputs.open(stream.output);
      await collect(
        {
          ...shared,
          ledger: delivery,
          commits: new CommitQueue(delivery),
          source: counting(source, totals),
          output,
          slots: slotsOf(output),
          mapper: mapperOf(stream.mapping.dataset),
          mapping: stream.mapping,
        },
        signals,
      );
      return totals;
    },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}

class OpenOutputs {
  readonly #parts: SourceEnvironment & { readonly ledger: Ledger };
  readonly #log: Logger;
  readonly #signal: AbortSignal;
  readonly #open = new Map<OutputPolicy, Output>();

  constructor(parts: SourceEnvironment & { readonly ledger: Ledger }, log: Logger, signal: AbortSignal) {
    this.#parts = parts;
    this.#log = log;
    this.#signal = signal;
  }

  async open(policy: OutputPolicy): Promise<Output> {
    const known = this.#open.get(policy);
    if (known) return known;
    const output = createOutput(policy, { ...this.#parts, log: this.#log, mayWait: false });
    await output.open(this.#signal);
    this.#open.set(policy, output);
    return output;
  }

  async close(): Promise<void> {
    for (const output of this.#open.values()) await output.close();
  }
}

/** Remembers what is delivered, and has never seen anything. */
function withoutMemory(ledger: DeliveryLedger): DeliveryLedger {
  return {
    findSeen: async (keys) => new Uint8Array(keys.length),
    commit: (entry) => ledger.commit(entry),
    checkpoints: () => ledger.checkpoints(),
    forgetCheckpoints: (files) => ledger.forgetCheckpoints(files),
    remember: (keys) => ledger.remember(keys),
    identity: ledger.identity,
    uncleanStart: ledger.uncleanStart,
  };
}

function counting(source: Source, totals: Totals): Source {
  return {
    async *batches(signal) {
      for await (const batch of source.batches(signal)) yield countBatch(batch, totals);
    },
  };
}

function countBatch(batch: Batch, totals: Totals): Batch {
  return {
    origin: batch.origin,
    records: batch.records,
    bytes: batch.bytes,
    uncertain: batch.uncertain,
    async settle(counts) {
      totals.delivered += counts.delivered;
      totals.duplicate += counts.duplicate;
      totals.deadLettered += counts.deadLettered;
      await batch.settle(counts);
    },
  };
}
