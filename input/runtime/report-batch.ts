// Tells an operator what became of a batch: counters, lag, and what looks as if somebody had to do something.

import type { BatchCounts } from '../contract/batch-counts.ts';
import type { Clock } from '../contract/clock.ts';
import type { Origin } from '../contract/feed.ts';
import type { Logger } from '../contract/logger.ts';
import type { Output, WriteReport } from '../contract/output.ts';
import type { Batch } from '../contract/source.ts';
import type { Telemetry } from '../contract/telemetry.ts';

interface ReportingParts {
  readonly telemetry: Telemetry;
  readonly log: Logger;
}

/** Counted in the ledger as well. */
export function reportDoubt(
  parts: ReportingParts,
  origin: Origin,
  { possiblyDuplicate, possiblyByOthers = 0 }: Pick<WriteReport, 'possiblyDuplicate' | 'possiblyByOthers'>,
): void {
  parts.telemetry.count(origin.feed, 'records_possibly_duplicate', possiblyDuplicate);
  if (possiblyDuplicate === 0) return;
  const resent = possiblyDuplicate - possiblyByOthers;
  const message =
    resent > 0
      ? `${resent} documents were sent again after an attempt of which nobody knows the outcome, into another backing index than may have taken them then: some may be there twice.`
      : `${possiblyByOthers} documents may have been delivered before, under another ledger or before a replay, into an earlier backing index: some may be there twice.`;
  giveNotice(
    parts,
    origin,
    'possibly-duplicate',
    `${message} They are counted as records_possibly_duplicate; m365 deduplicate, with a key that may read, finds and removes second copies.`,
  );
}

/** Documents that were there already, though no run of this ledger can have sent them, come from somebody else. */
export function reportSecondCollector(
  parts: ReportingParts & { readonly output: Pick<Output, 'name'> },
  { origin, uncertain }: Pick<Batch, 'origin' | 'uncertain'>,
  report: WriteReport,
): void {
  const strange = report.duplicate - (report.takenOver ?? 0);
  if (strange === 0 || uncertain) return;
  const message = `${strange} documents were in ${parts.output.name} already, though this collector never sent them: another one may be reading the same tenant. Nothing is doubled, but both spend the request budget; stop one of them.`;
  giveNotice(parts, origin, 'second-collector', message);
}

/** It is said once in an hour for each feed. */
function giveNotice({ telemetry, log }: ReportingParts, origin: Origin, code: string, message: string): void {
  if (telemetry.showNotice?.(origin.feed, { health: 'degraded', code, message }))
    log.warn({ m365: originFields(origin) }, `${origin.feed.name}: ${message}`);
}

/** `newest` is the newest CreationTime of the batch in seconds; 0 where none can be read. */
export function reportSettled(
  { telemetry, clock }: Pick<ReportingParts, 'telemetry'> & { readonly clock: Clock },
  origin: Origin,
  { counts, newest }: { readonly counts: BatchCounts; readonly newest: number },
): void {
  const now = clock.now();
  telemetry.count(origin.feed, 'records_delivered', counts.delivered);
  telemetry.count(origin.feed, 'records_duplicate', counts.duplicate);
  telemetry.count(origin.feed, 'records_dead_lettered', counts.deadLettered);
  if (counts.filtered) telemetry.count(origin.feed, 'records_filtered', counts.filtered);
  const created = Date.parse(origin.createdAt ?? origin.fetchedAt);
  const lag = newest > 0 ? now - newest * 1000 : undefined;
  telemetry.lag(origin.feed, lag, now - created, origin.backfill);
}

export function originFields({ feed, position }: Origin): object {
  return { tenant: feed.tenant, content_type: feed.name, content_id: position };
}
