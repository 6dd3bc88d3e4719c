// Plays the faults that change what a batch of records holds: the operation happens, its answer is not what it should be.

import type { HttpAnswer } from '../server/answer.ts';
import { guidSeries } from '../world/random.ts';
import { type HostileKind, type HostileRecord, makeGiant, makeHostile } from './hostile.ts';
import type { NamedFault, SharedFault } from './plan.ts';
import { isSharedFault } from './schemas.ts';
import type { BodyPiece, ServedRecords } from './served-records.ts';

/** Is told of records that a batch does not hold by itself, before they are served. */
export type OnAdded = (batch: ServedRecords, ids: readonly (string | undefined)[]) => void;

/** Returns the answer with another body where the fault asks for one and the answer holds records; else as it is. */
export function alterRecords(
  fault: NamedFault,
  answer: HttpAnswer,
  batch: ServedRecords | undefined,
  onAdded: OnAdded,
): HttpAnswer {
  if (!batch || !isSharedFault(fault)) return answer;
  if (fault.kind === 'huge') return { ...answer, body: enlarge(fault, batch, onAdded) };
  if (fault.kind === 'hostile') return { ...answer, body: addHostile(fault.records, batch, onAdded) };
  return answer;
}

function addHostile(
  kinds: readonly HostileKind[],
  batch: ServedRecords,
  onAdded: OnAdded,
): Iterable<BodyPiece> {
  const records = makeHostile(kinds, batch);
  onAdded(
    batch,
    records.map(({ id }) => id),
  );
  return append(batch, joinPieces(records));
}

function* joinPieces(records: readonly HostileRecord[]): Generator<BodyPiece> {
  for (const { pieces } of records) {
    yield ',';
    yield* pieces;
  }
}

function enlarge(
  fault: Extract<SharedFault, { kind: 'huge' }>,
  batch: ServedRecords,
  onAdded: OnAdded,
): Iterable<BodyPiece> {
  switch (fault.of) {
    case 'whitespace':
      return append(batch, pad(fault.bytes));
    case 'one-record': {
      const id = guidSeries('giant', batch.contentId)(0);
      onAdded(batch, [id]);
      return append(batch, precede(',', makeGiant(id, batch, fault.bytes)));
    }
    default:
      return append(batch, repeat(batch, fault.bytes));
  }
}

function* append(batch: ServedRecords, more: Iterable<BodyPiece>): Generator<BodyPiece> {
  yield batch.opening;
  yield* batch.records();
  yield* more;
  yield batch.closing;
}

function* precede(first: string, rest: Iterable<BodyPiece>): Generator<BodyPiece> {
  yield first;
  yield* rest;
}

function* pad(bytes: number): Generator<string> {
  const blank = ' '.repeat(64 * 1024);
  for (let left = bytes; left > 0; left -= blank.length) yield blank;
}

/** Serves the batch's own records again and again: a body of any size, and not one record more in the truth. */
function* repeat(batch: ServedRecords, bytes: number): Generator<BodyPiece> {
  let served = 0;
  while (served < bytes) {
    const before = served;
    yield ',';
    for (const piece of batch.records()) {
      served += piece.length;
      yield piece;
    }
    if (served === before) return;
  }
}
