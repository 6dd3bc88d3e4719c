// A ledger for one test, with its clock, and ways to take and find items.

import type { Item, TakeOrder, WorkItem } from '../../input/contract/state.ts';
import type { SqliteLedger } from '../../input/state/sqlite/sqlite-ledger.ts';
import { allTime } from './exported.ts';
import {
  openTestLedger,
  readAll,
  recordingLog,
  scope,
  steppingClock,
  temporaryFolder,
} from './state-folder.ts';

type TestClock = ReturnType<typeof steppingClock>;

export async function withLedger(
  use: (ledger: SqliteLedger, clock: TestClock) => Promise<void>,
): Promise<void> {
  using folder = temporaryFolder();
  const clock = steppingClock();
  const ledger = await openTestLedger(folder.path, recordingLog(), clock);
  await use(ledger, clock);
  await ledger.close();
}

export const idsOf = (items: readonly Pick<Item, 'id'>[]) => items.map(({ id }) => id);

/** What the process itself may take. */
export const take = (ledger: SqliteLedger, limit = 9, order: TakeOrder = {}) =>
  ledger.work.take(scope, limit, ledger.lease, order);

export async function find(ledger: SqliteLedger, id: string): Promise<WorkItem | undefined> {
  const all = ledger.work.between(scope, ...allTime);
  return (await readAll(all)).find((found) => found.id === id);
}

export function pick(items: readonly WorkItem[], id: string): WorkItem {
  const item = items.find((each) => each.id === id);
  if (!item) throw new Error(`${id} was not taken`);
  return item;
}
