// Runs one stream end to end: batches from the source, documents through the mapper, to the output, into the ledger.
// The mapper knows what a record means, the output how it is written, the ledger what is remembered.

import { dataStreamOf } from '../../pipelines/dataset.ts';
import type { MapContext, Mapper } from '../../pipelines/mapper.ts';
import type { DocumentBuffer } from '../concurrency/document-buffers.ts';
import type { IdClaims } from '../concurrency/id-claims.ts';
import { LinkedAbort } from '../concurrency/linked-abort.ts';
import type { PacedWork } from '../concurrency/paced-work.ts';
import { Semaphore } from '../concurrency/semaphore.ts';
import { addCounts, type BatchCounts } from '../contract/batch-counts.ts';
import type { Clock } from '../contract/clock.ts';
import type { DeadLetter, DeadLetters } from '../contract/dead-letters.ts';
import type { Origin } from '../contract/feed.ts';
import type { Logger } from '../contract/logger.ts';
import type { Output, OutputDocument, WriteReport } from '../contract/output.ts';
import { textOf } from '../contract/records.ts';
import type { Batch, Source } from '../contract/source.ts';
import type { DeliveryLedger, RecordKey } from '../contract/state.ts';
import type { Telemetry } from '../contract/telemetry.ts';
import type { AgentFields } from '../documents/agent-fields.ts';
import { recordWriter, type WriteRecord } from '../documents/record-writer.ts';
import type { MappingOptions } from '../settings/policy/policy.ts';
import { originFields, reportDoubt, reportSecondCollector, reportSettled } from './report-batch.ts';
import { findSentEarlier } from './sent-earlier.ts';

export interface CollectorParts {
  readonly source: Source;
  readonly mapper: Mapper;
  readonly output: Output;
  /** One for each batch that the output is worth finishing ahead for. */
  readonly semaphore: Semaphore;
  readonly ledger: DeliveryLedger;
  readonly claims: IdClaims;
  readonly deadLetters: DeadLetters;
  readonly openBuffer: () => DocumentBuffer;
  /** All mapping of the process. */
  readonly mappingWork: PacedWork;
  readonly telemetry: Telemetry;
  readonly log: Logger;
  readonly clock: Clock;
  readonly mapping: MappingOptions;
  /** The fields that say who collects. */
  readonly agent: AgentFields;
}

/** The parts, and the writer of documents that they come to. */
interface WritingParts extends CollectorParts {
  readonly writeRecord: WriteRecord;
}

export interface CollectorSignals {
  /** No new work: the source ends, what is in flight is finished. */
  readonly stop: AbortSignal;
  /** Give up what is in flight too; it stays unacknowledged. */
  readonly abandon: AbortSignal;
  /** Wait for nothing any more, not for the last report either. */
  readonly end?: AbortSignal;
}

/** A record on its way. */
interface MappedRecord {
  /** Its place in the batch. */
  readonly index: number;
  readonly key: RecordKey;
  readonly document: OutputDocument;
}

interface MappedBatch {
  readonly entries: readonly MappedRecord[];
  /** Records that the policy leaves out. */
  readonly filtered: number;
  /** The newest CreationTime, in seconds, of all records; 0 where none can be read. */
  readonly newest: number;
}

const nothing: BatchCounts = { delivered: 0, duplicate: 0, deadLettered: 0 };

/** Makes the semaphore that all who deliver to the output share. */
export function semaphoreOf({ batchesAhead = Number.POSITIVE_INFINITY }: Output): Semaphore {
  return new Semaphore(batchesAhead);
}

/**
 * Resolves when the source has ended and everything it yielded is settled or, once abandoned, left for the next start.
 * Rejects with the first failure of source or delivery, when nothing is on its way any more.
 */
export async function collect(given: CollectorParts, signals: CollectorSignals): Promise<void> {
  const parts = { ...given, writeRecord: recordWriter(given.mapper, given.mapping, given.agent) };
  const running = new Set<Promise<void>>();
  let broken: { error: unknown } | undefined;
  const stop = new LinkedAbort(signals.stop);
  try {
    const begin = (batch: Batch) => {
      const delivery = deliverInTurn(parts, batch, signals.abandon)
        .catch((error: unknown) => {
          if (signals.abandon.aborted) return;
          broken ??= { error };
          stop.abort(error);
        })
        .finally(() => running.delete(delivery));
      running.add(delivery);
    };
    const batches = parts.source.batches(stop.signal)[Symbol.asyncIterator]();
    while (await beginNext(batches, begin));
  } catch (error) {
    broken ??= { error };
  }
  await Promise.all(running);
  stop.release();
  if (broken) throw broken.error;
}

/**
 * The loop asks by itself, and not by `for await`, which would hold the last batch, with all its records, while it
 * waits for the next.
 */
async function beginNext(batches: AsyncIterator<Batch>, begin: (batch: Batch) => void): Promise<boolean> {
  const { done, value } = await batches.next();
  if (done) return false;
  begin(value);
  return true;
}

async function deliverInTurn(parts: WritingParts, batch: Batch, abandon: AbortSignal): Promise<void> {
  const free = await parts.semaphore.acquire();
  try {
    await deliver(parts, batch, abandon);
  } finally {
    free();
  }
}

