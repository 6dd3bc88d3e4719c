// Faults that change what the service answers: the operation happens, its answer is not what it should be.

import type { Answer } from '../answer.ts';
import type { ContentBlob } from '../content/blob.ts';
import { guidSeries } from '../random.ts';
import { type HostileRecord, makeGiant, makeHostile } from './hostile.ts';
import type { Fault } from './plan.ts';

export interface AlterOptions {
  readonly url: string;
  readonly foreignUrl: string;
  readonly tenantId: string;
  /** The blob that is being served, when one is. */
  readonly blob: ContentBlob | undefined;
  /** Told of records that the blob does not hold by itself. */
  onAdded(contentId: string, ids: readonly (string | undefined)[]): void;
}

export function alterAnswer(fault: Fault, answer: Answer, options: AlterOptions): Answer {
  switch (fault.kind) {
    case 'next-page-header':
      return renameHeader(answer, 'NextPageUri', fault.name);
    case 'foreign-host':
      return pointElsewhere(answer, fault.in, options.url, fault.url ?? options.foreignUrl);
    case 'huge':
      return options.blob ? { ...answer, body: enlarge(fault, options.blob, options) } : answer;
    case 'hostile':
      return options.blob ? { ...answer, body: addHostile(fault.records, options.blob, options) } : answer;
    default:
      return answer;
  }
}

function renameHeader(answer: Answer, from: string, to: string): Answer {
  const { [from]: value, ...headers } = answer.headers;
  return value === undefined ? answer : { ...answer, headers: { ...headers, [to]: value } };
}

function pointElsewhere(
  answer: Answer,
  where: 'next-page' | 'content-uri',
  url: string,
  foreign: string,
): Answer {
  if (where === 'next-page') {
    const next = answer.headers.NextPageUri;
    return next === undefined
      ? answer
      : { ...answer, headers: { ...answer.headers, NextPageUri: next.replace(url, foreign) } };
  }
  return typeof answer.body === 'string'
    ? { ...answer, body: answer.body.replaceAll(`"contentUri":"${url}`, `"contentUri":"${foreign}`) }
    : answer;
}

type Piece = string | Uint8Array;

function addHostile(
  kinds: Parameters<typeof makeHostile>[0],
  blob: ContentBlob,
  options: AlterOptions,
): Iterable<Piece> {
  const records = makeHostile(kinds, blob.contentId, options.tenantId, blob.place.created);
  options.onAdded(
    blob.contentId,
    records.map(({ id }) => id),
  );
  return append(blob, joinPieces(records));
}

function* joinPieces(records: readonly HostileRecord[]): Generator<Piece> {
  for (const { pieces } of records) {
    yield ',';
    yield* pieces;
  }
}

function enlarge(
  fault: Extract<Fault, { kind: 'huge' }>,
  blob: ContentBlob,
  options: AlterOptions,
): Iterable<Piece> {
  switch (fault.of) {
    case 'whitespace':
      return append(blob, pad(fault.bytes));
    case 'one-record': {
      const id = guidSeries('giant', blob.contentId)(0);
      options.onAdded(blob.contentId, [id]);
      return append(blob, precede(',', makeGiant(id, options.tenantId, blob.place.created, fault.bytes)));
    }
    default:
      return append(blob, repeat(blob, fault.bytes));
  }
}

function* append(blob: ContentBlob, more: Iterable<Piece>): Generator<Piece> {
  yield '[';
  yield* inner(blob);
  yield* more;
  yield ']';
}

function* precede(first: string, rest: Iterable<Piece>): Generator<Piece> {
  yield first;
  yield* rest;
}

function* pad(bytes: number): Generator<string> {
  const blank = ' '.repeat(64 * 1024);
  for (let left = bytes; left > 0; left -= blank.length) yield blank;
}

/** The blob's own records again and again: a body of any size, and not one record more in the truth. */
function* repeat(blob: ContentBlob, bytes: number): Generator<Piece> {
  let served = 0;
  while (served < bytes) {
    const before = served;
    yield ',';
    for (const piece of inner(blob)) {
      served += piece.length;
      yield piece;
    }
    if (served === before) return;
  }
}

/** The body without its brackets. */
function* inner(blob: ContentBlob): Generator<Piece> {
  const body = blob.body();
  let held: Piece | undefined;
  for (const piece of body instanceof Uint8Array ? [body] : body) {
    if (held !== undefined) yield held;
    held = held === undefined ? piece.slice(1) : piece;
  }
  if (held !== undefined) yield held.slice(0, -1);
}
