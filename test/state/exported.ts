// What tests of an exported state have in common: what is carried over and how, the export as a list of lines, and a
// window that holds every item.

import type { SqliteLedger } from '../../input/state/sqlite/sqlite-ledger.ts';

export const allTime = ['2026-01-01T00:00:00Z', '2027-01-01T00:00:00Z'] as const;

export const carried = {
  independent: ['first_run_at'],
  doubts: [
    { source: 'management-activity', name: 'last_listing', value: 'never' },
    { source: 'other', name: 'progress', value: 'unknown' },
  ],
};

export async function exportAll(ledger: Pick<SqliteLedger, 'export'>): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of ledger.export()) lines.push(line);
  return lines;
}

export async function* feed(lines: readonly string[]): AsyncIterable<string> {
  yield* lines;
}
