// Notes which step wrote which field of a document while it is made. A step of the engine runs as it is and its changes
// are compared afterwards, so that an explanation cannot tell another story than the engine.

import { isDeepStrictEqual } from 'node:util';
import type { FieldNode, Slots } from '../engine/layout.ts';
import type { Json } from '../json/json.ts';
import type { ExplainedField, FieldOrigin } from './explanation.ts';
import { flatten } from './flatten.ts';

export interface TracedSlot {
  readonly name: string;
  readonly slot: number;
}

export function listSlots(nodes: readonly FieldNode[], above: readonly string[] = []): TracedSlot[] {
  return nodes.flatMap(({ name, slot, children }) => {
    const path = [...above, name];
    return [...(slot < 0 ? [] : [{ name: path.join('.'), slot }]), ...listSlots(children, path)];
  });
}

export class SlotTrace {
  readonly slots: Slots;
  readonly #leaves: readonly TracedSlot[];
  readonly #sources = new Map<string, FieldOrigin[]>();

  constructor(leaves: readonly TracedSlot[], size: number) {
    this.#leaves = leaves;
    this.slots = Array.from({ length: size }, () => undefined);
  }

  /**
   * Names the fields that `run` changed, and notes the source of those that hold something afterwards. It changes none
   * but `leaves`. The source may depend on the field.
   */
  watch(
    source: FieldOrigin | ((name: string) => FieldOrigin),
    run: (slots: Slots) => void,
    leaves = this.#leaves,
  ): string[] {
    const before = leaves.map(({ slot }) => copyOfList(this.slots[slot]));
    run(this.slots);
    const changed = leaves.filter(({ slot }, i) => !isDeepStrictEqual(before[i], this.slots[slot]));
    for (const { name, slot } of changed) {
      if (this.slots[slot] === undefined) this.#sources.delete(name);
      else this.#add(name, typeof source === 'function' ? source(name) : source);
    }
    return changed.map(({ name }) => name);
  }

  #add(name: string, source: FieldOrigin): void {
    this.#sources.set(name, [...(this.#sources.get(name) ?? []), source]);
  }

  /** The sources of the field itself, or of those below it. */
  sourcesOf(name: string): readonly FieldOrigin[] {
    return [...this.#sources].flatMap(([known, sources]) =>
      known === name || known.startsWith(`${name}.`) ? sources : [],
    );
  }

  listFields(): ExplainedField[] {
    return this.#leaves.flatMap(({ name, slot }) => {
      const value = this.slots[slot];
      if (value === undefined) return [];
      const sources = this.#sources.get(name) ?? [];
      return flatten(value, name).map(([field, inner]) => ({ name: field, value: inner, sources }));
    });
  }
}

/** Rules add to lists in place. */
function copyOfList(value: Json): Json {
  return Array.isArray(value) ? [...value] : value;
}
