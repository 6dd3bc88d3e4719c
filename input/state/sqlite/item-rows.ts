// Reads work items out of the rows of their table. A row that cannot be read is damaged.

import type { SQLOutputValue } from 'node:sqlite';
import type { ItemState, WorkItem } from '../../contract/state.ts';
import { DamagedRowError, type Row, readInteger, readOptionalText, readText } from './rows.ts';

const itemStates: readonly ItemState[] = ['listed', 'fetching', 'acknowledged', 'expired', 'poisoned'];

export function readPosition(row: Row) {
  return { time: readInteger(row, 'created_ms'), item: readInteger(row, 'item') };
}

export function readItem(row: Row): WorkItem {
  return {
    id: readText(row, 'id'),
    data: readText(row, 'data'),
    createdAt: readText(row, 'created'),
    expiresAt: readText(row, 'expires'),
    state: readState(row.state),
    listedAt: writeTime(readInteger(row, 'listed_at')),
    attempts: readInteger(row, 'attempts'),
    nextAttemptAt: readInteger(row, 'next_attempt_at'),
    reason: readOptionalText(row, 'reason'),
    late: readInteger(row, 'late') === 1,
    backfill: readInteger(row, 'backfill') === 1,
    uncertain: readInteger(row, 'uncertain') === 1,
    delivered: readInteger(row, 'delivered'),
    duplicate: readInteger(row, 'duplicate'),
    deadLettered: readInteger(row, 'dead_lettered'),
    filtered: readInteger(row, 'filtered'),
    owner: readOptionalText(row, 'owner'),
    leasedUntil: readInteger(row, 'leased_until'),
    lease: readInteger(row, 'lease'),
  };
}

export function readState(value: SQLOutputValue | undefined): ItemState {
  const state = itemStates.find((known) => known === value);
  if (!state) throw new DamagedRowError(`an item is in the unknown state ${String(value)}`);
  return state;
}

function writeTime(ms: number): string {
  const time = new Date(ms);
  if (Number.isNaN(time.getTime())) throw new DamagedRowError(`${ms} is no time`);
  return time.toISOString();
}
