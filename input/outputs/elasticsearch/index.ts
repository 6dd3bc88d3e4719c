// The Elasticsearch output: `create` into data streams, each document once, retried for as long as it takes.
// Gathering and waiting is lane.ts, one request is delivery.ts, what its outcomes mean is outcomes.ts and failure.ts.

import { nestSlots, Slots } from '../../concurrency/semaphore.ts';
import type { Clock } from '../../contract/clock.ts';
import { OperatorError } from '../../contract/errors.ts';
import type { Logger } from '../../contract/logger.ts';
import type { Output, OutputDocument, WriteOptions, WriteReport } from '../../contract/output.ts';
import type { Telemetry } from '../../contract/telemetry.ts';
import { actionLine, bulkBytes } from './bulk-request.ts';
import { type Connection, connect } from './connect/connection.ts';
import { type CompleteOptions, complete, type ElasticsearchOptions } from './connect/options.ts';
import { readVersion, requireSupported, type ServerVersion } from './connect/version.ts';
import { deliverOver } from './delivery.ts';
import { reportHealth } from './health.ts';
import { Lane } from './lane.ts';
import { PendingWrite } from './pending-write.ts';
import { Strangers } from './stored/foreign-documents.ts';
import { Stillness } from './stored/quiescence.ts';
import { guardTemplate } from './template/template-guard.ts';

export interface ElasticsearchEnvironment {
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  /** False in a run that collects once; see Lane. */
  readonly mayWait?: boolean | undefined;
  /** Told of each data stream's health, under an empty tenant with the data stream as the content type. */
  readonly telemetry?: Pick<Telemetry, 'report'> | undefined;
}

export function elasticsearchOutput(
  options: ElasticsearchOptions,
  environment: ElasticsearchEnvironment,
): Output {
  return new ElasticsearchOutput(complete(options), environment);
}

const openingMs = 30_000;

function standsStill(address: string): OperatorError {
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
  readonly #lanes = new Map<string, Lane>();
  readonly #writes = new Map<AbortSignal, Set<PendingWrite>>();
  #connection: Connection | undefined;
  #makeLane: ((dataStream: string, canWait: boolean) => Lane) | undefined;

  constructor(settings: CompleteOptions, environment: ElasticsearchEnvironment) {
    this.#settings = settings;
    this.#environment = environment;
  }

  async open(signal: AbortSignal): Promise<void> {
    const connection = await connect(this.#settings, signal);
    this.#connection = connection;
    try {
      requireSupported(connection.address, await this.#askVersion(connection, signal));
    } catch (error) {
      await connection.close();
      throw error;
    }
    const stillness = new Stillness(connection, this.#environment.clock, this.#settings.backoffFirstMs);
    const strangers = new Strangers(connection, this.#environment.clock);
    const deliver = deliverOver({ connection, stillness, strangers }, this.#settings.compressionLevel);
    const shared = {
      ...this.#environment,
      deliver: guardTemplate({ connection, strangers, clock: this.#environment.clock }, deliver),
      closed: this.#closed.signal,
      mayWait: this.#environment.mayWait ?? true,
      noteHealth: reportHealth(this.#environment),
    };
    const { workers } = this.#settings;
    // One more than either may have: what is new finds a way while all that can wait is on its own.
    const all = new Slots(workers + 1);
    const usual = nestSlots(new Slots(workers), all);
    const patient = nestSlots(new Slots(workers), all);
    this.#makeLane = (dataStream, canWait) =>
      new Lane(dataStream, this.#settings, { ...shared, slots: canWait ? patient : usual });
  }

  /** One that stands still must not keep the run from beginning: it may be waited for while others collect. */
  async #askVersion(connection: Connection, signal: AbortSignal): Promise<ServerVersion> {
    const slow = new AbortController();
    const asked = new AbortController();
    const waiting = this.#environment.clock.sleep(openingMs, asked.signal).then(
      () => slow.abort(standsStill(connection.address)),
      () => undefined,
    );
    try {
      return await readVersion(connection, AbortSignal.any([signal, slow.signal]));
    } finally {
      asked.abort();
      await waiting;
    }
  }

  async write(
    documents: readonly OutputDocument[],
    { signal, uncertain, canWait = false, raw = false }: WriteOptions,
  ): Promise<WriteReport> {
    signal.throwIfAborted();
    this.#closed.signal.throwIfAborted();
    if (documents.length === 0) return { delivered: 0, duplicate: 0, possiblyDuplicate: 0, rejected: [] };
    const write = new PendingWrite(documents.length);
    documents.forEach((document, index) => {
      const action = actionLine(document);
      this.#lane(document.dataStream, canWait).add({
        document,
        action,
        bytes: bulkBytes(action, document),
        write,
        index,
        raw,
        uncertain,
        attempted: false,
        unseen: false,
        looked: false,
        failures: 0,
      });
    });
    return this.#untilAborted(write, signal);
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

  #lane(dataStream: string, canWait: boolean): Lane {
    // No data stream has a space in its name.
    const key = canWait ? `${dataStream} that can wait` : dataStream;
    const known = this.#lanes.get(key);
    if (known) return known;
    if (!this.#makeLane) throw new Error('the Elasticsearch output was not opened');
    const lane = this.#makeLane(dataStream, canWait);
    this.#lanes.set(key, lane);
    return lane;
  }

  /** One listener for each signal, however many writes share it. */
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

  readonly #cancelAborted = (): void => {
    for (const [signal, writes] of this.#writes)
      if (signal.aborted) for (const write of writes) write.cancel(signal.reason);
    for (const lane of this.#lanes.values()) lane.dropCancelled();
  };
}
