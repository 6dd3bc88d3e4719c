// One portion of documents through one bulk request: looks up what may be there already, sends the rest, tells each
// document its outcome, and hands back what has to be sent again.

import { makeBulkRequests } from './bulk-request.ts';
import type { Connection } from './connect/connection.ts';
import { asFailure, Failure } from './errors/failure.ts';
import { explainOutcome, type Outcome, readOutcomes } from './outcomes.ts';
import type { Pending } from './pending-write.ts';
import type { Strangers } from './stored/foreign-documents.ts';
import { lookUp } from './stored/look-up.ts';
import type { Stillness } from './stored/quiescence.ts';

export interface Rest {
  /** To be sent again once whatever failed works again. */
  readonly again: readonly Pending[];
  /** To be sent again by and by: others were taken, so it may lie in these documents themselves. */
  readonly aside: readonly Pending[];
  /** To be sent again in just these portions. */
  readonly apart: readonly (readonly Pending[])[];
  readonly failure: Failure | undefined;
  /** Whether something is in the data stream now, and whether anything was settled at all: refused is settled too. */
  readonly taken: boolean;
  readonly settled: boolean;
  /** Learned from a refusal: larger requests do not get through. */
  readonly largestBytes: number | undefined;
}

export type Deliver = (dataStream: string, portion: readonly Pending[], signal: AbortSignal) => Promise<Rest>;

const none = { again: [], aside: [], apart: [], failure: undefined, largestBytes: undefined };
const nothing: Rest = { ...none, taken: true, settled: true };
const everything: Rest = { ...none, taken: false, settled: false };

/** A document on which Elasticsearch itself fails this often is refused, whether it takes others or not. */
const mostFailures = 8;

/** What is asked about the data stream before documents are sent. */
export interface Asking {
  readonly connection: Connection;
  readonly stillness: Stillness;
  readonly strangers: Strangers;
}

/** Never rejects. What an abort leaves undone is handed back like any failure. */
export function deliverOver(asking: Asking, compressionLevel: number): Deliver {
  const { connection, stillness } = asking;
  const makeBulkRequest = makeBulkRequests(compressionLevel);
  return async (dataStream, portion, signal) => {
    let unsettled = portion;
    let sent = false;
    try {
      unsettled = await settleKnown(asking, dataStream, portion, signal);
      if (unsettled.length === 0) return nothing;
      const { request, release } = await makeBulkRequest(dataStream, unsettled);
      sent = true;
      const { body } = await connection.send(request, signal);
      release();
      const rest = settle(dataStream, unsettled, body);
      if (rest.again.some(isDoubtful) || rest.aside.some(isDoubtful)) stillness.disturb();
      return rest;
    } catch (error) {
      const failure = asFailure(error);
      if (sent && failure.uncertain) {
        stillness.disturb();
        unsettled.forEach(doubt);
      }
      return handBack(unsettled, failure);
    }
  };
}

/** Settles what the data stream has already; returns the rest, to be sent. */
async function settleKnown(
  asking: Asking,
  dataStream: string,
  portion: readonly Pending[],
  signal: AbortSignal,
): Promise<readonly Pending[]> {
  const raw = portion.some((entry) => entry.raw);
  const unlooked = portion.some((entry) => !entry.looked && !entry.uncertain);
  const strangers = unlooked && (await asking.strangers.areIn(dataStream, raw, signal));
  const doubtful = portion.filter(isDoubtful);
  const asked = portion.filter((entry) => entry.uncertain || (strangers && !entry.looked));
  if (asked.length === 0) return portion;
  if (doubtful.length > 0) await asking.stillness.reach(signal);
  const ids = asked.map(({ document }) => document.id);
  // What strangers stored is visible by itself; what a request of unknown outcome stored may not be.
  const refresh = doubtful.length > 0;
  const { found, complete } = await lookUp(asking.connection, dataStream, ids, signal, { refresh });
  const there = new Set(asked.filter(({ document }) => found.has(document.id)));
  for (const entry of there) {
    if (entry.uncertain) settleExisting(entry);
    else entry.write.recognise(true);
  }
  for (const entry of asked) noteLook(entry, complete);
  return portion.filter((entry) => !there.has(entry));
}

