// The table of work items: a row for every item that a source listed, from the listing to its end. The gaps between
// them are gaps.ts.

import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { BatchCounts } from '../../contract/batch-counts.ts';
import type { Clock } from '../../contract/clock.ts';
import type { Feed } from '../../contract/feed.ts';
import type {
  Gap,
  Hold,
  Item,
  ItemState,
  Lease,
  Overdue,
  TakeOrder,
  WorkItem,
  WorkLedger,
} from '../../contract/state.ts';
import type { Access } from './access.ts';
import type { Components } from './components.ts';
import { GapRows } from './gaps.ts';
import { readItem, readPosition, readState } from './item-rows.ts';
import { type ItemStatements, prepareItemStatements } from './item-statements.ts';
import { OverdueItems } from './overdue-items.ts';
import { type Row, readInteger } from './rows.ts';

const itemsPerPruning = 500;
const leasesPerRenewal = 500;

export class SqliteWorkLedger implements WorkLedger {
  readonly #access: Access;
  readonly #components: Components;
  readonly #clock: Clock;
  readonly #statements: ItemStatements;
  readonly #gaps: GapRows;
  readonly #overdue: OverdueItems;

  constructor(database: DatabaseSync, components: Components, access: Access, clock: Clock) {
    this.#access = access;
    this.#components = components;
    this.#clock = clock;
    this.#statements = prepareItemStatements(database);
    this.#gaps = new GapRows(database);
    this.#overdue = new OverdueItems(database);
  }

