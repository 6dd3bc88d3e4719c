// `m365 replay content` and `replay window`: content blobs fetched from Microsoft once more, and delivered.

import { BatchQueue } from '../../concurrency/batch-queue.ts';
import { PrioritySemaphore } from '../../concurrency/priority-semaphore.ts';
import { describeError, OperatorError } from '../../contract/errors.ts';
import type { Feed } from '../../contract/feed.ts';
import type { Batch, Source } from '../../contract/source.ts';
import type { LedgerBlob, ListedBlob } from '../../contract/state.ts';
import { createDispatcher } from '../../http/dispatcher.ts';
import type { StreamPolicy } from '../../settings/policy/policy.ts';
import { hostsFor } from '../../sources/management-activity/api/clouds.ts';
import { fetchBlob, type Outcome } from '../../sources/management-activity/content/fetch-blob.ts';
import { Reservation } from '../../sources/management-activity/content/reservation.ts';
import { openStream } from '../../sources/management-activity/open-stream.ts';
import { ScopeStatus } from '../../sources/management-activity/scope-status.ts';
import type { ContentScope, Stream } from '../../sources/management-activity/stream.ts';
import { feedOf } from '../../sources/management-activity/stream.ts';
import { chooseStreams, nameTenant } from '../choose-streams.ts';
import { listContent } from '../microsoft.ts';
import { loadCollectedPolicy, type PolicyFlags, usage } from '../policy-flag.ts';
import { listedWindow } from '../read-time.ts';
import { say } from '../terminal/terminal.ts';
import { openReplay, type ReplaySession } from './replay-session.ts';

export interface ContentFlags extends PolicyFlags {
  readonly tenant?: string;
  readonly type?: string;
  /** Delivers also to outputs that cannot tell what they have. */
  readonly again?: boolean;
}

export interface WindowFlags extends ContentFlags {
  readonly from?: number;
  readonly to?: number;
}

/** Finds what to replay, for one tenant. */
type Choose = (stream: Stream, scopes: readonly ContentScope[], signal: AbortSignal) => AsyncIterable<Chosen>;

interface Chosen {
  readonly scope: ContentScope;
  readonly blob: ListedBlob;
}

/** True when it was delivered. */
export function replayContent(contentId: string, flags: ContentFlags): Promise<boolean> {
  return replay(flags, (stream, scopes) => findContent(stream, scopes, contentId, flags.type !== undefined));
}

/** True when everything in the window was. */
export async function replayWindow(flags: WindowFlags): Promise<boolean> {
  const now = Date.now();
  if (flags.from === undefined) throw usage('The window has no beginning.', 'Give --from, such as 24h.');
  const window = listedWindow({ from: flags.from, to: flags.to ?? now }, now);
  return replay(flags, async function* (stream, scopes, signal) {
    for (const scope of scopes)
      for await (const blob of listContent(stream, scope, window, signal)) yield { scope, blob };
  });
}

async function replay(flags: ContentFlags, choose: Choose): Promise<boolean> {
  const policy = await loadCollectedPolicy(flags, { once: true });
  const streams = chooseStreams(policy, flags.tenant);
  await using session = await openReplay(policy);
  let complete = true;
  let found = 0;
  for (const stream of streams) {
    const source = new ReplaySource(stream, session, flags.type, choose);
    // Only Elasticsearch can tell what it has; a file would get everything twice.
    const again = stream.output.type === 'elasticsearch' || (flags.again ?? false);
    const { delivered, duplicate, deadLettered } = await session.deliver(stream, source, { again });
    say(
      `${nameTenant(stream)}: ${source.done} content blobs; ${delivered} records delivered, ${duplicate} were there already, ${deadLettered} refused.`,
    );
    for (const failure of source.failures) say(`  not replayed: ${failure}`);
    found += source.done + source.failures.length;
    complete &&= source.failures.length === 0 && deadLettered === 0 && !session.signals.stop.aborted;
  }
  if (found === 0) throw nothingFound();
  return complete;
}

class ReplaySource implements Source {
  done = 0;
  readonly failures: string[] = [];
  readonly #stream: StreamPolicy;
  readonly #session: ReplaySession;
  readonly #type: string | undefined;
  readonly #choose: Choose;
  readonly #queue = new BatchQueue();

  constructor(stream: StreamPolicy, session: ReplaySession, type: string | undefined, choose: Choose) {
    this.#stream = stream;
    this.#session = session;
    this.#type = type;
    this.#choose = choose;
  }

