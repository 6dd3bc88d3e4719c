// Says of how many documents of a data stream a second one may be there.

import type { DoubtfulDocuments } from '../contract/state.ts';
import { isoTime } from '../contract/time.ts';
import { wrap } from './terminal/terminal.ts';

export function describeDoubt({ dataStream, documents, byOthers, lastAt }: DoubtfulDocuments): string {
  const reasons = [
    documents > byOthers && `an attempt to send ${documents - byOthers} of them had no outcome`,
    byOthers > 0 && `${byOthers} may have been delivered before, under another ledger or before a replay`,
  ];
  const what =
    documents === 1 ? '1 document may be there twice' : `${documents} documents may be there twice`;
  return wrap(
    `${dataStream}: ${what}: ${reasons.filter(Boolean).join(', ')}, and the key could not look (last at ${isoTime(lastAt)}). m365 deduplicate finds second copies, with a key that may read.`,
    '',
    '  ',
  );
}
