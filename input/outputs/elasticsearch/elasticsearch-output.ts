// The Elasticsearch output: `create` into data streams, each document once, retried for as long as it takes.
// data-stream-queue.ts gathers and waits, delivery.ts makes one request, outcomes.ts reads what became of its documents.

import { nestSemaphores, Semaphore } from '../../concurrency/semaphore.ts';
import type { Clock } from '../../contract/clock.ts';
import { OperatorError } from '../../contract/errors.ts';
import type { Logger } from '../../contract/logger.ts';
import type { Output, OutputDocument, WriteOptions, WriteReport } from '../../contract/output.ts';
import type { Telemetry } from '../../contract/telemetry.ts';
import type { EarlierAttempts } from './backing-indices/earlier-attempt.ts';
import { type IndexLedger, WriteIndices } from './backing-indices/write-indices.ts';
import { actionLine, bulkBytes } from './bulk-request.ts';
import { type Connection, connect } from './connect/connection.ts';
import { rememberRefusals } from './connect/known-refusals.ts';
import { lookWith } from './connect/look-with.ts';
import {
  type CompleteOptions,
  completeOptions,
  type ElasticsearchOptions,
  forReading,
} from './connect/options.ts';
import { readVersion, requireSupported, type ServerVersion } from './connect/version.ts';
import { DataStreamQueue } from './data-stream-queue.ts';
import { makeDelivery } from './delivery.ts';
import { healthReporter } from './health-reporter.ts';
import { PendingWrite } from './pending-write.ts';
import { ForeignDocuments, type RememberedSince } from './stored/foreign-documents.ts';
import { Quiescence } from './stored/quiescence.ts';
import { templateGuard } from './template/template-guard.ts';

export interface ElasticsearchEnvironment {
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  readonly rememberedSince: RememberedSince;
  /** False in a run that collects once, which ends over a data stream that takes nothing for long. */
  readonly mayWait?: boolean | undefined;
  /** Remembers backing indices over restarts; without it nothing is known of what an earlier process sent. */
  readonly ledger?: IndexLedger | undefined;
  /** True where documents may be looked for with the key for reading. */
  readonly looksWithReadingKey?: boolean | undefined;
  /** Receives the health of each data stream, as a component of that kind. */
  readonly telemetry?: Pick<Telemetry, 'report'> | undefined;
}

export function elasticsearchOutput(
  options: ElasticsearchOptions,
  environment: ElasticsearchEnvironment,
): Output {
  return new ElasticsearchOutput(completeOptions(options), environment);
}

const openingMs = 30_000;

/** What a key that looks may do; to read all index templates takes more, and is not needed. */
const looks = new Set(['indices.get_data_stream', 'search', 'indices.refresh']);

const mayNotLook =
  'The key of the output may create documents and not look at them. They are delivered all the same, and after an unknown outcome the backing index that answers tells whether one can be there twice; what it cannot tell is counted as records_possibly_duplicate. Whether the data streams follow the right index template, and whether another program stores the same records there, cannot be looked at here: m365 check does, with read_api_key.';

function timeoutError(address: string): OperatorError {
  return new OperatorError({
    code: 'elasticsearch-slow',
    message: `${address} did not answer within ${openingMs / 1000} s.`,
    advice: 'Check that Elasticsearch is well there, and what stands in between.',
    retry: { kind: 'later' },
  });
}

class ElasticsearchOutput implements Output {
  readonly name = 'elasticsearch';
  readonly #settings: CompleteOptions;
  readonly #environment: ElasticsearchEnvironment;
  readonly #closed = new AbortController();
  readonly #queues = new Map<string, DataStreamQueue>();
  readonly #writes = new Map<AbortSignal, Set<PendingWrite>>();
  #connection: Connection | undefined;
  #writeIndices: WriteIndices | undefined;
  #quiescence: Quiescence | undefined;
  #saidMayNotLook = false;
  #makeQueue: ((dataStream: string, canWait: boolean) => DataStreamQueue) | undefined;

  constructor(settings: CompleteOptions, environment: ElasticsearchEnvironment) {
    this.#settings = settings;
    this.#environment = environment;
  }

  async open(signal: AbortSignal): Promise<void> {
    const { clock, rememberedSince } = this.#environment;
    const connection = rememberRefusals(await this.#connect(signal), {
      clock,
      onRefused: ({ name }) => this.#sayMayNotLook(name),
    });
    this.#connection = connection;
    const writeIndices = new WriteIndices(
      await this.#askCluster(connection, signal),
      this.#environment.ledger,
    );
    this.#writeIndices = writeIndices;
    const quiescence = new Quiescence(connection, clock, this.#settings.backoffFirstMs);
    this.#quiescence = quiescence;
    const foreignDocuments = new ForeignDocuments(connection, clock, rememberedSince);
    const deliver = makeDelivery(
      { connection, writeIndices, quiescence, foreignDocuments },
      this.#settings.compressionLevel,
    );
    const shared = {
      ...this.#environment,
      deliver: templateGuard({ connection, foreignDocuments, clock }, deliver),
      closed: this.#closed.signal,
      mayWait: this.#environment.mayWait ?? true,
      reportHealth: healthReporter(this.#environment),
    };
    const { workers } = this.#settings;
    // The total is one more than either may have: new documents get through while those that can wait hold all of theirs.
    const total = new Semaphore(workers + 1);
    const forNew = nestSemaphores(new Semaphore(workers), total);
    const forWaiting = nestSemaphores(new Semaphore(workers), total);
    this.#makeQueue = (dataStream, canWait) =>
      new DataStreamQueue(dataStream, this.#settings, {
        ...shared,
        requestSlots: canWait ? forWaiting : forNew,
      });
  }

