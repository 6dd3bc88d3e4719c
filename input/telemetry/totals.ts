// Counters added up over all runs on the same ledger.

import { type Component, keyOf } from '../contract/component.ts';
import type { Counter } from '../contract/telemetry.ts';
import { byComponent, type ComponentName, componentOf, nameOf } from './component-name.ts';

export interface Totals {
  /** Which ledger it is: a new one begins at 0. */
  readonly ledger: string;
  readonly since: string;
  readonly components: readonly ComponentTotals[];
}

/** To be read once. */
export type TotalsInPieces = Omit<Totals, 'components'> & { readonly components: Iterable<ComponentTotals> };

export interface ComponentTotals extends ComponentName {
  readonly counters: Readonly<Partial<Record<Counter, number>>>;
}

/** A component and what this process counted of it. */
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
];

export class RunningTotals {
  /** As an earlier process left them, until the ledger is open. */
  #left: Totals | undefined;
  #ledger: { readonly id: string; readonly since: string } | undefined;
  /** What to add to the counters of this process. */
  readonly #before = new Map<string, ComponentTotals>();

  restore(totals: Totals | undefined): void {
    this.#left = totals;
  }

  /** From here on it is counted what this ledger has seen: on from where an earlier process left it, or from 0. */
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
   * Before the ledger is open they stand as they were left: a process that ends by then must not take them along.
   * `counted`: by key.
   */
  read(counted: ReadonlyMap<string, Counted>): TotalsInPieces | undefined {
    if (!this.#ledger) return this.#left;
    const { id, since } = this.#ledger;
    const own = counted.values().map(({ component }) => component);
    const others = this.#before
      .entries()
      .filter(([key]) => !counted.has(key))
      .map(([, each]) => componentOf(each))
      .filter((component) => component !== undefined);
    const components = [...own, ...others]
      .toSorted(byComponent)
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
