// The first documents of a search by one field, and what they say in some others.

import type { Tree } from '../interpret/tree.ts';
import type { EvaluatedDocument, Field } from './fields.ts';
import type { Scalar } from './kinds.ts';

export interface HitsOptions {
  readonly size: number;
  readonly by: Field | undefined;
  readonly isDescending: boolean;
  readonly shown: readonly Field[];
}

interface Hit {
  readonly key: Scalar | undefined;
  readonly fields: Tree;
}

/** Holds no more than twice as many as it shows. */
export class FirstHits {
  readonly #options: HitsOptions;
  #hits: Hit[] = [];
  /** What can no longer be among the first is not looked at any further. */
  #bar: Scalar | undefined;

  constructor(options: HitsOptions) {
    this.#options = options;
  }

  add(document: EvaluatedDocument): void {
    const { size, shown } = this.#options;
    if (size === 0) return;
    const key = this.#keyOf(document);
    if (this.#bar !== undefined && this.#compare(key, this.#bar) > 0) return;
    this.#hits.push({ key, fields: fieldsOf(document, shown) });
    if (this.#hits.length >= 2 * size) this.#cut();
  }

  answer(): Tree[] {
    this.#cut();
    return this.#hits.map(({ fields }) => ({ fields }));
  }

  #cut(): void {
    const { size } = this.#options;
    this.#hits.sort((one, other) => this.#compare(one.key, other.key));
    if (this.#hits.length >= size) this.#bar = this.#hits[size - 1]?.key;
    this.#hits = this.#hits.slice(0, size);
  }

  /** Of several values, the one that stands further ahead. */
  #keyOf(document: EvaluatedDocument): Scalar | undefined {
    const { by } = this.#options;
    if (by === undefined) return undefined;
    return document
      .valuesOf(by)
      .reduce<Scalar | undefined>(
        (first, each) => (first === undefined || this.#compare(each, first) < 0 ? each : first),
        undefined,
      );
  }

  /** Without a value comes last, whichever way. */
  #compare(one: Scalar | undefined, other: Scalar | undefined): number {
    const { by, isDescending } = this.#options;
    if (by === undefined || (one === undefined && other === undefined)) return 0;
    if (one === undefined || other === undefined) return one === undefined ? 1 : -1;
    return (isDescending ? -1 : 1) * by.kind.compare(one, other);
  }
}

function fieldsOf(document: EvaluatedDocument, shown: readonly Field[]): Tree {
  return Object.fromEntries(
    shown.flatMap((field) => {
      const { show = (value: Scalar) => value } = field.kind;
      const values = document.valuesOf(field).map(show);
      return values.length === 0 ? [] : [[field.name, values]];
    }),
  );
}
