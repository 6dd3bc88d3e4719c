// Delivers some documents with one bulk request: looks up those that may be stored already, sends the others, settles
// each by its outcome, and returns what has to be sent again.

import { type Doubt, doubtAll, doubtCreated, doubtExisting } from './backing-indices/earlier-attempt.ts';
import type { WriteIndices } from './backing-indices/write-indices.ts';
import { makeBulkRequests } from './bulk-request.ts';
import type { Connection } from './connect/connection.ts';
import { asElasticsearchError, ElasticsearchError } from './errors/elasticsearch-error.ts';
import { type DocumentOutcome, explainOutcome, readOutcomes } from './outcomes.ts';
import type { PendingDocument } from './pending-write.ts';
import type { ForeignDocuments } from './stored/foreign-documents.ts';
import { lookUp } from './stored/look-up.ts';
import type { Quiescence } from './stored/quiescence.ts';

export interface DeliveryResult {
  /** Documents to send again once whatever failed works again. */
  readonly resend: readonly PendingDocument[];
  /** Documents to send again by and by: others were accepted, so the fault may lie in these themselves. */
  readonly resendLater: readonly PendingDocument[];
  /** Documents to send again in requests of exactly these. */
  readonly resendApart: readonly (readonly PendingDocument[])[];
  readonly failure: ElasticsearchError | undefined;
  /** True when the data stream holds at least one of the documents now. */
  readonly accepted: boolean;
  /** True when at least one document has its outcome; a refusal is one. */
  readonly settled: boolean;
  /** The largest request that gets through, in bytes, where a refusal told. */
  readonly maximumBytes: number | undefined;
}

export type DeliverDocuments = (
  dataStream: string,
  portion: readonly PendingDocument[],
  signal: AbortSignal,
) => Promise<DeliveryResult>;

const none = { resend: [], resendLater: [], resendApart: [], failure: undefined, maximumBytes: undefined };
const allSettled: DeliveryResult = { ...none, accepted: true, settled: true };
const noneSettled: DeliveryResult = { ...none, accepted: false, settled: false };

/** A document on which Elasticsearch itself fails this often is rejected, even where it takes others. */
const maximumFailures = 8;

/** The connection, what is known of backing indices, and the two questions that are asked about a data stream before documents are sent. */
export interface DeliveryParts {
  readonly connection: Connection;
  readonly writeIndices: WriteIndices;
  readonly quiescence: Quiescence;
  readonly foreignDocuments: ForeignDocuments;
}

/** The delivery never rejects. Documents that an abort leaves unsent are returned as after any failure. */
export function makeDelivery(parts: DeliveryParts, compressionLevel: number): DeliverDocuments {
  const { connection, quiescence, writeIndices } = parts;
  const makeBulkRequest = makeBulkRequests(compressionLevel);
  return async (dataStream, portion, signal) => {
    let unsettled = portion;
    let sent: SentAfter | undefined;
    try {
      unsettled = await settleStored(parts, dataStream, portion, signal);
      if (unsettled.length === 0) return allSettled;
      const { request, release } = await makeBulkRequest(dataStream, unsettled);
      const remembered = unsettled.filter((entry) => entry.remembered);
      await writeIndices.beginAttempt(remembered.map(({ document }) => document.id));
      sent = { index: await writeIndices.last(dataStream) };
      const { body } = await connection.send(request, signal);
      release();
      const outcomes = readOutcomes(body, unsettled.length);
      if (!outcomes) throw unreadableAnswer(dataStream);
      const rest = settle(dataStream, unsettled, outcomes, sent);
      noteIndices(writeIndices, dataStream, outcomes, sent);
      if (rest.resend.some(isUncertain) || rest.resendLater.some(isUncertain)) quiescence.reset();
      return rest;
    } catch (error) {
      const failure = asElasticsearchError(error);
      if (sent && failure.uncertain) {
        quiescence.reset();
        for (const entry of unsettled) markUncertain(entry, sent);
      }
      return resendAll(unsettled, failure);
    }
  };
}

/** The moment at which a request was sent, by the backing index that had acknowledged last until then. */
interface SentAfter {
  readonly index: string | undefined;
}

function noteIndices(
  writeIndices: WriteIndices,
  dataStream: string,
  outcomes: readonly DocumentOutcome[],
  { index: before }: SentAfter,
): void {
  let noted: string | undefined;
  for (const outcome of outcomes) {
    if (outcome.kind !== 'created' && outcome.kind !== 'exists') continue;
    if (outcome.index === undefined || outcome.index === noted) continue;
    noted = outcome.index;
    writeIndices.note(dataStream, noted, before);
  }
}

/** Settles the documents that the data stream has already, and returns the others. */
async function settleStored(
  parts: DeliveryParts,
  dataStream: string,
  portion: readonly PendingDocument[],
  signal: AbortSignal,
): Promise<readonly PendingDocument[]> {
  const raw = portion.some((entry) => entry.raw);
  const anyUnknown = portion.some(
    (entry) => !entry.lookedUp && (!entry.uncertain || mayOnlyBeOfOthers(entry)),
  );
  const hasForeign = anyUnknown && (await parts.foreignDocuments.existIn(dataStream, raw, signal));
  const anyUncertain = portion.some(isUncertain);
  const asked = portion.filter((entry) => entry.uncertain || (hasForeign && !entry.lookedUp));
  if (asked.length === 0) return portion;
  if (anyUncertain) await parts.quiescence.reach(signal);
  const ids = asked.map(({ document }) => document.id);
  // Foreign documents are visible by themselves; what a request of unknown outcome stored may not be.
  const { found, complete } = await lookUp(parts.connection, dataStream, ids, signal, {
    refresh: anyUncertain,
  });
  const stored = new Set(asked.filter(({ document }) => found.has(document.id)));
  for (const entry of stored) {
    const isOfOwner = hasForeign && mayOnlyBeOfOthers(entry);
    if (entry.uncertain && !isOfOwner) settleExisting(entry, undefined);
    else entry.write.settleTakenOver();
  }
  for (const entry of asked) markLookedUp(entry, complete);
  return portion.filter((entry) => !stored.has(entry));
}

