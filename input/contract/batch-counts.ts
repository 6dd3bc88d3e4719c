// The counts of what became of the records of one batch, or of several together.

export interface BatchCounts {
  /** Documents that the output stored now. */
  readonly delivered: number;
  /** Records that were delivered before, known by the ledger's Ids or because the output had them already. */
  readonly duplicate: number;
  /** Those of the duplicates that the output had, without the ledger knowing of them. */
  readonly there?: number;
  /** Records kept in the dead letters. */
  readonly deadLettered: number;
  /** Records that the policy leaves out. */
  readonly filtered?: number;
}

export function addCounts(left: BatchCounts, right: BatchCounts): BatchCounts {
  const there = (left.there ?? 0) + (right.there ?? 0);
  const filtered = (left.filtered ?? 0) + (right.filtered ?? 0);
  return {
    delivered: left.delivered + right.delivered,
    duplicate: left.duplicate + right.duplicate,
    ...(there > 0 && { there }),
    deadLettered: left.deadLettered + right.deadLettered,
    ...(filtered > 0 && { filtered }),
  };
}
