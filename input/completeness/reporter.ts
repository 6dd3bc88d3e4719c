// The reporter sends one document for each tenant and content type at regular intervals, through the same output as the
// records: what became of everything that Microsoft listed. It never holds up collecting: a report that the output does
// not take is added to the next one.

import type { Clock } from '../contract/clock.ts';
import { describeError } from '../contract/errors.ts';
import type { Feed } from '../contract/feed.ts';
import type { Logger } from '../contract/logger.ts';
import type { Output, OutputDocument } from '../contract/output.ts';
import type { State, WorkItem } from '../contract/state.ts';
import { isoTime } from '../contract/time.ts';
import { type FeedInterval, type Identity, writeCollectionDocument } from './collection-document.ts';
import type { CompletenessTally, Interval } from './tally.ts';

export interface ReportedFeed {
  readonly feed: Feed;
  readonly tenantName: string | undefined;
}

export interface CompletenessOptions {
  /** It is asked again for each report, because a tenant given by its domain gets its id only once it was asked. */
  readonly feeds: () => readonly ReportedFeed[];
  readonly intervalMs: number;
  readonly identity: Identity;
  readonly tally: CompletenessTally;
  readonly state: Pick<State, 'checkpoints' | 'work' | 'delivery' | 'rememberedSince'>;
  /** The output is open already, and whoever opened it closes it. */
  readonly output: Output;
  readonly clock: Clock;
  readonly log: Logger;
  /** Once this signal aborts, the output is not waited for any more. */
  readonly end?: AbortSignal | undefined;
}

export interface CompletenessReporter {
  /** Resolves when the signal has aborted and the last interval is reported or given up. Never rejects. */
  run(stop: AbortSignal): Promise<void>;
  /** Reports now. Resolves to false when the output did not take the documents. */
  report(): Promise<boolean>;
}

const reportedUntil = 'completeness_reported_until';
/** The longest wait, in milliseconds, for an output that takes nothing. */
const patienceMs = 30_000;
/** So many documents are made and delivered at once: with thousands of feeds all of them would take many megabytes. */
const portionFeeds = 500;

export function completenessReporter(options: CompletenessOptions): CompletenessReporter {
  const { clock, log, intervalMs } = options;
  const started = clock.now();
  let silent = false;

  async function report(): Promise<boolean> {
    try {
      const to = clock.now();
      const feeds = options.feeds();
      let refusal: Error | undefined;
      for (let at = 0; at < feeds.length; at += portionFeeds) {
        const portion = feeds.slice(at, at + portionFeeds);
        const refused = await reportPortion(options, portion, { started, to });
        refusal ??= refused;
      }
      if (refusal) throw refusal;
      if (silent) log.info({}, 'The completeness of the collection is reported again.');
      silent = false;
      return true;
    } catch (error) {
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

interface Times {
  readonly started: number;
  readonly to: number;
}

interface Round extends ReportedFeed, Times {
  readonly interval: Interval;
}

/**
 * Resolves with the refusal where the output refuses one of the documents, and rejects where it takes none. In both cases
 * what was counted counts for the next report.
 */
async function reportPortion(
  options: CompletenessOptions,
  feeds: readonly ReportedFeed[],
  times: Times,
): Promise<Error | undefined> {
  const { tally, state, identity } = options;
  const reported: { readonly feed: Feed; readonly interval: Interval }[] = [];
  const putBack = () => {
    for (const { feed, interval } of reported) tally.putBack(feed, interval);
  };
  try {
    const documents: OutputDocument[] = [];
    for (const each of feeds) {
      const interval = tally.take(each.feed);
      reported.push({ feed: each.feed, interval });
      const collected = await collect(options, { ...each, ...times, interval });
      documents.push(writeCollectionDocument(collected, identity));
    }
    const refusal = await deliver(options, documents);
    if (refusal) putBack();
    else for (const { feed } of feeds) await state.checkpoints.set(feed, reportedUntil, isoTime(times.to));
    return refusal;
  } catch (error) {
    putBack();
    throw error;
  }
}

async function collect({ state, tally }: CompletenessOptions, round: Round): Promise<FeedInterval> {
  const { feed, tenantName, interval, started, to } = round;
  const last = Date.parse((await state.checkpoints.get(feed, reportedUntil)) ?? '');
  const from = Number.isNaN(last) ? started : Math.min(last, to);
  const since = state.rememberedSince(to);
  // As far ahead as back: the service's clock may be ahead of ours.
  const [past, future] = [since, 2 * to - since].map((time) => isoTime(time));
  const { work } = state;
  const lost = (interval.counts.get('items_lost') ?? 0) > 0;
  return {
    feed,
    tenantName,
    from,
    to,
    interval,
    blobs: await work.countByState(feed),
    lostReasons: lost ? await reasonsOf(work.between(feed, past ?? '', future ?? '')) : [],
    gaps: await work.gapsBetween(feed, past ?? '', future ?? ''),
    newestRecord: tally.newestRecord(feed),
    health: tally.health(feed),
    credential: tally.credentialOf(feed),
  };
}

async function reasonsOf(items: AsyncIterable<WorkItem>): Promise<string[]> {
  const reasons = new Set<string>();
  for await (const { state, reason } of items)
    if (reason !== undefined && (state === 'expired' || state === 'poisoned')) reasons.add(reason);
  return [...reasons].toSorted();
}

async function deliver(
  { output, state, clock, end }: CompletenessOptions,
  documents: readonly OutputDocument[],
): Promise<Error | undefined> {
  const patience = new AbortController();
  const signal = end ? AbortSignal.any([patience.signal, end]) : patience.signal;
  const written = output.write(documents, { signal, uncertain: false });
  const waiting = clock.sleep(patienceMs, patience.signal).then(
    () => patience.abort(new Error(`${output.name} did not take it in time`)),
    () => undefined,
  );
  try {
    const { rejected, fileLength } = await written;
    if (fileLength) await state.delivery.commit({ keys: [], fileLength });
    const [first] = rejected;
    return first && new Error(`${output.name} refuses it: ${first.reason}`);
  } finally {
    patience.abort();
    await waiting;
  }
}
