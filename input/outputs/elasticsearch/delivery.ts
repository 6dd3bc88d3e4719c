// Delivers some documents with one bulk request: looks up those that may be stored already, sends the others, settles
// each by its outcome, and returns what has to be sent again.

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

/** The connection, and the two questions that are asked about a data stream before documents are sent. */
export interface DeliveryParts {
  readonly connection: Connection;
  readonly quiescence: Quiescence;
  readonly foreignDocuments: ForeignDocuments;
}

/** The delivery never rejects. Documents that an abort leaves unsent are returned as after any failure. */
export function makeDelivery(parts: DeliveryParts, compressionLevel: number): DeliverDocuments {
  const { connection, quiescence } = parts;
  const makeBulkRequest = makeBulkRequests(compressionLevel);
  return async (dataStream, portion, signal) => {
    let unsettled = portion;
    let sent = false;
    try {
      unsettled = await settleStored(parts, dataStream, portion, signal);
      if (unsettled.length === 0) return allSettled;
      const { request, release } = await makeBulkRequest(dataStream, unsettled);
      sent = true;
      const { body } = await connection.send(request, signal);
      release();
      const rest = settle(dataStream, unsettled, body);
      if (rest.resend.some(isUncertain) || rest.resendLater.some(isUncertain)) quiescence.reset();
      return rest;
    } catch (error) {
      const failure = asElasticsearchError(error);
      if (sent && failure.uncertain) {
        quiescence.reset();
        unsettled.forEach(markUncertain);
      }
      return resendAll(unsettled, failure);
    }
  };
}

/** Settles the documents that the data stream has already, and returns the others. */
async function settleStored(
  parts: DeliveryParts,
  dataStream: string,
  portion: readonly PendingDocument[],
  signal: AbortSignal,
): Promise<readonly PendingDocument[]> {
  const raw = portion.some((entry) => entry.raw);
  const anyUnknown = portion.some((entry) => !entry.lookedUp && !entry.uncertain);
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
    if (entry.uncertain) settleExisting(entry);
    else entry.write.settleDuplicate(true);
  }
  for (const entry of asked) markLookedUp(entry, complete);
  return portion.filter((entry) => !stored.has(entry));
}

function markLookedUp(entry: PendingDocument, complete: boolean): void {
  if (entry.uncertain) entry.lookUpForbidden = !complete;
  entry.uncertain = false;
  entry.lookedUp = true;
}

function isUncertain({ uncertain }: PendingDocument): boolean {
  return uncertain;
}

/** A stored document that this process sent before was delivered by it, not by somebody else. */
function settleExisting({ write, sent }: PendingDocument): void {
  if (sent) write.settleDelivered(false);
  else write.settleDuplicate(false);
}

function markUncertain(entry: PendingDocument): void {
  entry.uncertain = true;
  entry.sent = true;
}

function settle(dataStream: string, entries: readonly PendingDocument[], body: unknown): DeliveryResult {
  const outcomes = readOutcomes(body, entries.length);
  if (!outcomes) throw unreadableAnswer(dataStream);
  const open: UnsettledDocument[] = [];
  let accepted = false;
  entries.forEach((entry, index) => {
    const outcome = outcomes[index];
    if (outcome?.kind === 'later') open.push({ entry, outcome });
    else if (outcome) settleOne(entry, outcome);
    accepted ||= outcome?.kind === 'created' || outcome?.kind === 'exists';
  });
  if (open.length === 0) return { ...allSettled, accepted };
  return { ...sortUnsettled(dataStream, open, open.length < entries.length), accepted };
}

type PostponedOutcome = Extract<DocumentOutcome, { kind: 'later' }>;

interface UnsettledDocument {
  readonly entry: PendingDocument;
  readonly outcome: PostponedOutcome;
}

function settleOne(entry: PendingDocument, outcome: Exclude<DocumentOutcome, PostponedOutcome>): void {
  const { write, index, lookUpForbidden } = entry;
  if (outcome.kind === 'created') write.settleDelivered(lookUpForbidden);
  else if (outcome.kind === 'exists') settleExisting(entry);
  else write.settleRejected({ index, type: outcome.type, reason: outcome.reason });
}

function sortUnsettled(
  dataStream: string,
  open: readonly UnsettledDocument[],
  othersSettled: boolean,
): Omit<DeliveryResult, 'accepted'> {
  const resend: PendingDocument[] = [];
  const resendLater: PendingDocument[] = [];
  let failure: ElasticsearchError | undefined;
  for (const { entry, outcome } of open) {
    if (outcome.uncertain) markUncertain(entry);
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
