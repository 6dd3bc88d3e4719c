// What may be carried from a ledger of which not all could be read to another one.

import type { ImportOptions } from './delivery/import-state.ts';
import { outputFact } from './output-change.ts';
import { independentFacts, neverListed } from './sources/management-activity/stream.ts';

export const carriedFacts: ImportOptions = {
  independentFacts: [...independentFacts, outputFact],
  doubt: neverListed,
};