  batches(signal: AbortSignal): AsyncIterable<Batch> {
    const { source } = this.#stream;
    const stop = new AbortController();
    const until = AbortSignal.any([signal, stop.signal]);
    const dispatcher = createDispatcher({ ...source.transport, connections: source.concurrentBlobs + 2 });
    const parts = {
      options: source,
      environment: this.#session.environment,
      hosts: hostsFor(source.cloud, source.hosts),
      dispatcher,
      turns: new PrioritySemaphore(this.#session.environment),
      giveUp: (error: OperatorError) => this.#queue.fail(error),
    };
    const work = openStream(parts, until)
      .then((stream) => this.#fetchAll(stream, until))
      .then(() => this.#queue.end())
      .catch((error: unknown) => (until.aborted ? this.#queue.end() : this.#queue.fail(error)));
    return this.#queue.drain(signal, async () => {
      stop.abort();
      await work;
      await dispatcher.destroy();
    });
  }

  async #fetchAll(stream: Stream, signal: AbortSignal): Promise<void> {
    const { telemetry, log } = stream.environment;
    const scopes = stream.options.contentTypes
      .filter((contentType) => this.#type === undefined || contentType === this.#type)
      .map((contentType): ContentScope => {
        const feed = feedOf(stream.tenantId, contentType);
        return { ...feed, status: new ScopeStatus(feed, telemetry, log) };
      });
    const running = new Set<Promise<void>>();
    for await (const chosen of this.#choose(stream, scopes, signal)) {
      if (running.size >= stream.options.concurrentBlobs) await Promise.race(running);
      if (signal.aborted) break;
      const fetching = this.#fetch(stream, chosen, signal).finally(() => running.delete(fetching));
      running.add(fetching);
    }
    await Promise.all(running);
  }

  /** Open in the ledger first: what is interrupted is fetched by the next run. */
  async #fetch(stream: Stream, { scope, blob }: Chosen, signal: AbortSignal): Promise<void> {
    const { ledger, clock, budget } = this.#session.environment;
    const mark = { late: true, backfill: true, listedAt: clock.now() };
    await ledger.list(scope, [blob], mark);
    await ledger.reset(scope, blob.contentId);
    const emit = (batch: Batch) => this.#queue.put(batch);
    const conclude = (outcome: Outcome) => this.#conclude(scope, blob, outcome);
    const reservation = await Reservation.make(budget, signal);
    const parts = {
      stream,
      scope,
      blob: asReplayed(scope, blob),
      canWait: true,
      reservation,
      emit,
      conclude,
    };
    await fetchBlob(parts, signal);
  }

  async #conclude(scope: Feed, blob: ListedBlob, { counts, error }: Outcome): Promise<void> {
    const { ledger, clock } = this.#session.environment;
    if (error === undefined) {
      // What is there may have come with another blob, which counts it.
      await ledger.acknowledge(scope, blob.contentId, { ...counts, there: 0 }, clock.now());
      this.done += 1;
      return;
    }
    await ledger.retryLater(scope, blob.contentId, clock.now(), describeError(error));
    this.failures.push(`${scope.name} ${blob.contentId}: ${describeError(error)}`);
  }
}

/** What was delivered before is not known here: the output is asked. */
function asReplayed(scope: Feed, blob: ListedBlob): LedgerBlob {
  return {
    ...scope,
    ...blob,
    state: 'listed',
    listedAt: '',
    attempts: 0,
    nextAttemptAt: 0,
    reason: undefined,
    late: true,
    backfill: true,
    uncertain: true,
    delivered: 0,
    duplicate: 0,
    deadLettered: 0,
  };
}

/** In the ledger; or, where that has forgotten it, taken at the operator's word. */
async function* findContent(
  stream: Stream,
  scopes: readonly ContentScope[],
  contentId: string,
  typeGiven: boolean,
): AsyncGenerator<Chosen> {
  const { ledger, clock } = stream.environment;
  const end = new Date(clock.now() + 86_400_000).toISOString();
  for (const scope of scopes)
    for (const blob of ledger.blobsBetween(scope, new Date(0).toISOString(), end))
      if (blob.contentId === contentId) return yield { scope, blob };
  const [only] = scopes;
  if (!typeGiven || !only) return;
  const now = new Date(clock.now()).toISOString();
  yield { scope: only, blob: { contentId, contentUri: '', contentCreated: now, contentExpiration: end } };
}

function nothingFound(): OperatorError {
  return new OperatorError({
    code: 'nothing-to-replay',
    message: 'There is nothing to replay.',
    advice:
      'Compare the content id with m365 prove --json; content that the ledger has forgotten needs --type.',
    retry: { kind: 'never' },
  });
}
