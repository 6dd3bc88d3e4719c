// Reads how all objects of a list are now, and makes records of those that are otherwise than they were.

import { isObject, parseJson } from '../../../../pipelines/json/unknown.ts';
import type { Feed } from '../../../contract/feed.ts';
import { isoTime } from '../../../contract/time.ts';
import type { ClockSkew } from '../../../http/clock-skew.ts';
import type { GraphApi } from '../api/graph-api.ts';
import type { SnapshotQuery } from '../log-type.ts';
import { readRecords } from '../polling/read-records.ts';
import type { KnownStates, StateRecord } from './remembered-states.ts';

export interface AskedStates {
  readonly api: GraphApi;
  readonly skew: ClockSkew;
  readonly feed: Feed;
  readonly query: SnapshotQuery;
  readonly maximumRecordBytes: number;
}

/** The objects as Graph serves them, with the time of reading. */
export async function readStatesNow(asked: AskedStates, signal: AbortSignal): Promise<StateRecord[]> {
  const { feed, query } = asked;
  const found: Readonly<Record<string, unknown>>[] = [];
  for await (const text of readRecords(asked, { feed, query }, signal)) {
    const object = parseJson(text);
    if (isObject(object)) found.push(object);
  }
  const readDateTime = isoTime(asked.skew.now());
  return found.flatMap((object) =>
    typeof object.id === 'string' && object.id !== ''
      ? [{ ...object, id: object.id, readDateTime, recordType: query.kind }]
      : [],
  );
}

/** Records of those whose state is new, with the state of before. */
export function findChanged(
  { state }: SnapshotQuery,
  now: readonly StateRecord[],
  { records }: KnownStates,
): StateRecord[] {
  return now.flatMap((object) => {
    const known = records[object.id];
    if (known === undefined) return [object];
    if (known[state] === object[state]) return [];
    return [{ ...object, readDateTime: later(object, known), previousStatus: known[state] }];
  });
}

/** A clock that was set back must not give two states one time, by which their documents are told apart. */
function later(one: StateRecord, known: StateRecord): string {
  if (one.readDateTime > known.readDateTime) return one.readDateTime;
  return isoTime(Date.parse(known.readDateTime) + 1);
}
