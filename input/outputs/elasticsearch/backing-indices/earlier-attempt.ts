// Decides what an answer proves about an earlier attempt whose outcome nobody learned. `create` stores an id once in a backing
// index. The earlier attempt went into the index that had acknowledged last before it was sent, or into a later one; if the
// very same index takes the document now with 201, that is the newest still, and holds no earlier copy: so none is anywhere.
// The first generation of a data stream has none before it, so what it says is all there is to say.

import type { OutputDocument } from '../../../contract/output.ts';
import { generationOf } from './generation.ts';

/** One attempt or more to send a document, of which the outcome is not known. */
export interface EarlierAttempt {
  /** The backing index that had acknowledged last before the first of them; undefined where that is not known. */
  readonly index: string | undefined;
  /** True where there may have been more than one: then one of them may be what an index says it has already. */
  readonly several: boolean;
}

/** Where a document is now. */
export interface TakenBy {
  readonly index: string | undefined;
  /** The `_id` it got; undefined where it was not asked for. */
  readonly id: string | undefined;
}

/** True when nothing proves that the document that was created now is the only one. */
export function mayBeSecond(
  { id, dataStream }: OutputDocument,
  earlier: EarlierAttempt | undefined,
  taken: TakenBy,
  raw: boolean,
): boolean {
  if (earlier === undefined) return false;
  const generation = generationOf(dataStream, taken.index);
  if (generation === undefined || !isNameKept(id, taken.id, raw)) return true;
  return generation !== 1 && taken.index !== earlier.index;
}

/** True when an index refuses the document as one that it has, and another may have one from another attempt. */
export function mayBeElsewhere(
  { dataStream }: OutputDocument,
  earlier: EarlierAttempt | undefined,
  { index }: TakenBy,
): boolean {
  if (!earlier?.several) return false;
  const generation = generationOf(dataStream, index);
  return generation === undefined || (generation !== 1 && index !== earlier.index);
}

/** An id that Elasticsearch makes itself, when a pipeline takes away the one that was sent. */
const selfMade = /^[\w-]{20}$/;

/** The pipeline of an owner names a raw record by the record: the same each time, so that the index refuses a second one. */
function isNameKept(sent: string, got: string | undefined, raw: boolean): boolean {
  return got === sent || (raw && got !== undefined && !selfMade.test(got));
}
