// Proves one feed of one tenant: the items that the service lists now are compared with those that the ledger
// remembers. Listed items are compared as they come, so that no listing is ever held whole; then the ledger is read
// through once.

import { createHash } from 'node:crypto';
import type { Feed } from '../../contract/feed.ts';
import type { Gap, WorkItem, WorkView } from '../../contract/state.ts';
import { hourMs, isoTime } from '../../contract/time.ts';
import type { Inventory, ListedItem } from '../../sources/source-kind.ts';

/** An item that is not delivered, and why. */
export interface OpenItem {
  readonly contentId: string;
  readonly contentCreated: string;
  readonly state: 'pending' | 'lost' | 'missing';
  readonly reason: string;
}

export interface FeedProof {
  readonly contentType: string;
  /** Items that the service lists now. */
  readonly listed: number;
  /** Items of which every record was settled; those that are listed no more included. */
  readonly done: number;
  readonly open: readonly OpenItem[];
  /** Records, over the items that are done. */
  readonly records: { readonly delivered: number; readonly duplicate: number; readonly filtered: number };
  /** That wait for a replay. */
  readonly deadLetters: number;
  /** Records that were kept as dead letters, of which there is no letter any more and no word of a replay. */
  readonly lettersGone: number;
  readonly gaps: readonly Gap[];
}

interface ProvedWindow {
  readonly from: number;
  readonly to: number;
}

export interface FeedLedger {
  readonly ledger: Pick<WorkView, 'between' | 'gapsBetween'>;
  readonly feed: Feed;
  readonly window: ProvedWindow;
  /** Whoever lists, for people. */
  readonly service: string;
  /** Dead letters that wait for a replay, by position. */
  readonly letters: ReadonlyMap<string, number>;
}

/**
 * Throws a ListingError where not everything could be listed. `onItems` is called with what was listed, each item once, a
 * few hours at a time: what it does may take longer than the pages of a listing stay good.
 */
export async function proveFeed(
  inventory: Inventory,
  known: FeedLedger,
  onItems?: (items: readonly ListedItem[]) => Promise<void>,
): Promise<FeedProof> {
  const { ledger, feed, window, letters } = known;
  const listed = new ListedItems(known);
  for (const part of onItems ? cutInHours(window) : [window]) {
    const fresh: ListedItem[] = [];
    await list(inventory, feed.name, part, async (items) => {
      const found = await listed.take(items);
      if (onItems) fresh.push(...found);
    });
    if (fresh.length > 0) await onItems?.(fresh);
  }
  const gaps = await ledger.gapsBetween(feed, ...isoWindow(window));
  const remembered = await readLedger(known, gaps, listed);
  const lettersInAll = [...letters.values()].reduce((sum, count) => sum + count, 0);
  return {
    contentType: feed.name,
    listed: listed.count,
    done: remembered.done + listed.settled,
    open: [...listed.open.values(), ...remembered.open],
    records: remembered.records,
    deadLetters: listed.isReadInOrder ? lettersInAll : remembered.deadLetters,
    lettersGone: remembered.lettersGone,
    gaps: remembered.gaps,
  };
}

/** The service could not list everything; the cause says why. */
export class ListingError extends Error {}

async function list(
  inventory: Inventory,
  feed: string,
  window: ProvedWindow,
  take: (items: readonly ListedItem[]) => Promise<void>,
): Promise<void> {
  let fault: { readonly error: unknown } | undefined;
  const onItems = async (items: readonly ListedItem[]) => {
    try {
      await take(items);
    } catch (error) {
      fault = { error };
      throw error;
    }
  };
  try {
    await inventory.list(feed, window, onItems);
  } catch (cause) {
    throw fault ? fault.error : new ListingError('the listing failed', { cause });
  }
}

const partMs = 3 * hourMs;

function cutInHours({ from, to }: ProvedWindow): ProvedWindow[] {
  const parts: ProvedWindow[] = [];
  for (let start = from; start < to; start += partMs)
    parts.push({ from: start, to: Math.min(to, start + partMs) });
  return parts;
}

export function isComplete({ open, deadLetters, lettersGone, gaps }: FeedProof): boolean {
  return open.length === 0 && deadLetters === 0 && lettersGone === 0 && gaps.length === 0;
}

