// The references of a saved dashboard, which are followed by name, and the queries of its filters.

import type { SavedObject } from '../saved-object.ts';
import { listAt, objectAt, type UnknownObject } from './unknown-object.ts';
import type { EsQuery } from './view.ts';

export const queriesOf = (tree: UnknownObject, name: string): EsQuery[] =>
  listAt(tree, name).map((filter) => objectAt(filter, 'query'));

/** Finds the objects that a dashboard refers to. */
export class SavedReferences {
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
