// `m365 state show`: what the ledger knows of each tenant and content type.

import type { BlobState, Gap, Scope } from '../contract.ts';
import { facts } from '../sources/management-activity/stream.ts';
import { type LedgerView, viewLedger } from './ledger-view.ts';
import { paint, say, table, wrap } from './paper.ts';

interface ScopeState extends Scope {
  readonly blobs: Record<BlobState, number>;
  readonly watermark: string | undefined;
  readonly subscribedAt: string | undefined;
  readonly gaps: readonly Gap[];
}

export function showState(folder: string, json: boolean): void {
  using ledger = viewLedger(folder);
  const states = ledger.scopes().map((scope) => readState(ledger, scope));
  if (json) say(JSON.stringify(states, undefined, 2));
  else printStates(folder, states);
}

function printStates(folder: string, states: readonly ScopeState[]): void {
  say(`Ledger in ${folder}`);
  for (const [tenantId, scopes] of Map.groupBy(states, (state) => state.tenantId)) {
    say(`\nTenant ${tenantId}`);
    say(drawScopes(scopes));
    for (const gap of scopes.flatMap(({ gaps }) => gaps))
      say(
        paint('red', wrap(`lost: ${gap.contentType}, ${gap.from} to ${gap.to}: ${gap.reason}`, '  ', '    ')),
      );
  }
  if (states.length === 0) say('Nothing was listed yet.');
}

function readState(ledger: LedgerView, scope: Scope): ScopeState {
  return {
    ...scope,
    blobs: ledger.countByState(scope),
    watermark: ledger.fact(scope, facts.watermark),
    subscribedAt: ledger.fact(scope, facts.subscriptionStartedAt),
    gaps: ledger.gapsBetween(scope, 0, Date.now()),
  };
}

function drawScopes(scopes: readonly ScopeState[]): string {
  return table(
    ['content type', 'open', 'done', 'expired', 'unreadable', 'listed up to'],
    scopes.map(({ contentType, blobs, watermark }) => [
      contentType,
      String(blobs.listed + blobs.fetching),
      String(blobs.acknowledged),
      String(blobs.expired),
      String(blobs.poisoned),
      watermark?.slice(0, 16).concat('Z') ?? '-',
    ]),
  );
}
