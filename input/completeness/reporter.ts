// Ships, at regular intervals, what became of everything that Microsoft listed: one document for each tenant and content
// type, through the same output as the records. It never holds up collecting: a report that the output does not take
// is told with the next one.

import type { Clock } from '../contract/clock.ts';
import type {
  ContentLedger,
  DeliveryLedger,
  LedgerBlob,
  Logger,
  Output,
  OutputDocument,
} from '../contract/contract.ts';
import { describeError } from '../contract/errors.ts';
import type { Scope } from '../contract/scope.ts';
import { type Collected, type Identity, writeCollectionDocument } from './collection-document.ts';
import type { CompletenessTally, Interval } from './tally.ts';

export interface ReportedScope {
  readonly scope: Scope;
  readonly tenantName: string | undefined;
}

export interface CompletenessOptions {
  /** Asked anew for each report: a tenant given by its domain gets its id only once it was asked. */
  readonly scopes: () => readonly ReportedScope[];
  readonly intervalMs: number;
  readonly identity: Identity;
  readonly tally: CompletenessTally;
  readonly ledger: ContentLedger & Pick<DeliveryLedger, 'commit'>;
  /** Open already; closed by whoever opened it. */
  readonly output: Output;
  readonly clock: Clock;
  readonly log: Logger;
  /** Once it aborts, the output is not waited for any more. */
  readonly end?: AbortSignal | undefined;
}

export interface CompletenessReporter {
  /** Resolves when the signal has aborted and the last interval is told, or given up. Never rejects. */
  run(stop: AbortSignal): Promise<void>;
  /** One round now. False when the output did not take it. */
  report(): Promise<boolean>;
}

const reportedUntil = 'completeness_reported_until';
/** As long as the ledger keeps blobs. */
const memoryMs = 8 * 24 * 3_600_000;
/** An output that takes nothing is not waited for longer than this. */
const patienceMs = 30_000;

export function completenessReporter(options: CompletenessOptions): CompletenessReporter {
  const { clock, log, intervalMs } = options;
  const started = clock.now();
  let silent = false;

  async function report(): Promise<boolean> {
    const told: { readonly scope: Scope; readonly interval: Interval }[] = [];
    try {
      const documents: OutputDocument[] = [];
      const to = clock.now();
      const scopes = options.scopes();
      for (const each of scopes) {
        const interval = options.tally.take(each.scope);
        told.push({ scope: each.scope, interval });
        const collected = await collect(options, { ...each, interval, started, to });
        documents.push(writeCollectionDocument(collected, options.identity));
      }
      await deliver(options, documents);
      for (const { scope } of scopes)
        await options.ledger.setFact(scope, reportedUntil, new Date(to).toISOString());
      if (silent) log.info({}, 'The completeness of the collection is reported again.');
      silent = false;
      return true;
    } catch (error) {
      for (const { scope, interval } of told) options.tally.putBack(scope, interval);
      if (!silent)
        log.warn({}, `The completeness of the collection is not reported: ${describeError(error)}`);
      silent = true;
      return false;
    }
  }

  return {
    report,
    async run(stop) {
      for (let last = false; !last; ) {
        await clock.sleep(intervalMs, stop).catch(() => undefined);
        last = stop.aborted;
        await report();
      }
    },
  };
}

interface Round extends ReportedScope {
  readonly interval: Interval;
  readonly started: number;
  readonly to: number;
}

async function collect({ ledger, tally }: CompletenessOptions, round: Round): Promise<Collected> {
  const { scope, tenantName, interval, started, to } = round;
  const last = Date.parse((await ledger.getFact(scope, reportedUntil)) ?? '');
  const from = Number.isNaN(last) ? started : Math.min(last, to);
  const [past, future] = [to - memoryMs, to + memoryMs].map((time) => new Date(time).toISOString());
  const lost = (interval.counts.get('blobs_lost') ?? 0) > 0;
  return {
    scope,
    tenantName,
    from,
    to,
    interval,
    blobs: await ledger.countByState(scope),
    lostReasons: lost ? reasonsOf(ledger.blobsBetween(scope, past ?? '', future ?? '')) : [],
    gaps: await ledger.gapsBetween(scope, past ?? '', future ?? ''),
    newestRecord: tally.newestRecord(scope),
    health: tally.health(scope),
    credential: tally.credentialOf(scope),
  };
}

function reasonsOf(blobs: Iterable<LedgerBlob>): string[] {
  const reasons = new Set<string>();
  for (const { state, reason } of blobs)
    if (reason !== undefined && (state === 'expired' || state === 'poisoned')) reasons.add(reason);
  return [...reasons].toSorted();
}

async function deliver(
  { output, ledger, clock, end }: CompletenessOptions,
  documents: readonly OutputDocument[],
) {
  if (documents.length === 0) return;
  const patience = new AbortController();
  const signal = end ? AbortSignal.any([patience.signal, end]) : patience.signal;
  const written = output.write(documents, { signal, uncertain: false });
  const waiting = clock.sleep(patienceMs, patience.signal).then(
    () => patience.abort(new Error(`${output.name} did not take it in time`)),
    () => undefined,
  );
  try {
    const { rejected, checkpoint } = await written;
    if (checkpoint) await ledger.commit({ keys: [], checkpoints: [checkpoint] });
    const [first] = rejected;
    if (first) throw new Error(`${output.name} refuses it: ${first.reason}`);
  } finally {
    patience.abort();
    await waiting;
  }
}
