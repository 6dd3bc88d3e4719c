// Remembers the records that a fault put into a batch while it was served: they belong to no feed, but to the truth.

import type { TruthFilter, TruthRecord } from './truth.ts';

export class AddedRecords {
  private readonly records = new Map<string, TruthRecord>();

  /** Adds records to the batch; adding the same ones again changes nothing. An undefined Id is a record without one. */
  add(batch: Omit<TruthRecord, 'id'>, ids: readonly (string | undefined)[]): void {
    const { tenantId, contentType, contentId } = batch;
    for (const [index, id] of ids.entries()) {
      this.records.set(`${contentId} ${id ?? index}`, { tenantId, contentType, contentId, id });
    }
  }

  *select({ tenantId, contentType }: TruthFilter): Generator<TruthRecord> {
    for (const record of this.records.values()) {
      const fits =
        (tenantId === undefined || record.tenantId === tenantId) &&
        (contentType === undefined || record.contentType === contentType);
      if (fits) yield record;
    }
  }
}