function markLookedUp(entry: PendingDocument, complete: boolean): void {
  if (complete) entry.earlier = undefined;
  entry.uncertain = false;
  entry.lookedUp = true;
}

function isUncertain({ uncertain }: PendingDocument): boolean {
  return uncertain;
}

/** True when nothing of this ledger sent it before. */
function mayOnlyBeOfOthers({ earlier, sent }: PendingDocument): boolean {
  return earlier !== undefined && earlier.own === undefined && !sent;
}

/** A stored document that this process sent before was delivered by it, not by somebody else. */
function settleExisting({ write, sent }: PendingDocument, doubt: Doubt): void {
  if (sent) write.settleDelivered(doubt);
  else write.settleDuplicate(doubt);
}

/** What counts is the index before the first attempt: an earlier one may have taken that. */
function markUncertain(entry: PendingDocument, { index }: SentAfter): void {
  const { own, byOthers = false } = entry.earlier ?? {};
  entry.earlier = { own: own ? { ...own, several: true } : { index, several: false }, byOthers };
  entry.uncertain = true;
  entry.sent = true;
}

function settle(
  dataStream: string,
  entries: readonly PendingDocument[],
  outcomes: readonly DocumentOutcome[],
  sent: SentAfter,
): DeliveryResult {
  const open: UnsettledDocument[] = [];
  let accepted = false;
  entries.forEach((entry, index) => {
    const outcome = outcomes[index];
    if (outcome?.kind === 'later') open.push({ entry, outcome });
    else if (outcome) settleOne(entry, outcome);
    accepted ||= outcome?.kind === 'created' || outcome?.kind === 'exists';
  });
  if (open.length === 0) return { ...allSettled, accepted };
  return { ...sortUnsettled(dataStream, open, open.length < entries.length, sent), accepted };
}

type PostponedOutcome = Extract<DocumentOutcome, { kind: 'later' }>;

interface UnsettledDocument {
  readonly entry: PendingDocument;
  readonly outcome: PostponedOutcome;
}

function settleOne(entry: PendingDocument, outcome: Exclude<DocumentOutcome, PostponedOutcome>): void {
  const { document, earlier, write, index, raw } = entry;
  if (outcome.kind === 'created') write.settleDelivered(doubtCreated(document, earlier, outcome, raw));
  else if (outcome.kind === 'exists') settleExisting(entry, doubtExisting(document, earlier, outcome));
  else {
    const { type, reason, aside = false } = outcome;
    // What lies in the failure store now may have been taken before, and is sent again by a replay.
    write.settleRejected({ index, type, reason }, aside && earlier ? doubtAll(earlier) : undefined);
  }
}

function sortUnsettled(
  dataStream: string,
  open: readonly UnsettledDocument[],
  othersSettled: boolean,
  sent: SentAfter,
): Omit<DeliveryResult, 'accepted'> {
  const resend: PendingDocument[] = [];
  const resendLater: PendingDocument[] = [];
  let failure: ElasticsearchError | undefined;
  for (const { entry, outcome } of open) {
    if (outcome.uncertain) markUncertain(entry, sent);
    if (outcome.diagnosis.category === 'server') entry.failures += 1;
    if (entry.failures >= maximumFailures) refuse(entry, outcome);
    else if (othersSettled && outcome.diagnosis.category === 'server') resendLater.push(entry);
    else {
      failure ??= explainOutcome(dataStream, outcome);
      resend.push(entry);
    }
  }
  const settled = othersSettled || resend.length + resendLater.length < open.length;
  return { ...none, resend, resendLater, failure, settled };
}

function refuse({ write, index }: PendingDocument, { error }: PostponedOutcome): void {
  write.settleRejected({ index, type: error.type, reason: error.reason });
}

function unreadableAnswer(dataStream: string): ElasticsearchError {
  return ElasticsearchError.later(
    'unreadable-answer',
    `The answer to a bulk request for ${dataStream} does not tell what became of its documents.`,
    'It is tried again; a proxy in between may change answers.',
    { uncertain: true },
  );
}

/** Returns all documents to be sent again, in the way that the failure calls for. */
export function resendAll(entries: readonly PendingDocument[], failure: ElasticsearchError): DeliveryResult {
  if (failure.remedy === 'again') return { ...noneSettled, resend: entries, failure };
  const [only, ...more] = entries;
  if (only && more.length === 0) {
    only.write.settleRejected({ index: only.index, type: failure.type, reason: failure.message });
    return { ...noneSettled, settled: true };
  }
  const middle = Math.ceil(entries.length / 2);
  const bytes = entries.reduce((sum, entry) => sum + entry.bytes, 0);
  return {
    ...noneSettled,
    resendApart: [entries.slice(0, middle), entries.slice(middle)],
    failure,
    maximumBytes: failure.status === 413 ? Math.ceil(bytes / 2) : undefined,
  };
}