/** The items listed so far, in numbers, and those of them that are open. */
class ListedItems {
  count = 0;
  settled = 0;
  /** True where a checkpoint says what is done, and not the ledger's items. */
  isReadInOrder = false;
  /** The open items by position. */
  readonly open = new Map<string, OpenItem>();
  readonly #known: FeedLedger;
  /** A part of the digest of each position: a number is all that is held of what is listed. */
  readonly #seen = new Set<number>();

  constructor(known: FeedLedger) {
    this.#known = known;
  }

  /** Returns those that did not come before. All are compared: two positions may have the same number. */
  async take(items: readonly ListedItem[]): Promise<ListedItem[]> {
    const fresh = items.filter(({ position }) => this.#isFresh(position));
    this.count += fresh.length;
    this.settled += fresh.filter(({ settled }) => settled === true).length;
    this.isReadInOrder ||= items.some(({ settled }) => settled !== undefined);
    for (const item of items) if (item.settled === false) this.#note(item, 'pending', 'not read yet');
    const { service } = this.#known;
    for (const item of await this.#findUnknown(items.filter(({ settled }) => settled === undefined)))
      this.#note(item, 'missing', `${service} lists it, and the ledger has never seen it`);
    return fresh;
  }

  /** The ledger has it after all: the service may date an item otherwise than when it was listed before. */
  noteKnown(position: string): void {
    if (this.open.get(position)?.state === 'missing') this.open.delete(position);
  }

  #isFresh(position: string): boolean {
    const mark = createHash('sha256').update(position).digest().readUIntBE(0, 6);
    const before = this.#seen.size;
    return this.#seen.add(mark).size > before;
  }

  #note({ position, createdAt }: ListedItem, state: OpenItem['state'], reason: string): void {
    this.open.set(position, { contentId: position, contentCreated: createdAt, state, reason });
  }

  /** Items that are listed together were made at about the same time, and so lie together in the ledger. */
  async #findUnknown(items: readonly ListedItem[]): Promise<Iterable<ListedItem>> {
    if (items.length === 0) return [];
    const { ledger, feed } = this.#known;
    const unknown = new Map(items.map((item) => [item.position, item]));
    const times = items.map(({ createdAt }) => Date.parse(createdAt));
    const window = { from: Math.min(...times), to: Math.max(...times) + 1 };
    for await (const { id } of ledger.between(feed, ...isoWindow(window))) unknown.delete(id);
    return unknown.values();
  }
}

async function readLedger(
  { ledger, feed, window, letters }: FeedLedger,
  gaps: readonly Gap[],
  listed: ListedItems,
) {
  const open: OpenItem[] = [];
  const sums = { done: 0, delivered: 0, duplicate: 0, filtered: 0, deadLetters: 0, lettersGone: 0 };
  const ofItems = Map.groupBy(gaps, ({ reason }) => /^content (\S+): /.exec(reason)?.[1] ?? '');
  for await (const blob of ledger.between(feed, ...isoWindow(window))) {
    listed.noteKnown(blob.id);
    const waiting = letters.get(blob.id) ?? 0;
    sums.deadLetters += waiting;
    open.push(...describeOpen(blob));
    // A lost item leaves a gap as well, which would outlast a replay; its own state says what is true now.
    ofItems.delete(blob.id);
    if (blob.state !== 'acknowledged') continue;
    sums.done += 1;
    sums.delivered += blob.delivered;
    sums.duplicate += blob.duplicate;
    sums.filtered += blob.filtered;
    sums.lettersGone += Math.max(0, blob.deadLettered - waiting);
  }
  const { delivered, duplicate, filtered, ...counts } = sums;
  const left = new Set([...ofItems.values()].flat());
  const records = { delivered, duplicate, filtered };
  return { ...counts, open, records, gaps: gaps.filter((gap) => left.has(gap)) };
}

function describeOpen({ state, id, createdAt, reason, attempts }: WorkItem): OpenItem[] {
  const item = { contentId: id, contentCreated: createdAt };
  switch (state) {
    case 'acknowledged':
      return [];
    case 'expired':
    case 'poisoned':
      return [{ ...item, state: 'lost', reason: reason ?? state }];
    default: {
      const waiting = attempts === 0 ? 'not fetched yet' : `not yet, after ${attempts} attempts`;
      return [{ ...item, state: 'pending', reason: reason ? `${waiting}: ${reason}` : waiting }];
    }
  }
}

function isoWindow({ from, to }: ProvedWindow): [string, string] {
  return [isoTime(from), isoTime(to)];
}
