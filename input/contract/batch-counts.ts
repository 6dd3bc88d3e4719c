// What became of the records of several batches together.

export interface BatchCounts {
  /** Documents the output took now. */
  readonly delivered: number;
  /** Records that were delivered before: by the ledger's Ids, or because the output already had them. */
  readonly duplicate: number;
  /** Of the duplicates, those that the output had, without the ledger knowing of them. */
  readonly there?: number;
  /** Records kept in the dead letters. */
  readonly deadLettered: number;
}

export function addCounts(left: BatchCounts, right: BatchCounts): BatchCounts {
  const there = (left.there ?? 0) + (right.there ?? 0);
  return {
    delivered: left.delivered + right.delivered,
    duplicate: left.duplicate + right.duplicate,
    ...(there > 0 && { there }),
    deadLettered: left.deadLettered + right.deadLettered,
  };
}
