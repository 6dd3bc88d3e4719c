// Tells which records of a batch may have been sent before without anybody knowing what became of them.

import type { SentEarlier } from '../contract/output.ts';
import type { Batch } from '../contract/source.ts';
import type { DeliveryLedger, RecordKey } from '../contract/state.ts';
import { minuteMs } from '../contract/time.ts';

/** Our clock and Microsoft's differ by less: Entra refuses what is signed by a clock that is further off. */
const clockToleranceMs = 5 * minuteMs;

const ofOthers: SentEarlier = { byOthers: true };

/** Returns them by `_id`. */
export async function findSentEarlier(
  ledger: Pick<DeliveryLedger, 'findOpen' | 'unrecorded'>,
  { mayBeOfOthers = false }: Pick<Batch, 'mayBeOfOthers'>,
  keys: readonly RecordKey[],
): Promise<ReadonlyMap<string, SentEarlier>> {
  const open = await ledger.findOpen(keys.map(({ id }) => id));
  const { unrecorded } = ledger;
  const sent = new Map<string, SentEarlier>();
  if (open.size === 0 && unrecorded.length === 0 && !mayBeOfOthers) return sent;
  for (const { id, seconds } of keys) {
    let after = open.get(id);
    let byOthers = mayBeOfOthers;
    for (const { madeBefore, sentAfter } of unrecorded) {
      // A record is served in more than one item; its own time is the same in each of them.
      if (seconds * 1000 > madeBefore + clockToleranceMs) continue;
      if (sentAfter === undefined) byOthers = true;
      else after = Math.min(after ?? sentAfter, sentAfter);
    }
    if (after !== undefined) sent.set(id, { after, byOthers });
    else if (byOthers) sent.set(id, ofOthers);
  }
  return sent;
}
