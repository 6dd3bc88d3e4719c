// Decides what an answer proves about earlier attempts whose outcome nobody learned. `create` stores an id once in a backing
// index. An earlier attempt went into the index that had acknowledged last before it was sent, or into a later one; if the
// very same index takes the document now with 201, that is the newest still, and holds no earlier copy: so none is anywhere.
// The first generation of a data stream has none before it, so what it says is all there is to say.

import type { OutputDocument } from '../../../contract/output.ts';
import { generationOf } from './generation.ts';

/** Attempts to send a document, of which the outcome is not known. */
export interface EarlierAttempts {
  /** Those of this collector; undefined where there were none. */
  readonly own: OwnAttempts | undefined;
  /** True where others may have delivered it at any time. */
  readonly byOthers: boolean;
}

interface OwnAttempts {
  /** The backing index that had acknowledged last before the first of them; undefined where that is not known. */
  readonly index: string | undefined;
  /** True where there may have been more than one: then one of them may be what an index says it has already. */
  readonly several: boolean;
}

/** Why a second document may be there; undefined where none can be. */
export type Doubt = 'by us' | 'by others' | undefined;

/** Where a document is now. */
export interface TakenBy {
  readonly index: string | undefined;
  /** The `_id` it got; undefined where it was not asked for. */
  readonly id: string | undefined;
}

/** Returns what of the earlier attempts leaves a doubt about a document that was created now. */
export function doubtCreated(
  { id, dataStream }: OutputDocument,
  earlier: EarlierAttempts | undefined,
  taken: TakenBy,
  raw: boolean,
): Doubt {
  if (earlier === undefined) return undefined;
  const generation = generationOf(dataStream, taken.index);
  if (generation === undefined || !isNameKept(id, taken.id, raw)) return doubtAll(earlier);
  if (generation === 1) return undefined;
  if (earlier.own && taken.index !== earlier.own.index) return 'by us';
  return earlier.byOthers ? 'by others' : undefined;
}

/** The same, where an index refuses the document as one that it has, and another may have one from another attempt. */
export function doubtExisting(
  { dataStream }: OutputDocument,
  earlier: EarlierAttempts | undefined,
  { index }: TakenBy,
): Doubt {
  if (!earlier?.own?.several) return undefined;
  const generation = generationOf(dataStream, index);
  return generation === undefined || (generation !== 1 && index !== earlier.own.index) ? 'by us' : undefined;
}

/** Nothing is known of where the document is now. */
export function doubtAll({ own, byOthers }: EarlierAttempts): Doubt {
  if (own) return 'by us';
  return byOthers ? 'by others' : undefined;
}

/** An id that Elasticsearch makes itself, when a pipeline takes away the one that was sent. */
const selfMade = /^[\w-]{20}$/;

/** The pipeline of an owner names a raw record by the record: the same each time, so that the index refuses a second one. */
function isNameKept(sent: string, got: string | undefined, raw: boolean): boolean {
  return got === sent || (raw && got !== undefined && !selfMade.test(got));
}
