// Adds counters up over all runs on the same ledger.

import { type Component, keyOf } from '../../contract/component.ts';
import type { Counter } from '../../contract/telemetry.ts';
import { type ComponentName, componentOf, nameOf, sortByName } from './component-name.ts';

export interface StatusTotals {
  /** The id of the ledger; a new ledger begins at 0. */
  readonly ledger: string;
  readonly since: string;
  readonly components: readonly ComponentTotals[];
}

/** Totals whose components are iterated once. */
export type StatusTotalsInPieces = Omit<StatusTotals, 'components'> & {
  readonly components: Iterable<ComponentTotals>;
};

export interface ComponentTotals extends ComponentName {
  readonly counters: Readonly<Partial<Record<Counter, number>>>;
}

/** A component with the counters of this process. */
export interface Counted {
  readonly component: Component;
  readonly counters: Readonly<Partial<Record<Counter, number>>>;
}

const summed: readonly Counter[] = [
  'items_listed',
  'items_fetched',
  'items_lost',
  'records_delivered',
  'records_duplicate',
  'records_filtered',
  'records_possibly_duplicate',
];

export class RunningTotals {
  /** The totals that an earlier process left, until the ledger is open. */
  #left: StatusTotals | undefined;
  #ledger: { readonly id: string; readonly since: string } | undefined;
  /** The counts to add to those of this process, by component. */
  readonly #before = new Map<string, ComponentTotals>();

  restore(totals: StatusTotals | undefined): void {
    this.#left = totals;
  }

  /** Counts for this ledger from here on: on from where an earlier process left it, or from 0. */
  ledgerOpened(id: string, now: string, counted: Iterable<Counted>): void {
    const left = this.#left?.ledger === id ? this.#left : undefined;
    this.#left = undefined;
    if (this.#ledger?.id === id) return;
    this.#ledger = { id, since: left?.since ?? now };
    this.#before.clear();
    for (const { component, counters } of counted)
      this.#before.set(
        keyOf(component),
        totalsOf(component, (name) => -(counters[name] ?? 0)),
      );
    for (const each of left?.components ?? []) {
      const component = componentOf(each);
      if (component) this.#before.set(keyOf(component), each);
    }
  }

  /**
   * Returns the totals; before the ledger is open, as they were left, so that a process that ends by then does not lose
   * them. `counted` is keyed by component.
   */
  read(counted: ReadonlyMap<string, Counted>): StatusTotalsInPieces | undefined {
    if (!this.#ledger) return this.#left;
    const { id, since } = this.#ledger;
    const own = counted.values().map(({ component }) => component);
    const others = this.#before
      .entries()
      .filter(([key]) => !counted.has(key))
      .map(([, each]) => componentOf(each))
      .filter((component) => component !== undefined);
    const components = sortByName([...own, ...others], nameOf)
      .values()
      .map((component) => this.#total(component, counted.get(keyOf(component))))
      .filter(({ counters }) => Object.keys(counters).length > 0);
    return { ledger: id, since, components };
  }

  #total(component: Component, counted: Counted | undefined): ComponentTotals {
    const before = this.#before.get(keyOf(component))?.counters ?? {};
    return totalsOf(component, (name) => (before[name] ?? 0) + (counted?.counters[name] ?? 0));
  }
}

function totalsOf(component: Component, read: (name: Counter) => number): ComponentTotals {
  const counters = summed.flatMap((name) => (read(name) === 0 ? [] : [[name, read(name)]]));
  return { ...nameOf(component), counters: Object.fromEntries(counters) };
}
