// The hits of a search: its first documents by one field, with their values in some others.

import type { UnknownObject } from '../interpret/unknown-object.ts';
import type { EvaluatedDocument, QueryField } from './fields.ts';
import type { Scalar } from './kinds.ts';

export interface HitsOptions {
  readonly size: number;
  readonly by: QueryField | undefined;
  readonly isDescending: boolean;
  readonly shown: readonly QueryField[];
}

interface RankedHit {
  readonly key: Scalar | undefined;
  readonly fields: UnknownObject;
}

/** Keeps at most twice as many documents as it shows. */
export class FirstHits {
  readonly #options: HitsOptions;
  #hits: RankedHit[] = [];
  /** A document that can no longer be among the first is not looked at any further. */
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

  answer(): UnknownObject[] {
    this.#cut();
    return this.#hits.map(({ fields }) => ({ fields }));
  }

  #cut(): void {
    const { size } = this.#options;
    this.#hits.sort((one, other) => this.#compare(one.key, other.key));
    if (this.#hits.length >= size) this.#bar = this.#hits[size - 1]?.key;
    this.#hits = this.#hits.slice(0, size);
  }

  /** The value that stands further ahead counts where a field has several. */
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

  /** A document without a value comes last in either direction. */
  #compare(one: Scalar | undefined, other: Scalar | undefined): number {
    const { by, isDescending } = this.#options;
    if (by === undefined || (one === undefined && other === undefined)) return 0;
    if (one === undefined || other === undefined) return one === undefined ? 1 : -1;
    return (isDescending ? -1 : 1) * by.kind.compare(one, other);
  }
}

function fieldsOf(document: EvaluatedDocument, shown: readonly QueryField[]): UnknownObject {
  return Object.fromEntries(
    shown.flatMap((field) => {
      const { show = (value: Scalar) => value } = field.kind;
      const values = document.valuesOf(field).map(show);
      return values.length === 0 ? [] : [[field.name, values]];
    }),
  );
}
