// Records that a fault put into a blob as it was served: they are no part of any feed, but of the truth.

import { readContentId } from './content/blob.ts';
import type { TruthFilter, TruthRecord } from './truth.ts';

export class AddedRecords {
  private readonly records = new Map<string, TruthRecord>();

  add(tenantId: string, contentId: string, ids: readonly (string | undefined)[]): void {
    const contentType = readContentId(contentId)?.contentType;
    if (!contentType) return;
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
