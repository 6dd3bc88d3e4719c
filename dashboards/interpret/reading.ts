// What the parts of a saved dashboard are read with: references followed by name, and queries of filters.

import type { SavedObject } from '../saved-object.ts';
import { listAt, objectAt, type Tree } from './tree.ts';
import type { EsQuery } from './view.ts';

export const queriesOf = (tree: Tree, name: string): EsQuery[] =>
  listAt(tree, name).map((filter) => objectAt(filter, 'query'));

/** Follows references by name. */
export class Reading {
  readonly #dashboard: SavedObject;
  readonly #objects: readonly SavedObject[];

  constructor(dashboard: SavedObject, objects: readonly SavedObject[]) {
    this.#dashboard = dashboard;
    this.#objects = objects;
  }

  idOf(name: string): string {
    const reference = this.#dashboard.references.find((candidate) => candidate.name === name);
    if (reference === undefined) throw new Error(`${this.#dashboard.id} has no reference named ${name}`);
    return reference.id;
  }

  find(name: string): SavedObject {
    const id = this.idOf(name);
    const object = this.#objects.find((candidate) => candidate.id === id);
    if (object === undefined) throw new Error(`${this.#dashboard.id} refers to ${id}, which is not there`);
    return object;
  }
}