function noteLook(entry: Pending, complete: boolean): void {
  if (entry.uncertain) entry.unseen = !complete;
  entry.uncertain = false;
  entry.looked = true;
}

function isDoubtful({ uncertain }: Pending): boolean {
  return uncertain;
}

/** What this process sent before was delivered by it, not by somebody else. */
function settleExisting({ write, attempted }: Pending): void {
  if (attempted) write.deliver(false);
  else write.recognise(false);
}

function doubt(entry: Pending): void {
  entry.uncertain = true;
  entry.attempted = true;
}

function settle(dataStream: string, entries: readonly Pending[], body: unknown): Rest {
  const outcomes = readOutcomes(body, entries.length);
  if (!outcomes) throw unreadableAnswer(dataStream);
  const open: OpenEntry[] = [];
  let taken = false;
  entries.forEach((entry, index) => {
    const outcome = outcomes[index];
    if (outcome?.kind === 'later') open.push({ entry, outcome });
    else if (outcome) settleOne(entry, outcome);
    taken ||= outcome?.kind === 'created' || outcome?.kind === 'exists';
  });
  if (open.length === 0) return { ...nothing, taken };
  return { ...sortOpen(dataStream, open, open.length < entries.length), taken };
}

type Later = Extract<Outcome, { kind: 'later' }>;

interface OpenEntry {
  readonly entry: Pending;
  readonly outcome: Later;
}

function settleOne(entry: Pending, outcome: Exclude<Outcome, Later>): void {
  const { write, index, unseen } = entry;
  if (outcome.kind === 'created') write.deliver(unseen);
  else if (outcome.kind === 'exists') settleExisting(entry);
  else write.refuse({ index, type: outcome.type, reason: outcome.reason });
}

function sortOpen(
  dataStream: string,
  open: readonly OpenEntry[],
  othersSettled: boolean,
): Omit<Rest, 'taken'> {
  const again: Pending[] = [];
  const aside: Pending[] = [];
  let failure: Failure | undefined;
  for (const { entry, outcome } of open) {
    if (outcome.uncertain) doubt(entry);
    if (outcome.meaning.trouble === 'server') entry.failures += 1;
    if (entry.failures >= mostFailures) refuse(entry, outcome);
    else if (othersSettled && outcome.meaning.trouble === 'server') aside.push(entry);
    else {
      failure ??= explainOutcome(dataStream, outcome);
      again.push(entry);
    }
  }
  const settled = othersSettled || again.length + aside.length < open.length;
  return { ...none, again, aside, failure, settled };
}

function refuse({ write, index }: Pending, { said }: Later): void {
  write.refuse({ index, type: said.type, reason: said.reason });
}

function unreadableAnswer(dataStream: string): Failure {
  return Failure.later(
    'unreadable-answer',
    `The answer to a bulk request for ${dataStream} does not tell what became of its documents.`,
    'It is tried again; a proxy in between may change answers.',
    { uncertain: true },
  );
}

/** Everything is to be sent again, in the way that the failure calls for. */
export function handBack(entries: readonly Pending[], failure: Failure): Rest {
  if (failure.remedy === 'again') return { ...everything, again: entries, failure };
  const [only, ...more] = entries;
  if (only && more.length === 0) {
    only.write.refuse({ index: only.index, type: failure.type, reason: failure.message });
    return { ...everything, settled: true };
  }
  const middle = Math.ceil(entries.length / 2);
  const bytes = entries.reduce((sum, entry) => sum + entry.bytes, 0);
  return {
    ...everything,
    apart: [entries.slice(0, middle), entries.slice(middle)],
    failure,
    largestBytes: failure.status === 413 ? Math.ceil(bytes / 2) : undefined,
  };
}