  list(
    feed: Feed,
    items: readonly Item[],
    mark: { late: boolean; backfill: boolean; listedAt: number },
  ): Promise<readonly string[]> {
    return this.#access.write(() => {
      const component = this.#components.findOrAdd(feed);
      const { late, backfill, listedAt } = mark;
      const isNew = ({ id, data, createdAt, expiresAt }: Item) => {
        const time = readTime(createdAt, listedAt);
        const cells = [component, id, data, createdAt, expiresAt, time, listedAt];
        return changed(this.#statements.add.run(...cells, Number(late), Number(backfill)));
      };
      return items.filter(isNew).map(({ id }) => id);
    });
  }

  async take(feed: Feed, limit: number, lease: Lease, order: TakeOrder = {}): Promise<readonly WorkItem[]> {
    const now = this.#clock.now();
    const free = await this.#access.read(() => {
      const component = this.#components.find(feed);
      return this.#isAnythingDue(component, now)
        ? undefined
        : this.#findFree(component, limit, lease, order, now);
    });
    // The item is asked for again before it was begun: nothing has to be written.
    if (free?.every(({ item }) => isSafe(item, lease, now))) return free.map(({ item }) => item);
    return this.#access.write(() => {
      const component = this.#components.find(feed);
      this.#statements.makeReady.run(component, now);
      return this.#findFree(component, limit, lease, order, now).map((each) => this.#hold(each, lease, now));
    });
  }

  nextDueAt(feed: Feed, owner: string): Promise<number | undefined> {
    return this.#access.read(() => {
      const component = this.#components.find(feed);
      const times = [
        readNext(this.#statements.nextDue.get(component)),
        readNext(this.#statements.nextFree.get(component, owner)),
      ].filter((time) => time !== undefined);
      return times.length === 0 ? undefined : Math.min(...times);
    });
  }

  findOverdue(
    feed: Feed,
    times: { readonly madeSince: number; readonly before: number },
  ): Promise<Overdue | undefined> {
    return this.#access.read(() => this.#overdue.find(this.#components.find(feed), times));
  }

  renew({ owner, ms }: Lease): Promise<boolean> {
    return this.#access.write(() => {
      const now = this.#clock.now();
      const renewed = this.#statements.renew.run(now + ms, owner, now + ms / 2, leasesPerRenewal);
      return Number(renewed.changes) === leasesPerRenewal;
    });
  }

  release(owner: string, feed?: Feed): Promise<void> {
    return this.#access.write(() => {
      if (feed === undefined) this.#statements.release.run(owner);
      else this.#statements.releaseFeed.run(owner, this.#components.find(feed));
    });
  }

  /** It is called at a start, by whoever has the ledger to itself: those who held something are gone. */
  releaseAll(): void {
    this.#statements.releaseAll.run();
  }

  begin(feed: Feed, { id, lease }: Hold): Promise<boolean> {
    return this.#access.write(() =>
      changed(this.#statements.begin.run(this.#components.find(feed), id, lease)),
    );
  }

  settle(feed: Feed, { id, lease }: Hold, counts: BatchCounts, at: number): Promise<boolean> {
    const { delivered, duplicate, there = 0, deadLettered, filtered = 0 } = counts;
    const present = delivered + there;
    const row = { present, total: delivered + duplicate, deadLettered, filtered, at, id, lease };
    return this.#access.write(() =>
      changed(this.#statements.settle.run({ ...row, component: this.#components.find(feed) })),
    );
  }

  retryLater(feed: Feed, { id, lease }: Hold, nextAttemptAt: number, reason: string): Promise<boolean> {
    const next = Math.max(1, nextAttemptAt);
    return this.#access.write(() =>
      changed(this.#statements.retryLater.run(next, reason, this.#components.find(feed), id, lease)),
    );
  }

  giveUp(
    feed: Feed,
    { id, lease }: Hold,
    state: 'expired' | 'poisoned',
    reason: string,
    at: number,
  ): Promise<boolean> {
    return this.#access.write(() =>
      changed(this.#statements.giveUp.run(state, reason, at, this.#components.find(feed), id, lease)),
    );
  }

  reset(feed: Feed, id: string, { owner, ms }: Lease): Promise<WorkItem | undefined> {
    const until = this.#clock.now() + ms;
    return this.#access.write(() => {
      const row = this.#statements.reset.get(owner, until, this.#components.find(feed), id);
      return row && readItem(row);
    });
  }

  noteReplayed(feed: Feed, id: string, counts: BatchCounts): Promise<void> {
    const { delivered, duplicate, filtered = 0 } = counts;
    const settled = delivered + duplicate + filtered;
    return this.#access.write(() => {
      const component = this.#components.find(feed);
      this.#statements.noteReplayed.run(delivered, duplicate, settled, filtered, component, id);
    });
  }

  recordGap(gap: Gap): Promise<void> {
    return this.#access.write(() => this.#gaps.add(this.#components.findOrAdd(gap), gap));
  }

  gapsBetween(feed: Feed, from: string, to: string): Promise<readonly Gap[]> {
    return this.#access.read(() =>
      this.#gaps.between(this.#components.find(feed), from, to).map((gap) => ({ ...feed, ...gap })),
    );
  }

  /** Items come in pages, so that no read transaction stays open while the caller takes its time. */
  async *between(feed: Feed, from: string, to: string): AsyncIterable<WorkItem> {
    let after = { time: Date.parse(from), item: 0 };
    for (;;) {
      const page = await this.#access.read(() => {
        const component = this.#components.find(feed);
        return this.#statements.between
          .all(component, after.time, after.item, Date.parse(to))
          .map((row) => ({ item: readItem(row), at: readPosition(row) }));
      });
      for (const { item, at } of page) {
        yield item;
        after = at;
      }
      if (page.length === 0) return;
    }
  }

  countByState(feed: Feed): Promise<Record<ItemState, number>> {
    return this.#access.read(() => {
      const counts = { listed: 0, fetching: 0, acknowledged: 0, expired: 0, poisoned: 0 };
      for (const row of this.#statements.count.all(this.#components.find(feed)))
        counts[readState(row.state)] = readInteger(row, 'items');
      return counts;
    });
  }

  countFiltered(feed: Feed): Promise<number> {
    return this.#access.read(() => {
      const row = this.#statements.countFiltered.get(this.#components.find(feed));
      return typeof row?.filtered === 'number' ? row.filtered : 0;
    });
  }

  feeds(): Promise<readonly Feed[]> {
    return this.#access.read(() => this.#components.feeds());
  }

  /** Drops items that ended and were made before; true while more is left. */
  prune(createdBefore: number): Promise<boolean> {
    return this.#access.write(
      () => Number(this.#statements.prune.run(createdBefore, itemsPerPruning).changes) === itemsPerPruning,
    );
  }

  #isAnythingDue(component: number, now: number): boolean {
    const next = readNext(this.#statements.nextDue.get(component));
    return next !== undefined && next <= now;
  }

  #findFree(
    component: number,
    limit: number,
    { owner }: Lease,
    { except = [], freshFrom = Number.MAX_SAFE_INTEGER }: TakeOrder,
    now: number,
  ): FreeItem[] {
    const found: FreeItem[] = [];
    if (limit <= 0) return found;
    const busy = new Set(except);
    for (const statement of [this.#statements.fresh, this.#statements.older]) {
      for (const row of statement.iterate(component, freshFrom)) {
        const item = readItem(row);
        const isOthers = item.owner !== undefined && item.owner !== owner && item.leasedUntil > now;
        if (isOthers || busy.has(item.id)) continue;
        found.push({ item, row: readInteger(row, 'item') });
        if (found.length === limit) return found;
      }
    }
    return found;
  }

  #hold({ row, item }: FreeItem, { owner, ms }: Lease, now: number): WorkItem {
    const leasedUntil = now + ms;
    const leased = this.#statements.lease.get(owner, leasedUntil, row);
    if (!leased) throw new TypeError('an item that was just read is not there');
    return { ...item, owner, leasedUntil, lease: readInteger(leased, 'lease') };
  }
}

interface FreeItem {
  readonly item: WorkItem;
  /** The number of its row. */
  readonly row: number;
}

/** The owner's for so long still that it need not be written again. */
function isSafe(item: WorkItem, { owner, ms }: Lease, now: number): boolean {
  return item.owner === owner && item.leasedUntil - now > ms / 2;
}

function changed({ changes }: ReturnType<StatementSync['run']>): boolean {
  return Number(changes) > 0;
}

function readNext(row: Row | undefined): number | undefined {
  return typeof row?.next === 'number' ? row.next : undefined;
}

function readTime(time: string, otherwise: number): number {
  const ms = Date.parse(time);
  return Number.isNaN(ms) ? otherwise : ms;
}
