// Describes a content blob that is being served, so that faults can put further records into it.

import type { BodyPiece, ServedRecords } from '../../../faults/served-records.ts';
import { formatZonelessTime } from '../../../time.ts';
import type { ContentBlob } from './blob.ts';

export const describeServedBlob = (blob: ContentBlob, tenantId: string): ServedRecords => ({
  tenantId,
  contentType: blob.contentType,
  contentId: blob.contentId,
  created: blob.position.created,
  opening: '[',
  records: () => cutBrackets(blob),
  closing: ']',
  beginRecord: (id, operation) =>
    `{"CreationTime":"${formatZonelessTime(blob.position.created)}","Id":"${id}","Operation":"${operation}","OrganizationId":"${tenantId}","RecordType":6,"UserKey":"x","UserType":0,"Version":1,"Workload":"OneDrive"`,
});

function* cutBrackets(blob: ContentBlob): Generator<BodyPiece> {
  const body = blob.body();
  let held: BodyPiece | undefined;
  for (const piece of body instanceof Uint8Array ? [body] : body) {
    if (held !== undefined) yield held;
    held = held === undefined ? piece.slice(1) : piece;
  }
  if (held !== undefined) yield held.slice(0, -1);
}
