// What may be carried from a ledger of which not all could be read to another one: what each kind of source says of its
// own facts.

import { sourceKinds } from '../sources/index.ts';
import type { ImportOptions } from '../state/portable/import-state.ts';
import { outputFact } from './output-change.ts';

export function carriedFacts(): ImportOptions {
  const kept = sourceKinds().flatMap(({ lostState }) => lostState ?? []);
  return {
    independentFacts: [...kept.flatMap(({ independentFacts }) => independentFacts), outputFact],
    doubts: kept.map(({ doubt }) => doubt),
  };
}
