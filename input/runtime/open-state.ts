// Opens the state of a folder, for the collector and the commands alike, with what the kinds of source have to say
// about it.

import { dayMs } from '../contract/time.ts';
import { findKind, sourceKinds, usualKind } from '../sources/index.ts';
import type { ImportOptions } from '../state/portable/import-state.ts';
import { forgottenBefore } from '../state/sqlite/ids/seen-ids.ts';
import {
  type LedgerOptions,
  openLedger,
  openLedgerToRead,
  type SqliteLedger,
} from '../state/sqlite/sqlite-ledger.ts';
import { outputFact } from './output-change.ts';

export type StateOptions = Omit<LedgerOptions, 'carried' | 'reachMs' | 'reachOf' | 'migrations'>;

/** Lists what may be carried to another ledger from one of which not all could be read. */
export function carriedFacts(): ImportOptions {
  const kept = sourceKinds().flatMap(({ name: source, lostState }) =>
    lostState ? { source, ...lostState } : [],
  );
  return {
    independent: [...kept.flatMap(({ independentFacts }) => independentFacts), outputFact],
    doubts: kept.map(({ source, doubt }) => ({ source, ...doubt })),
  };
}

/** Opens the state, or begins one. See openLedger for what it refuses. */
export function openState(options: StateOptions): Promise<SqliteLedger> {
  return openLedger({ ...options, ...reach(), carried: carriedFacts() });
}

/** Opens the state to look at it, also while a collector uses it. See openLedgerToRead for what it refuses. */
export function openStateToRead(options: StateOptions): Promise<SqliteLedger> {
  return openLedgerToRead({ ...options, ...reach() });
}

/** For how long Ids and finished items are remembered, in milliseconds: nothing older can be served again. */
export function rememberedForMs(reachMs = usualReachMs()): number {
  return -forgottenBefore(0, { reachMs });
}

/** The same as people count it, where no source is in use that reaches further than the usual one. */
export function rememberedDays(): number {
  return Math.ceil(rememberedForMs() / dayMs);
}

/** A source that nobody uses keeps no Ids of the others. */
function reach(): Pick<LedgerOptions, 'reachMs' | 'reachOf'> {
  return { reachMs: usualReachMs(), reachOf: (source) => findKind(source)?.reachMs };
}

function usualReachMs(): number {
  return findKind(usualKind)?.reachMs ?? 0;
}
