// Reads the files of a folder side by side, each in order: the next lines are read once the last ones are settled.

import { BatchQueue } from '../../../input/concurrency/batch-queue.ts';
import type { BatchCounts } from '../../../input/contract/batch-counts.ts';
import { recordsOf } from '../../../input/contract/records.ts';
import type { Batch, Source } from '../../../input/contract/source.ts';
import type { OpeningEnvironment, Refetching } from '../../../input/sources/source-kind.ts';
import { type FolderOptions, feedOf, fileOf, readCheckpoint } from './options.ts';
import { createdAt, type Line, readLines } from './read-lines.ts';

const linesAtOnce = 20;

export class FolderSource implements Source {
  readonly #options: FolderOptions;
  readonly #environment: OpeningEnvironment;
  readonly #queue = new BatchQueue();

  constructor(options: FolderOptions, environment: OpeningEnvironment) {
    this.#options = options;
    this.#environment = environment;
  }

  batches(signal: AbortSignal): AsyncIterable<Batch> {
    this.#environment.claimTenant?.(this.#options.tenantId);
    const work = Promise.all(this.#options.feeds.map((name) => this.#follow(name, signal))).then(
      () => this.#queue.end(),
      (error: unknown) => (signal.aborted ? this.#queue.end() : this.#queue.fail(error)),
    );
    return this.#queue.drain(signal, async () => {
      await work;
    });
  }

  async #follow(name: string, signal: AbortSignal): Promise<void> {
    const { clock, once, checkpoints, telemetry } = this.#environment;
    const feed = feedOf(this.#options, name);
    const emit = (batch: Batch) => this.#queue.put(batch);
    telemetry.report(feed, { health: 'healthy', message: 'reading' });
    while (!signal.aborted) {
      let from = await readCheckpoint(checkpoints, feed);
      for await (const lines of groups(readLines(fileOf(this.#options, name), from))) {
        await deliverLines(this.#options, this.#environment, { name, lines, emit, signal });
        from = lines.at(-1)?.end ?? from;
        await checkpoints.set(feed, 'offset', String(from));
      }
      if (once) return;
      await clock.sleep(this.#options.intervalMs, signal);
    }
  }
}

export function refetchLines(
  options: FolderOptions,
  environment: OpeningEnvironment,
  { feed, what, onItem }: Refetching,
): Source {
  const isWanted = ({ offset, text }: Line) => {
    if ('position' in what) return String(offset) === what.position;
    const time = Date.parse(createdAt(text));
    return time >= what.from && time < what.to;
  };
  return {
    batches(signal) {
      const queue = new BatchQueue();
      const emit = (batch: Batch) => queue.put(batch);
      const run = async () => {
        for (const name of options.feeds.filter((each) => feed === undefined || each === feed))
          for await (const line of readLines(fileOf(options, name))) {
            if (!isWanted(line)) continue;
            await deliverLines(options, environment, { name, lines: [line], emit, signal });
            onItem(feedOf(options, name), String(line.offset));
          }
      };
      const work = run().then(
        () => queue.end(),
        (error: unknown) => (signal.aborted ? queue.end() : queue.fail(error)),
      );
      return queue.drain(signal, () => work);
    },
  };
}

interface FolderDelivery {
  readonly name: string;
  readonly lines: readonly Line[];
  readonly emit: (batch: Batch) => void;
  readonly signal: AbortSignal;
}

/** Resolves when the lines are settled; rejects when the signal aborts before. */
async function deliverLines(
  options: FolderOptions,
  { budget, clock, telemetry, uncleanStart }: OpeningEnvironment,
  { name, lines, emit, signal }: FolderDelivery,
): Promise<void> {
  const feed = feedOf(options, name);
  const records = recordsOf(lines.map(({ text }) => text));
  const bytes = records.bytes.length;
  await budget.acquire(bytes, signal);
  const settled = Promise.withResolvers<void>();
  const leave = () => settled.reject(signal.reason);
  signal.addEventListener('abort', leave, { once: true });
  telemetry.count(feed, 'items_listed', lines.length);
  telemetry.count(feed, 'items_fetched', lines.length);
  telemetry.count(feed, 'records_fetched', lines.length);
  telemetry.count(feed, 'bytes_fetched', bytes);
  emit({
    origin: {
      feed,
      position: String(lines[0]?.offset ?? 0),
      fetchedAt: new Date(clock.now()).toISOString(),
      backfill: false,
    },
    records,
    uncertain: uncleanStart,
    settle: async (_counts: BatchCounts) => {
      budget.release(bytes);
      telemetry.count(feed, 'items_acknowledged', lines.length);
      settled.resolve();
    },
  });
  await settled.promise.finally(() => signal.removeEventListener('abort', leave));
}

async function* groups(lines: AsyncIterable<Line>): AsyncGenerator<Line[]> {
  let group: Line[] = [];
  for await (const line of lines) {
    group.push(line);
    if (group.length < linesAtOnce) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}
