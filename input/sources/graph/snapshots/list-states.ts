// What commands ask of a list of states: what is read of it and what is not, and the remembered states once more.

import { isoTime } from '../../../contract/time.ts';
import type { ListedItem, ReachedWindow, Refetching } from '../../source-kind.ts';
import { type Delivery, deliverStates, everyState } from './deliver-states.ts';
import { type AskedStates, findChanged, readStatesNow } from './read-states.ts';
import { type KnownStates, RememberedStates, type StateRecord } from './remembered-states.ts';

/** An item for each object, whatever the window: Graph says how they are now and nothing else. */
export async function listStates(
  asked: AskedStates & { readonly known: KnownStates | undefined },
  signal: AbortSignal,
): Promise<ListedItem[]> {
  const known = asked.known ?? { records: {}, pending: [] };
  const now = await readStatesNow(asked, signal);
  const unread = new Set([...findChanged(asked.query, now, known).map(({ id }) => id), ...known.pending]);
  return now.map(({ id, readDateTime }) => ({
    position: id,
    createdAt: known.records[id]?.readDateTime ?? readDateTime,
    settled: !unread.has(id),
  }));
}

/** Those of a position. */
export function listKnown(known: KnownStates | undefined, position: string): StateRecord[] {
  return Object.values(known?.records ?? {}).filter(({ id }) => position === everyState || position === id);
}

/** Returns the positions of what was delivered again. */
export async function redeliverStates(
  delivery: Delivery,
  what: Refetching['what'],
  signal: AbortSignal,
): Promise<string[]> {
  const { stream, feed } = delivery;
  const known = await new RememberedStates(feed.feed, stream.environment.checkpoints).load();
  const meant =
    'position' in what
      ? listKnown(known, what.position)
      : Object.values(known.records).filter(({ readDateTime }) => isWithin(readDateTime, what));
  if (meant.length > 0) await deliverStates({ ...delivery, uncertain: true }, meant, signal);
  return meant.map(({ id }) => id);
}

function isWithin(time: string, { from, to }: ReachedWindow): boolean {
  return time >= isoTime(from) && time < isoTime(to);
}
