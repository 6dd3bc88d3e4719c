// What became of the records of several batches together.

import type { BatchCounts } from './source.ts';

export function addCounts(left: BatchCounts, right: BatchCounts): BatchCounts {
  const there = (left.there ?? 0) + (right.there ?? 0);
  return {
    delivered: left.delivered + right.delivered,
    duplicate: left.duplicate + right.duplicate,
    ...(there > 0 && { there }),
    deadLettered: left.deadLettered + right.deadLettered,
  };
}
