// What may be carried from a ledger of which not all could be read to another one.

import { independentFacts, neverListed } from '../sources/management-activity/stream.ts';
import type { ImportOptions } from '../state/portable/import-state.ts';
import { outputFact } from './output-change.ts';

export const carriedFacts: ImportOptions = {
  independentFacts: [...independentFacts, outputFact],
  doubt: neverListed,
};
