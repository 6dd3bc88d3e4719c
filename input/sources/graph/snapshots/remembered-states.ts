// What is remembered of a list of objects that says how they are now: the last record that was made of each object, and which
// of these are not yet delivered. They are written down before they are delivered, so that a crash delivers the same ones.

import { isObject, parseJson } from '../../../../pipelines/json/unknown.ts';
import type { Feed } from '../../../contract/feed.ts';
import type { Checkpoints } from '../../../contract/state.ts';

export const statesName = 'states';

export interface StateRecord {
  readonly id: string;
  /** When the state was seen first: ISO 8601 UTC, by the clock of Graph. */
  readonly readDateTime: string;
  /** The state, and what else Graph says of the object. */
  readonly [property: string]: unknown;
}

export interface KnownStates {
  /** By the id of the object. */
  readonly records: Readonly<Record<string, StateRecord>>;
  /** The ids whose last record is not yet known to be delivered. */
  readonly pending: readonly string[];
}

export function readStates(text: string | undefined): KnownStates | undefined {
  const value = parseJson(text ?? '');
  if (!isObject(value) || !isObject(value.records) || !Array.isArray(value.pending)) return undefined;
  const records = Object.entries(value.records).flatMap(([id, record]): [string, StateRecord][] =>
    isStateRecord(record) ? [[id, record]] : [],
  );
  return { records: Object.fromEntries(records), pending: value.pending.filter(isText) };
}

const isText = (value: unknown): value is string => typeof value === 'string';

function isStateRecord(value: unknown): value is StateRecord {
  return isObject(value) && isText(value.id) && isText(value.readDateTime);
}

export function listPending({ records, pending }: KnownStates): StateRecord[] {
  return pending.flatMap((id) => records[id] ?? []);
}

/** The states of a feed in the checkpoints. Another process may read the feed, too. */
export class RememberedStates {
  readonly #feed: Feed;
  readonly #checkpoints: Checkpoints;
  #text: string | undefined;

  constructor(feed: Feed, checkpoints: Checkpoints) {
    this.#feed = feed;
    this.#checkpoints = checkpoints;
  }

  async load(): Promise<KnownStates> {
    this.#text = await this.#checkpoints.get(this.#feed, statesName);
    return readStates(this.#text) ?? { records: {}, pending: [] };
  }

  /** False where somebody else wrote since it was loaded: then it is to be loaded again. */
  async write(states: KnownStates): Promise<boolean> {
    const text = JSON.stringify(states);
    const written = await this.#checkpoints.compareAndSet(this.#feed, statesName, this.#text, text);
    if (written) this.#text = text;
    return written;
  }
}