  async #connect(signal: AbortSignal): Promise<Connection> {
    const { clock } = this.#environment;
    const connection = await connect(this.#settings, signal, clock);
    const looksApart = this.#environment.looksWithReadingKey && this.#settings.readApiKey !== undefined;
    return looksApart
      ? lookWith(connection, await connect(forReading(this.#settings), signal, clock))
      : connection;
  }

  /** Returns what tells this cluster from others. Throws where it is too old, or cannot be asked. */
  async #askCluster(connection: Connection, signal: AbortSignal): Promise<string> {
    try {
      const version = await this.#askVersion(connection, signal);
      requireSupported(connection.address, version);
      return version.cluster ?? connection.address;
    } catch (error) {
      await connection.close();
      throw error;
    }
  }

  /** Once, and no fault: a key that Fleet issues is of this kind. */
  #sayMayNotLook(refused: string): void {
    if (this.#saidMayNotLook || !looks.has(refused)) return;
    this.#saidMayNotLook = true;
    this.#environment.log.info({ event: { action: 'output-may-not-look' } }, mayNotLook);
  }

  /** An Elasticsearch that does not answer must not keep the run from beginning: others collect meanwhile. */
  async #askVersion(connection: Connection, signal: AbortSignal): Promise<ServerVersion> {
    const slow = new AbortController();
    const asked = new AbortController();
    const waiting = this.#environment.clock.sleep(openingMs, asked.signal).then(
      () => slow.abort(timeoutError(connection.address)),
      () => undefined,
    );
    try {
      return await readVersion(connection, AbortSignal.any([signal, slow.signal]));
    } finally {
      asked.abort();
      await waiting;
    }
  }

  async write(documents: readonly OutputDocument[], options: WriteOptions): Promise<WriteReport> {
    const { signal, uncertain, sentEarlier, canWait = false, raw = false } = options;
    signal.throwIfAborted();
    this.#closed.signal.throwIfAborted();
    if (documents.length === 0) return { delivered: 0, duplicate: 0, possiblyDuplicate: 0, rejected: [] };
    const earlier = await this.#findEarlier(documents, sentEarlier);
    signal.throwIfAborted();
    this.#closed.signal.throwIfAborted();
    const write = new PendingWrite(documents.length);
    documents.forEach((document, index) => {
      const action = actionLine(document);
      this.#queueFor(document.dataStream, canWait).add({
        document,
        action,
        bytes: bulkBytes(action, document),
        write,
        index,
        raw,
        uncertain: uncertain || sentEarlier?.has(document.id) === true,
        remembered: sentEarlier !== undefined,
        sent: false,
        earlier: earlier[index],
        lookedUp: false,
        failures: 0,
      });
    });
    return this.#untilAborted(write, signal);
  }

  /** Finds, by position, what is known of attempts of earlier writes. */
  async #findEarlier(
    documents: readonly OutputDocument[],
    sentEarlier: WriteOptions['sentEarlier'],
  ): Promise<readonly (EarlierAttempts | undefined)[]> {
    if (!sentEarlier?.size) return [];
    const indices = new Map<string, Promise<string | undefined> | undefined>();
    const lastBefore = (dataStream: string, mark: number) => {
      const key = `${mark} ${dataStream}`;
      const index = indices.has(key) ? indices.get(key) : this.#writeIndices?.lastBefore(dataStream, mark);
      indices.set(key, index);
      return index;
    };
    const find = async ({ id, dataStream }: OutputDocument): Promise<EarlierAttempts | undefined> => {
      const sent = sentEarlier.get(id);
      if (!sent) return undefined;
      const { after, byOthers } = sent;
      if (after === undefined) return { own: undefined, byOthers };
      return { own: { index: await lastBefore(dataStream, after), several: true }, byOthers };
    };
    return Promise.all(documents.map(find));
  }

  async close(): Promise<void> {
    const closed = new OperatorError({
      code: 'output-closed',
      message: 'The Elasticsearch output is closed.',
      advice: 'What was not acknowledged is delivered after the next start.',
      retry: { kind: 'never' },
    });
    this.#closed.abort(closed);
    for (const writes of this.#writes.values()) for (const write of writes) write.cancel(closed);
    await this.#connection?.close();
  }

  #queueFor(dataStream: string, canWait: boolean): DataStreamQueue {
    // No data stream has a space in its name.
    const key = canWait ? `${dataStream} that can wait` : dataStream;
    const known = this.#queues.get(key);
    if (known) return known;
    if (!this.#makeQueue) throw new Error('the Elasticsearch output was not opened');
    const queue = this.#makeQueue(dataStream, canWait);
    this.#queues.set(key, queue);
    return queue;
  }

  /** Resolves with the report of a write. A signal has one listener, however many writes share it. */
  async #untilAborted(write: PendingWrite, signal: AbortSignal): Promise<WriteReport> {
    const writes = this.#writes.get(signal) ?? this.#watch(signal);
    writes.add(write);
    try {
      return await write.report;
    } finally {
      writes.delete(write);
      if (writes.size === 0) this.#unwatch(signal);
    }
  }

  #watch(signal: AbortSignal): Set<PendingWrite> {
    const writes = new Set<PendingWrite>();
    this.#writes.set(signal, writes);
    signal.addEventListener('abort', this.#cancelAborted, { once: true });
    return writes;
  }

  #unwatch(signal: AbortSignal): void {
    this.#writes.delete(signal);
    signal.removeEventListener('abort', this.#cancelAborted);
  }

  /** What was sent of a write may be at work still when its documents come again. */
  readonly #cancelAborted = (): void => {
    this.#quiescence?.reset();
    for (const [signal, writes] of this.#writes)
      if (signal.aborted) for (const write of writes) write.cancel(signal.reason);
    for (const queue of this.#queues.values()) queue.dropCancelled();
  };
}