/** Delivers one batch and settles it. A copy of a record that another batch carries waits for that one's outcome. */
async function deliver(parts: WritingParts, batch: Batch, abandon: AbortSignal): Promise<void> {
  const room = parts.openBuffer();
  const mapped = await mapRecords(parts, batch, room);
  let waiting: readonly MappedRecord[] = mapped.entries;
  let counts: BatchCounts = { ...nothing, filtered: mapped.filtered };
  while (waiting.length > 0) {
    const claim = parts.claims.claim(waiting.map((entry) => entry.key.id));
    const mine = claim.mine.map((index) => at(waiting, index));
    counts = addCounts(counts, await deliverClaimed(parts, batch, mine, abandon));
    const outcomes = await Promise.all(claim.others.map((other) => other.acknowledged));
    const failed = claim.others.filter((_, index) => !outcomes[index]);
    counts = addCounts(counts, { ...nothing, duplicate: claim.others.length - failed.length });
    waiting = failed.map((other) => at(waiting, other.index));
  }
  room.release();
  await batch.settle(counts);
  reportSettled(parts, batch.origin, { counts, newest: mapped.newest });
}

/**
 * Each record is decoded, parsed, mapped and written before the next is looked at, known duplicates too: its text and
 * what was parsed of it then die young, which spares more work than mapping a few records in vain costs.
 */
async function mapRecords(
  parts: WritingParts,
  { origin, records }: Batch,
  room: DocumentBuffer,
): Promise<MappedBatch> {
  const context = mapContext(parts.mapping, origin);
  const dataStream = dataStreamOf(parts.mapping);
  const entries: MappedRecord[] = [];
  let unknown = 0;
  let newest = 0;
  let index = 0;
  const mapNext = (): boolean => {
    if (index === records.count) return false;
    const { record, body } = parts.writeRecord(textOf(records, index), context);
    const key = parts.mapper.identify(record, origin.feed.tenant);
    newest = Math.max(newest, key.seconds);
    if (!record.type.known) unknown += 1;
    if (body !== undefined)
      entries.push({ index, key, document: { id: key.id, dataStream, body: room.add(body) } });
    index += 1;
    return true;
  };
  await parts.mappingWork.run(mapNext);
  if (unknown > 0) parts.telemetry.count(origin.feed, 'unknown_record_types', unknown);
  return { entries, newest, filtered: index - entries.length };
}

/** The claims are given back whatever happens, with the outcome that those who wait for them need. */
async function deliverClaimed(
  parts: CollectorParts,
  batch: Batch,
  entries: readonly MappedRecord[],
  abandon: AbortSignal,
): Promise<BatchCounts> {
  if (entries.length === 0) return nothing;
  const ids = entries.map((entry) => entry.key.id);
  try {
    const counts = await deliverUnseen(parts, batch, entries, abandon);
    parts.claims.release(ids, true);
    return counts;
  } catch (error) {
    parts.claims.release(ids, false);
    throw error;
  }
}

async function deliverUnseen(
  parts: CollectorParts,
  batch: Batch,
  entries: readonly MappedRecord[],
  abandon: AbortSignal,
): Promise<BatchCounts> {
  const seen = await parts.ledger.findSeen(entries.map((entry) => entry.key));
  const fresh = entries.filter((_, index) => seen[index] === 0);
  if (fresh.length === 0) return { ...nothing, duplicate: entries.length };
  const documents = fresh.map((entry) => entry.document);
  const raw = parts.mapping.documents === 'raw';
  const keys = fresh.map((entry) => entry.key);
  const sentEarlier = await findSentEarlier(parts.ledger, batch, keys);
  const { uncertain, canWait = false } = batch;
  const options = { signal: abandon, uncertain, sentEarlier, canWait, raw };
  const report = await parts.output.write(documents, options);
  await keepRejected(parts, batch, fresh, report);
  const { possiblyDuplicate: doubtful, possiblyByOthers: byOthers = 0 } = report;
  const possiblyDuplicate = { dataStream: dataStreamOf(parts.mapping), documents: doubtful, byOthers };
  await parts.ledger.commit({ keys, fileLength: report.fileLength, possiblyDuplicate });
  reportDoubt(parts, batch.origin, report);
  const mayBeOurs = [...sentEarlier.values()].some(({ after }) => after !== undefined);
  if (!mayBeOurs) reportSecondCollector(parts, batch, report);
  return {
    delivered: report.delivered,
    duplicate: entries.length - fresh.length + report.duplicate,
    ...(report.duplicate > 0 && { there: report.duplicate }),
    deadLettered: report.rejected.length,
  };
}

export function mapContext(mapping: MappingOptions, origin: Origin): MapContext {
  return {
    tenantId: origin.feed.tenant,
    ...(mapping.tenantName === undefined ? {} : { tenantName: mapping.tenantName }),
    ...(origin.createdAt === undefined ? {} : { contentCreated: origin.createdAt }),
    fetchedAt: origin.fetchedAt,
    tags: origin.backfill ? [...mapping.tags, 'backfill'] : mapping.tags,
    preserveOriginal: mapping.preserveOriginal,
    namespace: mapping.namespace,
  };
}

/** Records that the output will never take go to the dead letters before anything says that they were dealt with. */
async function keepRejected(
  parts: CollectorParts,
  { origin, records }: Batch,
  entries: readonly MappedRecord[],
  report: WriteReport,
): Promise<void> {
  if (report.rejected.length === 0) return;
  const letters = report.rejected.map((rejection): DeadLetter => {
    const { document, index } = at(entries, rejection.index);
    return {
      origin,
      id: document.id,
      dataStream: document.dataStream,
      type: rejection.type,
      reason: rejection.reason,
      record: textOf(records, index),
      document: document.body.toString(),
    };
  });
  await parts.deadLetters.append(letters);
  parts.log.error(
    { event: { action: 'dead-letter' }, m365: { ...originFields(origin), records: letters.length } },
    `${letters.length} documents of ${origin.feed.name} were refused (${letters[0]?.type}: ${letters[0]?.reason}) and kept in the dead letters; mend the cause, then run: m365 replay dead-letters`,
  );
}

function at<T>(items: readonly T[], index: number): T {
  const item = items[index];
  if (item === undefined) throw new RangeError(`no item ${index} among ${items.length}`);
  return item;
}
