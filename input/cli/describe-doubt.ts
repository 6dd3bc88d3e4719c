// Says of how many documents of a data stream a second one may be there.

import type { DoubtfulDocuments } from '../contract/state.ts';
import { isoTime } from '../contract/time.ts';
import { wrap } from './terminal/terminal.ts';

export function describeDoubt({ dataStream, documents, lastAt }: DoubtfulDocuments): string {
  const what =
    documents === 1 ? '1 document may be there twice' : `${documents} documents may be there twice`;
  return wrap(
    `${dataStream}: ${what}, since an attempt to send it had no outcome and the key could not look (last at ${isoTime(lastAt)}). m365 deduplicate finds second copies, with a key that may read.`,
    '',
    '  ',
  );
}
